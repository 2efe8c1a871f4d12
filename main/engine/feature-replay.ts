import { toAppError } from '../../shared/errors/app-error.ts';
import type { Endpoint } from '../../shared/rpc/engine-contract.ts';
import type { FeatureSkew } from '../../shared/rpc/feature-schemas.ts';
import { featureSkew } from '../features/feature-skew.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { Engine } from './engine.ts';

interface ReplayOptions {
  engine: Pick<Engine, 'dataDir' | 'database' | 'store' | 'registry'>;
  host: Pick<EndpointHost, 'showMonitor'>;
  endpoint: Pick<Endpoint, 'id' | 'graphId' | 'nodeId'>;
  everyMs: number;
  log(text: string): void;
}

/** How much of a feature was answered as it is computed again, over all model versions of an endpoint. */
interface ReplayedFeature {
  view: string;
  feature: string;
  /** Requests compared. */
  rows: number;
  /** Share of them with another value, 0 to 1. */
  skew: number;
}

/** Sums what was replayed of one endpoint up by feature; features without requests are left out. */
function replayedFeatures(skew: readonly FeatureSkew[]): ReplayedFeature[] {
  const sums = new Map<string, { view: string; feature: string; rows: number; equal: number }>();
  for (const { view, features } of skew) {
    for (const { feature, rows, equal } of features) {
      const key = JSON.stringify([view, feature]);
      const sum = sums.get(key) ?? { view, feature, rows: 0, equal: 0 };
      sums.set(key, { ...sum, rows: sum.rows + rows, equal: sum.equal + equal });
    }
  }
  return [...sums.values()].flatMap(({ view, feature, rows, equal }) =>
    rows === 0 ? [] : [{ view, feature, rows, skew: (rows - equal) / rows }],
  );
}

/**
 * Replays the logged requests of an endpoint again and again, `everyMs` after the end of the time before, and shows the
 * result on its `/metrics`. A failure is logged and tried again.
 */
export function startFeatureReplay({ engine, host, endpoint, everyMs, log }: ReplayOptions): { close(): void } {
  const closed = new AbortController();
  let timer = setTimeout(next, everyMs);
  async function replay(): Promise<void> {
    const { dataDir, database, store, registry } = engine;
    const versions = registry.list().filter(({ graphId }) => graphId === endpoint.graphId);
    const found = await featureSkew({ dataDir, database, artifacts: store, versions, signal: closed.signal });
    const own = found.filter((skew) => skew.endpoint === `${endpoint.graphId}/${endpoint.nodeId}`);
    const features = replayedFeatures(own);
    if (features.length > 0 && !closed.signal.aborted) host.showMonitor(endpoint.id, { kind: 'features', features });
  }
  function next(): void {
    replay()
      .catch((error: unknown) => {
        if (!closed.signal.aborted) log(`Replaying logged requests: ${toAppError(error).message}`);
      })
      .finally(() => {
        if (!closed.signal.aborted) timer = setTimeout(next, everyMs);
      });
  }
  return {
    close() {
      clearTimeout(timer);
      closed.abort();
    },
  };
}
