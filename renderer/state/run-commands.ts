import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { tellOfRun } from '../desktop/notices.ts';
import { formatDuration, formatPlural } from '../ui/format.ts';
import { refreshAnalysis } from './analysis-store.ts';
import { refreshEndpoints } from './endpoint-store.ts';
import { saveVariant } from './graph-commands.ts';
import { activeGraph, useGraphs } from './graph-store.ts';
import { followRun, useRuns } from './run-store.ts';
import { askModelTrust, untrustedModel } from './model-trust-store.ts';
import type { RunView } from './run-view.ts';
import { announce, navigate } from './ui-store.ts';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

function sayFinished(tabId: string, view: RunView): void {
  const steps = Object.values(view.steps);
  const executed = steps.filter((step) => step.state === 'executed').length;
  const failed = Object.entries(view.steps).filter(([, step]) => step.state === 'failed');
  const duration = formatDuration((view.finishedMs ?? Date.now()) - view.startedMs);
  if (view.status === 'succeeded') announce(t.runFinished(duration, formatPlural(executed, 'step')));
  else if (view.status === 'cancelled') announce(t.runStopped);
  else announce(failed[0] ? t.runFailedAt(failed[0][0]) : t.runFailed);
  tellOfRun(useGraphs.getState().graphs[tabId]?.root.name ?? view.graphId, view);
  if (useGraphs.getState().active === tabId) refreshAnalysis(0);
  void refreshEndpoints();
}

function follow(tabId: string, runId: string, graphId: string, nodes?: RunView['nodes']): void {
  followRun(tabId, runId, graphId, { nodes, onFinished: (view) => sayFinished(tabId, view) });
}

/** Tabs whose run is being asked for. */
const starting = new Set<string>();

/** Runs the active graph: all of it, up to one node, or from one on. */
export async function startRun(
  options: { to?: string; from?: string; force?: boolean; variants?: boolean } = {},
): Promise<void> {
  const graph = activeGraph();
  if (!graph || useRuns.getState().runs[graph.tabId]?.status === 'running' || starting.has(graph.tabId)) return;
  starting.add(graph.tabId);
  try {
    const { runId } = await engine.run.start({
      document: graph.root,
      ...(graph.path === undefined ? {} : { path: graph.path }),
      ...options,
    });
    follow(graph.tabId, runId, graph.root.id, graph.root.nodes);
    announce(t.runStarted);
  } catch (error) {
    showError(error);
  } finally {
    starting.delete(graph.tabId);
  }
}

export async function stopRun(): Promise<void> {
  const graph = activeGraph();
  const view = graph && useRuns.getState().runs[graph.tabId];
  if (view?.status !== 'running') return;
  try {
    await engine.run.cancel({ runId: view.runId });
  } catch (error) {
    showError(error);
  }
}

/** Keeps the settings of a node as a variant and says so. */
export function keepVariant(nodeId: string): void {
  const name = saveVariant(nodeId);
  if (name !== undefined) announce(t.variantSaved(name));
}

/** Lets no further step of the active graph's run start, or lets them start again. */
export async function pauseRun(paused: boolean): Promise<void> {
  const graph = activeGraph();
  const view = graph && useRuns.getState().runs[graph.tabId];
  if (view?.status !== 'running') return;
  try {
    await engine.run.pause({ runId: view.runId, paused });
    announce(paused ? t.runPaused : t.runResumed);
  } catch (error) {
    showError(error);
  }
}

/** Follows a run of a graph that another window, or the command line, has started since. */
export async function followNewRun(tabId: string, graphId: string): Promise<void> {
  const present = useRuns.getState().runs[tabId];
  if (present?.status === 'running') return;
  const [last] = await engine.run.list({ graphId, limit: 1 });
  if (!last || last.runId === present?.runId || useRuns.getState().runs[tabId] !== present) return;
  if (present && last.startedMs < present.startedMs) return;
  follow(tabId, last.runId, graphId);
}

/** Shows the latest run of a graph that was just opened, and follows it when it is still going on. */
export function followLastRun(tabId: string, graphId: string): void {
  void engine.run.list({ graphId, limit: 1 }).then(
    ([last]) => {
      if (last && !useRuns.getState().runs[tabId])
        followRunSilently(tabId, last.runId, graphId, last.status === 'running');
    },
    () => {
      // Without a last run the graph shows its plan only.
    },
  );
}

function followRunSilently(tabId: string, runId: string, graphId: string, active: boolean): void {
  if (active) follow(tabId, runId, graphId);
  else followRun(tabId, runId, graphId);
}

/** Starts the endpoint of a serve node and says where it listens. */
export async function startEndpoint(nodeId: string): Promise<void> {
  const graph = activeGraph();
  if (!graph) return;
  try {
    const endpoint = await engine.endpoint.start({
      document: graph.root,
      ...(graph.path === undefined ? {} : { path: graph.path }),
      nodeId,
    });
    await refreshEndpoints();
    announce(t.endpoint(endpoint.name, endpoint.state));
  } catch (error) {
    const model = untrustedModel(toEngineError(error));
    if (model === undefined) showError(error);
    else askModelTrust(model, () => void startEndpoint(nodeId));
  }
}

export async function stopEndpoint(id: string): Promise<void> {
  try {
    await engine.endpoint.stop({ id });
    await refreshEndpoints();
  } catch (error) {
    showError(error);
  }
}

export function openRun(runId: string): void {
  navigate('runs', runId);
}
