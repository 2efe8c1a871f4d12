import { create } from 'zustand';
import { engine } from '../client/engine-client.ts';
import { useConnection } from '../client/connection-store.ts';
import { shell } from '../platform/shell.ts';

export type EndpointView = Awaited<ReturnType<typeof engine.endpoint.list>>[number];

interface Endpoints {
  /** Newest first; empty until asked. */
  endpoints: EndpointView[];
}

/** Endpoints this engine has started. */
export const useEndpoints = create<Endpoints>(() => ({ endpoints: [] }));

const pollMs = 3000;

/** Asks the engine. Throws what it answers. */
export async function loadEndpoints(signal?: AbortSignal): Promise<void> {
  const next = await engine.endpoint.list(undefined, signal === undefined ? {} : { signal });
  const before = useEndpoints.getState().endpoints;
  if (JSON.stringify(next) !== JSON.stringify(before)) useEndpoints.setState({ endpoints: next });
}

export async function refreshEndpoints(): Promise<void> {
  if (useConnection.getState().state !== 'online') return;
  try {
    await loadEndpoints();
  } catch {
    // The next poll tells; a lost engine is shown by the offline bar.
  }
}

/** Polls while the page is visible, on a desktop also out of sight: its tray and its notifications say what happens. Once, at start. */
export function startEndpoints(): void {
  useConnection.subscribe((state, before) => {
    if (state.epoch !== before.epoch) void refreshEndpoints();
  });
  setInterval(() => {
    if (document.visibilityState === 'visible' || shell.desktop !== undefined) void refreshEndpoints();
  }, pollMs);
}

/** The endpoint of a node, the running one before stopped ones. */
export function findEndpoint(endpoints: EndpointView[], graphId: string, nodeId: string): EndpointView | undefined {
  const own = endpoints.filter((endpoint) => endpoint.graphId === graphId && endpoint.nodeId === nodeId);
  return own.find((endpoint) => endpoint.state === 'live' || endpoint.state === 'starting') ?? own[0];
}
