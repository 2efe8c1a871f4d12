import { create } from 'zustand';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { BundleSource, ClusterStatus } from '../../shared/rpc/cluster-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { nextConnection } from '../client/next-connection.ts';

/** What is followed on a cluster; it goes on while other screens are looked at. */
export interface Followed {
  context: string;
  /** Of the settings; empty: the bundle's own. */
  namespace: string;
  /** The tab whose graph was applied; undefined for a folder. */
  tabId: string | undefined;
  status: ClusterStatus | undefined;
  error: WireError | undefined;
}

interface ClusterState {
  followed: Followed | undefined;
}

export const useCluster = create<ClusterState>(() => ({ followed: undefined }));

let current: AbortController | undefined;

/** Follows an applied bundle, over reconnects, instead of what was followed before. */
export function followCluster(
  place: Pick<Followed, 'context' | 'namespace' | 'tabId'>,
  open: (signal: AbortSignal) => ReturnType<typeof engine.cluster.watch>,
): void {
  current?.abort();
  const abort = new AbortController();
  current = abort;
  const change = (fields: Partial<Followed>) => {
    if (!abort.signal.aborted) {
      useCluster.setState(({ followed }) => (followed === undefined ? {} : { followed: { ...followed, ...fields } }));
    }
  };
  useCluster.setState({ followed: { ...place, status: undefined, error: undefined } });
  async function follow() {
    while (!abort.signal.aborted) {
      try {
        for await (const status of await open(abort.signal)) change({ status, error: undefined });
        return;
      } catch (error) {
        if (abort.signal.aborted) return;
        // A connection that is lost ends its streams as if they had been aborted.
        if (!isAbort(error)) {
          const failure = toEngineError(error);
          change({ error: failure });
          // Another answer is only to be had from another connection.
          if (failure.category !== 'environment') return;
        }
        await nextConnection(abort.signal);
      }
    }
  }
  void follow();
}

export function stopFollowingCluster(): void {
  current?.abort();
  current = undefined;
  useCluster.setState({ followed: undefined });
}

/** Opens the watch of a bundle at a place. */
export function watchBundle(
  place: { context: string; namespace?: string },
  bundle: BundleSource,
): (signal: AbortSignal) => ReturnType<typeof engine.cluster.watch> {
  return (signal) => engine.cluster.watch({ ...place, bundle }, { signal });
}
