import { create } from 'zustand';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import type { StepState } from '../../shared/plan/plan.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { isAbort, toEngineError } from '../client/engine-error.ts';
import { useGraphs, useStepId } from './graph-store.ts';
import { useRuns } from './run-store.ts';
import { shareEqual } from './structural.ts';

type EngineAnalysis = Awaited<ReturnType<typeof engine.graph.analyze>>;
/** Shape of what is connected to, or leaves, a port. */
export type KnownShape = EngineAnalysis['outputs'][string][string];

interface Analysis {
  /** Tab the rest belongs to. */
  tabId: string | undefined;
  /** `waiting`: the graph changed and an answer is under way. */
  state: 'none' | 'waiting' | 'ready';
  diagnostics: Diagnostic[];
  byNode: Record<string, Diagnostic[]>;
  inputs: EngineAnalysis['inputs'];
  outputs: EngineAnalysis['outputs'];
  steps: Record<string, StepState>;
  /** Topological order of the batch steps. */
  order: string[];
  error: WireError | undefined;
  /** The tab's run that had ended when this was asked, so that its results are known here. */
  seenRun: string | undefined;
}

const empty: Omit<Analysis, 'tabId' | 'state'> = {
  diagnostics: [],
  byNode: {},
  inputs: {},
  outputs: {},
  steps: {},
  order: [],
  error: undefined,
  seenRun: undefined,
};

/** What the engine knows of the active graph without running it: problems, shapes and the plan with reasons. */
export const useAnalysis = create<Analysis>(() => ({ tabId: undefined, state: 'none', ...empty }));

const debounceMs = 220;
let timer: ReturnType<typeof setTimeout> | undefined;
let running: AbortController | undefined;

function groupByNode(diagnostics: Diagnostic[]): Record<string, Diagnostic[]> {
  const groups: Record<string, Diagnostic[]> = {};
  for (const diagnostic of diagnostics) {
    if (diagnostic.node === undefined) continue;
    groups[diagnostic.node] = [...(groups[diagnostic.node] ?? []), diagnostic];
  }
  return groups;
}

async function analyze(): Promise<void> {
  const { graphs, active } = useGraphs.getState();
  const graph = active === undefined ? undefined : graphs[active];
  if (!graph || useConnection.getState().state !== 'online') return;
  running?.abort();
  const abort = new AbortController();
  running = abort;
  const run = useRuns.getState().runs[graph.tabId];
  const seenRun = run?.status === 'running' ? undefined : run?.runId;
  try {
    const answer = await engine.graph.analyze(
      { document: graph.root, ...(graph.path === undefined ? {} : { path: graph.path }) },
      { signal: abort.signal },
    );
    if (abort.signal.aborted) return;
    useAnalysis.setState((before) =>
      shareEqual(before, {
        tabId: graph.tabId,
        state: 'ready' as const,
        diagnostics: answer.diagnostics,
        byNode: groupByNode(answer.diagnostics),
        inputs: answer.inputs,
        outputs: answer.outputs,
        steps: Object.fromEntries(answer.steps.map((step) => [step.id, step])),
        order: answer.steps.map((step) => step.id),
        error: undefined,
        seenRun,
      }),
    );
  } catch (error) {
    if (abort.signal.aborted || isAbort(error)) return;
    useAnalysis.setState({ state: 'ready', error: toEngineError(error), seenRun });
  }
}

/** Asks for a new analysis soon; calls within 220 ms become one. */
export function refreshAnalysis(delayMs = debounceMs): void {
  clearTimeout(timer);
  useAnalysis.setState({ state: 'waiting' });
  timer = setTimeout(() => void analyze(), delayMs);
}

/** Follows the active graph's logic (not its layout) and the connection; once, at start. */
export function startAnalysis(): void {
  useGraphs.subscribe((state, previous) => {
    const now = state.active === undefined ? undefined : state.graphs[state.active];
    const before = previous.active === undefined ? undefined : previous.graphs[previous.active];
    if (now?.tabId !== before?.tabId) {
      running?.abort();
      useAnalysis.setState({ tabId: now?.tabId, state: 'none', ...empty });
      if (now) refreshAnalysis(0);
      return;
    }
    if (!now || !before) return;
    const a = now.root;
    const b = before.root;
    const changed =
      a.nodes !== b.nodes ||
      a.edges !== b.edges ||
      a.parameters !== b.parameters ||
      a.groups !== b.groups ||
      a.id !== b.id ||
      now.path !== before.path;
    if (changed) refreshAnalysis();
  });
  useConnection.subscribe((state, previous) => {
    if (state.epoch !== previous.epoch) refreshAnalysis(0);
  });
}

export function useStepState(nodeId: string | undefined): StepState | undefined {
  const step = useStepId(nodeId);
  return useAnalysis((analysis) => (step === undefined ? undefined : analysis.steps[step]));
}

const noProblems: Diagnostic[] = [];

export function useNodeProblems(nodeId: string | undefined): Diagnostic[] {
  const step = useStepId(nodeId);
  return useAnalysis((analysis) => (step === undefined ? undefined : analysis.byNode[step]) ?? noProblems);
}

const noShapes: KnownShape[] = [];

/** Shapes connected to an input port; known before anything has run. */
export function useInputShapes(nodeId: string, port: string): KnownShape[] {
  const step = useStepId(nodeId);
  return useAnalysis((analysis) => (step === undefined ? undefined : analysis.inputs[step]?.[port]) ?? noShapes);
}
