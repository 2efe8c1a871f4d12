import { create } from 'zustand';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { ReadinessReport } from '../../shared/readiness/readiness.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { useAnalysis } from '../state/analysis-store.ts';
import { activeGraph, useGraphs } from '../state/graph-store.ts';

interface Readiness {
  /** Tab the report belongs to. */
  tabId: string | undefined;
  report: ReadinessReport | undefined;
  error: WireError | undefined;
  /** The engine is asked; the report is of the look before. */
  looking: boolean;
}

/** What stands between the active graph and production, by the engine's last look. */
export const useReadiness = create<Readiness>(() => ({
  tabId: undefined,
  report: undefined,
  error: undefined,
  looking: false,
}));

const settleMs = 1500;
/** Larger graphs are looked at when the panel is opened. */
const mostNodes = 300;

let timer: ReturnType<typeof setTimeout> | undefined;
let running: AbortController | undefined;

export async function refreshReadiness(): Promise<void> {
  const graph = activeGraph();
  if (!graph || useConnection.getState().state !== 'online') return;
  running?.abort();
  const abort = new AbortController();
  running = abort;
  useReadiness.setState({ looking: true });
  try {
    const report = await engine.readiness.get(
      { document: graph.root, ...(graph.path === undefined ? {} : { path: graph.path }) },
      { signal: abort.signal },
    );
    if (!abort.signal.aborted) useReadiness.setState({ tabId: graph.tabId, report, error: undefined, looking: false });
  } catch (error) {
    if (abort.signal.aborted || isAbort(error)) return;
    useReadiness.setState({ tabId: graph.tabId, report: undefined, error: toEngineError(error), looking: false });
  }
}

/** Looks again some time after the plan changed; once, at start. */
export function startReadiness(): void {
  useGraphs.subscribe((state, before) => {
    if (state.active === before.active) return;
    running?.abort();
    useReadiness.setState({ tabId: state.active, report: undefined, error: undefined, looking: false });
  });
  useAnalysis.subscribe((analysis, before) => {
    if (analysis.state !== 'ready' || before.state === 'ready') return;
    clearTimeout(timer);
    if (Object.keys(activeGraph()?.root.nodes ?? {}).length > mostNodes) return;
    timer = setTimeout(() => void refreshReadiness(), settleMs);
  });
}
