import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { RunEvent, RunFinished, StepResult } from '../../shared/events/run-events.ts';
import type { Diagnostic } from '../../shared/graph/diagnostic.ts';
import { applyOverrides, type ParameterOverride } from '../../shared/graph/graph-parameters.ts';
import { expandGroups, type InnerParams, placeDiagnostics } from '../../shared/graph/expand-groups.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { pointer } from '../../shared/graph/json-pointer.ts';
import type { ParsedGraph } from '../../shared/graph/parse-graph.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import type { CatalogTable } from '../../shared/node/runner.ts';
import { createPlan, type PlannedGraph } from '../../shared/plan/create-plan.ts';
import type { Plan, PlanStep, StepState } from '../../shared/plan/plan.ts';
import type { ResourceSample } from '../../shared/rpc/resource-schemas.ts';
import { type SelectedSteps, selectSteps } from '../../shared/plan/select-steps.ts';
import { stepKey } from '../../shared/plan/step-key.ts';
import type { engineInfoSchema, GraphAnalysis, RunSummary, TablePage } from '../../shared/rpc/engine-contract.ts';
import { streamsFolder } from '../compute/streams/streams-folder.ts';
import { type ArtifactStore, createArtifactStore, type StepRecord } from '../store/artifact-store.ts';
import { provideTemporaryFolder } from '../store/temporary-folder.ts';
import { openDatabase, openDatabaseToLook, type StoreDatabase } from '../store/database.ts';
import { createDirectoryDriver, removeStaleTempFolders } from '../store/directory-driver.ts';
import { diskError } from '../store/disk-error.ts';
import { createDatasetVersions, type DatasetVersions } from '../store/dataset-versions.ts';
import { createModelRegistry, type ModelRegistry } from '../store/model-registry.ts';
import { openEngineList } from '../store/open-engines.ts';
import { currentProcess } from '../compute/paths/process-identity.ts';
import { createPins } from '../store/pins.ts';
import { createRecentGraphs, type RecentGraphs } from '../store/recent-graphs.ts';
import { createRunRecords } from '../store/run-records.ts';
import { createStepHistory } from '../store/step-history.ts';
import { TrackingStore } from '../tracking/tracking-store.ts';
import { createGraphAnalyzer } from './analyze.ts';
import { createCodeDigests } from './code-digest.ts';
import { executeRun, type RunServices } from './execute-run.ts';
import { executeStep } from './execute-step.ts';
import { refreshFeatures } from './feature-refresh.ts';
import { createServiceFinder } from './feature-services.ts';
import { createGpus } from './gpus.ts';
import { type CatalogRequest, createDatabaseCatalogs } from './database-catalog.ts';
import { createFormulaPreviews } from './formula-previews.ts';
import { loadKinds } from './kinds.ts';
import { machineMemoryBytes } from './machine-memory.ts';
import { packageVersion } from './package-version.ts';
import { readPlanStates } from './plan-state.ts';
import type { FormulaPreview } from './preview-formula.ts';
import { countSteps, recoverRuns } from './recovery.ts';
import { createRunGate, type RunGate } from './run-gate.ts';
import { createRunLogs, type LiveRunLog } from './run-log.ts';
import { createRunResources } from './run-resources.ts';
import { createScheduler } from '../compute/scheduling/scheduler.ts';
import { memoryForSteps, missingGpusText } from './step-estimate.ts';
import { createStreamInputs } from './stream-inputs.ts';
import { createStreamTriggers } from './stream-triggers.ts';
import { createStepItems, type Share } from './step-items.ts';
import { createStepKeys, withInputs } from './step-keys.ts';
import { type ResolvedOutput, resolveInputs, resolveOutputs } from './step-outputs.ts';
import { createWorkerPool } from './worker-pool.ts';

export interface EngineOptions {
  dataDir: string;
  /**
   * Only looks: where the data directory is missing or cannot be written, nothing is written there, and what it knows is
   * read from a copy.
   */
  lookOnly?: boolean;
  /** For what happens beside runs, such as lost connections of streams. */
  log?: (text: string) => void;
  /** File URL of a module that stands in for the node catalog (see `Kinds`). */
  kindsModule?: string;
  /** Steps that run at the same time; default: one per core, at least 2, at most 8. */
  maxWorkers?: number;
  /** Finds the graphics processors that work, by name; default: a probe of this machine. */
  findGpus?: () => Promise<string[]>;
}

export interface SelectionOptions {
  to?: string | undefined;
  from?: string | undefined;
  force?: boolean | undefined;
  set?: readonly ParameterOverride[] | undefined;
  /** With a branch for each variant of a node. */
  variants?: boolean | undefined;
}

export interface PlanReport {
  diagnostics: Diagnostic[];
  steps: StepState[];
}

/** Runs graphs in one data directory. Documents may be any JSON: problems come back as diagnostics. */
export interface Engine {
  readonly dataDir: string;
  readonly store: ArtifactStore;
  readonly registry: ModelRegistry;
  readonly recentGraphs: RecentGraphs;
  /** For modules that keep tables of their own in `slipway.db`. */
  readonly database: StoreDatabase;
  /** Sentences a person should see at start, e.g. that another engine uses the same data directory. */
  readonly notices: readonly string[];
  info(): Promise<z.infer<typeof engineInfoSchema>>;
  /** Problems, shapes of every port and the plan, without running anything. `baseDir`: folder of the graph file. */
  analyze(
    document: unknown,
    options: {
      baseDir: string;
      signal?: AbortSignal;
      /** Nodes whose source is not looked at, since the graph is not trusted to. */
      unseen?: ReadonlySet<string>;
    },
  ): Promise<GraphAnalysis>;
  /** Hit or miss of the selected steps. Throws `graph.invalid` or `params.invalid` when `to`, `from` or `set` names no step. */
  planStates(
    document: unknown,
    options: SelectionOptions & { baseDir: string; signal?: AbortSignal },
  ): Promise<PlanReport>;
  /**
   * Starts the healthy part of the graph; steps that cannot run are reported as skipped. Throws `graph.invalid` or
   * `graph.too-new` when nothing can run.
   */
  startRun(
    options: SelectionOptions & { document: unknown; baseDir: string /** Who asks. */; source?: string },
  ): Promise<{ runId: string /** Of the graph, errors and warnings. */; diagnostics: Diagnostic[] }>;
  /** Resolves when the run has ended; false when it was not running here. */
  cancelRun(runId: string): Promise<boolean>;
  /** Lets no further attempt start, or starts them again; what runs goes on. False when the run is not going on here. */
  pauseRun(runId: string, paused: boolean): boolean;
  readonly datasets: DatasetVersions;
  /** How busy the machine was during a run, oldest first; empty where nothing was recorded. */
  runResources(runId: string): Promise<ResourceSample[]>;
  /** Stored events after `after`, then new ones until the run has finished. Throws `run.not-found`. */
  runEvents(runId: string, after: number, signal?: AbortSignal): AsyncGenerator<RunEvent, void, undefined>;
  listRuns(options: { graphId?: string | undefined; limit: number }): RunSummary[];
  /** Undefined when there is no such run. */
  getRun(runId: string): RunSummary | undefined;
  /** Runs one step of a plan in this process, against the results of the steps above it in `store`. */
  runStep(options: {
    plan: Plan;
    stepId: string;
    store?: ArtifactStore;
    baseDir: string;
    signal?: AbortSignal;
    /** Computes only this share of the step's items (trials, folds), for the step that comes after; the record has no outputs. */
    share?: Share;
    onLog?: (text: string) => void;
    /** Just before the kind's own code begins; never for a step that is up to date. */
    onBegin?: () => void;
  }): Promise<{ status: 'executed' | 'cached'; record: StepRecord }>;
  /** Key of a step of the plan, and whether the store has its result. Throws `artifact.not-found` where a step above has none. */
  lookAtStep(options: {
    plan: Plan;
    stepId: string;
    store: ArtifactStore;
    baseDir: string;
  }): Promise<{ key: string; hit: boolean }>;
  /** Tables that queries of a step may name; empty where it has no database. Errors: those of its connection. */
  databaseCatalog(document: unknown, options: Omit<CatalogRequest, 'document'>): Promise<CatalogTable[]>;
  /** What a formula gives for the first rows of a table or of features, in a worker. Errors: those of `previewFormula`. */
  previewFormula(preview: FormulaPreview, signal?: AbortSignal): Promise<TablePage>;
  /** Cancels what runs and ends the workers. */
  close(): Promise<void>;
}

/** Who asks for a run when a window of a stream has closed. */
const streamSource = 'stream';

interface ActiveRun {
  controller: AbortController;
  done: Promise<void>;
  gate: RunGate;
  log: LiveRunLog;
}

export async function createEngine(options: EngineOptions): Promise<Engine> {
  const dataDir = resolve(options.dataDir);
  const opened = options.lookOnly === true ? openDatabaseToLook(dataDir) : { database: openDatabase(dataDir) };
  await provideTemporaryFolder(dataDir);
  const { database } = opened;
  const openEngines = openEngineList(database);
  const records = createRunRecords(database);
  recoverRuns(records);
  if (opened.copy === undefined) await removeStaleTempFolders(dataDir);

  const kinds = await loadKinds(options.kindsModule);
  const store = createArtifactStore(createDirectoryDriver(dataDir));
  const registry = createModelRegistry(database);
  const tracking = new TrackingStore(database);
  const history = createStepHistory(database);
  const pins = createPins(database);
  const datasets = createDatasetVersions(database);
  const gpus = createGpus(options.findGpus);
  const featureService = createServiceFinder(dataDir, store);
  const keys = createStepKeys(kinds, createCodeDigests(kinds.runFile), {
    streamsDir: streamsFolder(dataDir),
    featureService,
  });
  const cores = availableParallelism();
  const scheduler = createScheduler({
    cores,
    memoryBytes: memoryForSteps(),
    maxWorkers: options.maxWorkers ?? Math.min(8, Math.max(2, cores)),
  });
  const workers = createWorkerPool({
    storeDir: dataDir,
    kindsModule: options.kindsModule,
    maxIdle: scheduler.maxWorkers,
  });
  const previewFormula = createFormulaPreviews(workers);
  const databaseCatalog = createDatabaseCatalogs(kinds);
  const logs = createRunLogs(records);
  const resources = createRunResources(dataDir);
  const analyzer = createGraphAnalyzer(kinds, featureService, workers);
  const services: RunServices = {
    dataDir,
    store,
    history,
    pins,
    datasets,
    registry,
    tracking,
    kinds,
    keys,
    gpus,
    scheduler,
    workers,
    inFlight: new Map(),
  };
  const say = options.log ?? (() => undefined);
  const streams = createStreamInputs(dataDir, say);
  const triggers = createStreamTriggers(dataDir, say);
  const active = new Map<string, ActiveRun>();
  const neverAborted = new AbortController().signal;

  const read = (
    document: unknown,
    { set: overrides = [], variants }: Pick<SelectionOptions, 'set' | 'variants'> = {},
  ): ParsedGraph & { planned?: PlannedGraph } => {
    const parsed = readGraphValue(document, kinds.definitionOf);
    if (parsed.document === undefined) return parsed;
    const { document: changed, innerParams } = override(parsed.document, overrides);
    const planned = createPlan(changed, kinds.definitionOf, { innerParams, variants });
    const diagnostics = [
      // Problems found while reading, then those of the graph with the overrides.
      ...parsed.diagnostics.filter(({ code }) => code === 'graph.malformed' || code === 'graph.migration'),
      ...planned.diagnostics,
    ];
    const [unusable] = diagnostics.filter((entry) => overrides.some((override) => refuses(entry, override)));
    if (unusable !== undefined) {
      throw new AppError('params.invalid', unusable.message, { nodeId: unusable.node, fix: unusable.fix });
    }
    return { ...parsed, document: changed, diagnostics, planned };
  };

  /** Overrides of nodes inside groups are by step id. */
  const override = (
    document: GraphDocument,
    overrides: readonly ParameterOverride[],
  ): { document: GraphDocument; innerParams: InnerParams } => {
    const { document: changed, unknownNodes } = applyOverrides(document, overrides);
    const innerParams = new Map<string, Record<string, unknown>>();
    if (unknownNodes.length === 0) return { document: changed, innerParams };
    const { places } = expandGroups(changed, kinds.definitionOf);
    for (const { node, param, value } of overrides.filter((entry) => unknownNodes.includes(entry.node))) {
      if (!places.has(node)) throw unknownOverride(node, [...Object.keys(document.nodes), ...places.keys()]);
      innerParams.set(node, { ...innerParams.get(node), [param]: value });
    }
    return { document: changed, innerParams };
  };

  const select = (planned: PlannedGraph, selection: SelectionOptions): SelectedSteps => {
    const selected = selectSteps(planned.plan, selection);
    const [unknown] = selected.unknown;
    if (unknown !== undefined) throw cannotSelect(planned, unknown);
    const { from, to } = selection;
    if (selected.selected.size === 0 && from !== undefined && to !== undefined) {
      throw new AppError('graph.invalid', `No step is both below "${from}" and above "${to}".`, {
        nodeId: from,
        fix: 'Run from a node that the other one needs.',
      });
    }
    return selected;
  };

  const planContext = (baseDir: string, signal: AbortSignal | undefined) => ({
    store,
    history,
    pins,
    datasets,
    kinds,
    keys,
    gpus,
    baseDir,
    signal: signal ?? neverAborted,
  });

  const launch = (
    runId: string,
    planned: PlannedGraph,
    selection: SelectedSteps,
    options_: { baseDir: string; whole: boolean },
  ) => {
    const { plan } = planned;
    const blocked = options_.whole ? planned.blocked : [];
    const controller = new AbortController();
    const log = logs.open(runId);
    const listed = [...plan.steps.filter((step) => selection.selected.has(step.id)), ...blocked];
    log.emit({ type: 'run.started', graphId: plan.graph.id, steps: listed.map(listedStep) });
    const gate = createRunGate();
    const { signal } = controller;
    const request = { runId, plan, ...selection, blocked, baseDir: options_.baseDir, signal, gate };
    const end = (finished: Pick<RunFinished, 'status' | 'steps' | 'outputs' | 'metrics'>) => {
      try {
        records.finish(runId, finished.status, countSteps(finished.steps), Date.now());
      } catch {
        // A full disk: the next engine reads the end of the run from its log, or marks it interrupted.
      }
      log.emit({ type: 'run.finished', ...finished });
    };
    const stopRecording = resources.start(runId);
    const done = executeRun(request, services, log)
      .then(end, (error: unknown) => {
        const steps = listed.map(
          ({ id, kind }): StepResult => ({
            id,
            kind,
            status: 'cancelled',
            key: '',
            durationMs: 0,
            reason: toAppError(diskError(error, dataDir)).message,
          }),
        );
        end({ status: 'failed', steps, outputs: {}, metrics: {} });
      })
      .finally(() => active.delete(runId))
      .then(stopRecording);
    active.set(runId, { controller, done, gate, log });
  };

  const engine: Engine = {
    dataDir,
    store,
    previewFormula,
    registry,
    recentGraphs: createRecentGraphs(database),
    database,
    notices: openEngines.notices,
    info: async () => ({
      version: packageVersion(),
      dataDir,
      hostname: hostname(),
      platform: process.platform,
      cores,
      memoryBytes: machineMemoryBytes(),
      gpus: await gpus.names(),
      node: process.version,
    }),
    analyze: async (document, { baseDir, signal, unseen }) => {
      const { document: graph, planned, diagnostics } = read(document);
      if (graph === undefined || planned === undefined) return { diagnostics, inputs: {}, outputs: {}, steps: [] };
      const base = resolve(baseDir);
      const shapes = await analyzer.shapes(graph, base, signal ?? neverAborted, unseen);
      const all = new Set(planned.plan.steps.map((step) => step.id));
      const states = await readPlanStates(planned.plan, all, new Set(), {
        ...planContext(base, signal),
        unseen,
      });
      const described = new Set(shapes.diagnostics.map(({ node }) => node));
      return {
        diagnostics: [
          ...diagnostics,
          ...placeDiagnostics(expandGroups(graph, kinds.definitionOf), [
            ...shapes.diagnostics,
            ...states.steps.flatMap(tooLarge),
            ...states.problems.filter(({ nodeId }) => !described.has(nodeId)).map(toDiagnostic),
          ]),
        ],
        inputs: shapes.inputs,
        outputs: shapes.outputs,
        steps: states.steps,
      };
    },
    databaseCatalog: async (document, options_) => {
      const { document: graph } = read(document);
      return graph === undefined
        ? []
        : databaseCatalog({ document: graph, ...options_, baseDir: resolve(options_.baseDir) });
    },
    planStates: async (document, { baseDir, signal, ...selection }) => {
      const { document: graph, planned, diagnostics } = read(document, selection);
      if (graph === undefined || planned === undefined) return { diagnostics, steps: [] };
      const { selected, forced } = select(planned, selection);
      const states = await readPlanStates(planned.plan, selected, forced, planContext(resolve(baseDir), signal));
      const problems = placeDiagnostics(expandGroups(graph, kinds.definitionOf), [
        ...states.problems.map(toDiagnostic),
        ...states.steps.flatMap(tooLarge),
      ]);
      return { diagnostics: [...diagnostics, ...problems], steps: states.steps };
    },
    startRun: async ({ document, baseDir, source, ...selection }) => {
      const { document: graph, planned, diagnostics } = read(document, selection);
      if (graph === undefined || planned === undefined || planned.plan.steps.length === 0)
        throw nothingToRun(diagnostics);
      const selected = select(planned, selection);
      if (selected.selected.size === 0) throw nothingToRun(diagnostics);
      const streamProblems = await streams.refresh(planned.plan, selected.selected, resolve(baseDir));
      const whole = selection.to === undefined && selection.from === undefined;
      // A part of the graph, such as a retraining, says nothing of what to run when a window closes.
      if (source !== streamSource && whole) {
        triggers.watch(graph.id, planned.plan, async () => {
          const started = await engine.startRun({ document, baseDir, source: streamSource });
          await active.get(started.runId)?.done;
          // The same definition that training joins: look-ups answer from the window that has just closed.
          if (planned.plan.steps.some(({ kind }) => kind === 'feature.view')) {
            await refreshFeatures({ engine, document, baseDir, log: say });
          }
        });
      }
      const runId = newRunId();
      try {
        records.create({
          runId,
          graphId: graph.id,
          graphName: graph.name,
          source: source ?? 'engine',
          startedMs: Date.now(),
          owner: currentProcess(),
        });
      } catch (error) {
        throw diskError(error, dataDir);
      }
      // A retraining runs the same graph without its pins, and lets go of none.
      if (source !== 'retrain') pins.release(graph.id, pinnedSteps(planned.plan));
      launch(runId, planned, selected, { baseDir: resolve(baseDir), whole });
      return { runId, diagnostics: [...diagnostics, ...streamProblems] };
    },
    cancelRun: async (runId) => {
      const run = active.get(runId);
      if (run === undefined) return false;
      run.controller.abort(new AppError('run.cancelled', 'The run was cancelled.'));
      await run.done;
      return true;
    },
    pauseRun: (runId, paused) => {
      const run = active.get(runId);
      if (run === undefined) return false;
      if (run.gate.isOpen === paused) {
        if (paused) run.gate.close();
        else run.gate.open();
        run.log.emit({ type: paused ? 'run.paused' : 'run.resumed' });
      }
      return true;
    },
    datasets,
    runResources: (runId) => resources.read(runId),
    runEvents: (runId, after, signal) => logs.follow(runId, after, signal),
    listRuns: (query) => records.list(query),
    getRun: (runId) => records.get(runId),
    runStep: ({ plan, stepId, store: target = store, baseDir, signal = neverAborted, share, onLog, onBegin }) =>
      runPlanStep({
        plan,
        stepId,
        store: target,
        baseDir: resolve(baseDir),
        signal,
        share,
        onLog,
        onBegin,
        keys,
        kinds,
        threads: cores,
      }),
    lookAtStep: async ({ plan, stepId, store: target, baseDir }) => {
      const place = { plan, stepId, store: target, baseDir: resolve(baseDir), signal: neverAborted, keys, kinds };
      const { key, known } = await resolvePlanStep(place);
      return { key, hit: known !== undefined };
    },
    close: async () => {
      for (const { controller } of active.values())
        controller.abort(new AppError('run.cancelled', 'The engine is closing.'));
      triggers.close();
      await Promise.all([...active.values()].map(({ done }) => done));
      await streams.close();
      await workers.close();
      logs.close();
      openEngines.leave();
      database.close();
      if (opened.copy !== undefined) await rm(opened.copy, { recursive: true, force: true });
    },
  };
  return engine;
}

interface PlanStepOptions {
  plan: Plan;
  stepId: string;
  store: ArtifactStore;
  baseDir: string;
  signal: AbortSignal;
  keys: RunServices['keys'];
  kinds: RunServices['kinds'];
}

/** The keys of the steps above follow from the plan and their records, so a pod needs the store and the plan only. */
async function resolvePlanStep(options: PlanStepOptions) {
  const { plan, stepId, store, baseDir, signal, keys, kinds } = options;
  const { selected, unknown } = selectSteps(plan, { to: stepId });
  if (unknown.length > 0) {
    throw new AppError('graph.invalid', `The plan has no step "${stepId}".`, {
      fix: `Its steps are ${plan.steps.map((step) => step.id).join(', ')}.`,
    });
  }
  const outputs = new Map<string, Record<string, ResolvedOutput>>();
  for (const step of plan.steps.filter(({ id }) => selected.has(id))) {
    const inputs = resolveInputs(step, (id) => outputs.get(id));
    if (inputs === undefined) throw new AppError('internal.bug', `The plan lists "${step.id}" before what it needs.`);
    const parts = withInputs(await keys.ownParts(step, baseDir, signal), inputs);
    const key = stepKey(parts);
    const known = await store.getStep(key);
    if (step.id === stepId) return { step, key, parts, inputs, known };
    if (known === undefined) {
      throw new AppError(
        'artifact.not-found',
        `Step "${stepId}" needs the result of "${step.id}", which is not in ${store.uri}.`,
        {
          nodeId: step.id,
          fix: `Run step "${step.id}" of the same plan first.`,
        },
      );
    }
    outputs.set(step.id, resolveOutputs(kinds, step, inputs, known));
  }
  throw new AppError('internal.bug', `Step "${stepId}" was not reached.`);
}

async function runPlanStep(
  options: PlanStepOptions & {
    share: Share | undefined;
    onLog: ((text: string) => void) | undefined;
    onBegin: (() => void) | undefined;
    threads: number;
  },
): Promise<{ status: 'executed' | 'cached'; record: StepRecord }> {
  const { plan, store, baseDir, signal, kinds, threads } = options;
  const { known, ...resolved } = await resolvePlanStep(options);
  if (known !== undefined) return { status: 'cached', record: known };
  const task = {
    ...resolved,
    runId: newRunId(),
    graph: plan.graph,
    baseDir,
    threads,
    gpus: resolved.step.resources?.gpu?.count ?? 0,
    memoryBytes: memoryForSteps(),
  };
  const record = await executeStep(task, {
    store,
    kinds,
    signal,
    items: createStepItems(store, task, options.share),
    log: (_level, text) => options.onLog?.(text),
    begun: () => options.onBegin?.(),
    progress: () => undefined,
    partial: () => undefined,
  });
  return { status: 'executed', record };
}

/** Said before it starts; it is tried all the same, since the estimate may be wrong. */
function tooLarge({ id, willNotFit, missingGpus }: StepState): Diagnostic[] {
  const gibibytes = (bytes: number) => `${(bytes / 1024 ** 3).toPrecision(3)} GiB`;
  const place = { path: pointer('nodes', id), node: id, code: 'step.will-not-fit', severity: 'warning' } as const;
  const memory: Diagnostic[] =
    willNotFit === undefined
      ? []
      : [
          {
            ...place,
            message: `"${id}" is expected to need ${gibibytes(willNotFit.neededBytes)} of memory; this machine has ${gibibytes(willNotFit.availableBytes)} for steps.`,
            fix: 'Give it fewer rows or columns, or run it on a larger machine; set "resources" of the node where the estimate is wrong.',
          },
        ];
  if (missingGpus === undefined) return memory;
  return [
    ...memory,
    {
      ...place,
      message: `"${id}" asks for ${missingGpusText(missingGpus)}.`,
      fix: 'Set its device to auto or cpu, or run it on a machine or cluster that has one; the Devices screen tells what works here.',
    },
  ];
}

function pinnedSteps(plan: Plan): Set<string> {
  return new Set(plan.steps.filter(({ pinned }) => pinned !== undefined).map(({ id }) => id));
}

function listedStep({ id, kind, path }: Pick<PlanStep, 'id' | 'kind' | 'path'>) {
  return { id, kind, ...(path === undefined ? {} : { path }) };
}

/** Sorts by time; unique across engines. */
function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return `${time}-${randomUUID().slice(0, 8)}`;
}

function nothingToRun(diagnostics: readonly Diagnostic[]): AppError {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) {
    return new AppError('graph.invalid', 'The graph has no step to run.', {
      fix: 'Add a data node and what follows it.',
    });
  }
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const code = first.code === 'graph.too-new' || first.code === 'graph.too-large' ? first.code : 'graph.invalid';
  return new AppError(code, `Nothing of the graph can run: ${first.message}${more}`, {
    fix: first.fix,
    nodeId: first.node,
    details: { diagnostics },
  });
}

function cannotSelect(planned: PlannedGraph, id: string): AppError {
  const reason =
    planned.blocked.find((step) => step.id === id)?.reason ??
    planned.diagnostics.find(({ node, severity }) => node === id && severity === 'error')?.message;
  if (reason !== undefined) {
    return new AppError('graph.invalid', `"${id}" cannot run: ${reason}`, {
      nodeId: id,
      fix: 'Correct the problems that slipway validate lists.',
      details: { diagnostics: planned.diagnostics },
    });
  }
  return new AppError('graph.invalid', `The graph has no step "${id}".`, {
    fix: `Its steps are ${planned.plan.steps.map((step) => step.id).join(', ')}.`,
  });
}

/** An override that has no effect or cannot be used was mistyped; running without it would mislead. */
function refuses({ node, field, code }: Diagnostic, override: ParameterOverride): boolean {
  return node === override.node && field === override.param && code.startsWith('params.');
}

function unknownOverride(node: string, nodes: readonly string[]): AppError {
  return new AppError('params.invalid', `There is no node "${node}" to set a parameter of.`, {
    fix: `Write NODE.PARAM=VALUE; the nodes are ${nodes.join(', ')}.`,
  });
}

function toDiagnostic(error: AppError): Diagnostic {
  return {
    path: error.nodeId === undefined ? '' : pointer('nodes', error.nodeId),
    ...(error.nodeId === undefined ? {} : { node: error.nodeId }),
    code: error.code,
    severity: 'error',
    message: error.message,
    ...(error.fix === undefined ? {} : { fix: error.fix }),
  };
}
