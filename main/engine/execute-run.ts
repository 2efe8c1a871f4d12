import { serviceNode } from '../../nodes/feature/service/definition.ts';
import { AppError, toAppError, toWireError } from '../../shared/errors/app-error.ts';
import type { OutputRef, RunFinished, StepResult } from '../../shared/events/run-events.ts';
import { portRef } from '../../shared/graph/ids.ts';
import type { BlockedStep } from '../../shared/plan/create-plan.ts';
import type { KeyParts, Plan, PlanStep } from '../../shared/plan/plan.ts';
import { stepKey } from '../../shared/plan/step-key.ts';
import type { StepRecord } from '../store/artifact-store.ts';
import { diskError } from '../store/disk-error.ts';
import type { ModelRegistry } from '../store/model-registry.ts';
import type { StepHistoryEntry } from '../store/step-history.ts';
import { recordStep } from '../tracking/record-step.ts';
import type { TrackingStore } from '../tracking/tracking-store.ts';
import { datasetOf } from './dataset-location.ts';
import type { InputRef } from './execute-step.ts';
import { recordFeatureService } from './feature-services.ts';
import { explainMiss } from './plan-state.ts';
import { type PinContext, pinnedResult } from './pinned-result.ts';
import { metricsOf, registerOutput } from './registration.ts';
import type { RunGate } from './run-gate.ts';
import type { LiveRunLog } from './run-log.ts';
import type { Lease, Scheduler } from '../compute/scheduling/scheduler.ts';
import {
  type EstimateContext,
  estimateStep,
  memoryForSteps,
  missingGpusText,
  type StepEstimate,
} from './step-estimate.ts';
import { type StepKeys, withInputs } from './step-keys.ts';
import { type ResolvedOutput, resolveInputs, resolveOutputs, toOutputRefs } from './step-outputs.ts';
import type { WorkerPool } from './worker-pool.ts';

export interface RunServices extends PinContext, EstimateContext {
  dataDir: string;
  registry: ModelRegistry;
  tracking: TrackingStore;
  keys: StepKeys;
  scheduler: Scheduler;
  workers: WorkerPool;
  /** Keys being made by any run of this engine; the same work is done once. */
  inFlight: Map<string, Promise<unknown>>;
}

/** The longest pause before another try. */
const longestBackoffMs = 10 * 60_000;

export interface RunRequest {
  runId: string;
  plan: Plan;
  /** Steps in `plan` to run. */
  selected: ReadonlySet<string>;
  /** Steps that run although their result is known. */
  forced: ReadonlySet<string>;
  /** Steps that cannot run as the graph stands. */
  blocked: readonly BlockedStep[];
  baseDir: string;
  signal: AbortSignal;
  /** While it is closed no attempt starts. */
  gate: RunGate;
}

interface StepOutcome {
  result: StepResult;
  outputs: Record<string, ResolvedOutput>;
  metrics: Record<string, number>;
  /** Skipped because a gate above, or the step itself as one, ended its branch. */
  onPurpose?: boolean;
}

/** Runs the selected steps and returns how it ended; every failure of a step is an outcome, not an exception. */
export async function executeRun(
  request: RunRequest,
  services: RunServices,
  log: LiveRunLog,
): Promise<Pick<RunFinished, 'status' | 'steps' | 'outputs' | 'metrics'>> {
  const steps = request.plan.steps.filter((step) => request.selected.has(step.id));
  const outcomes = new Map<string, Promise<StepOutcome>>();
  /** Written once at the end: a write for each of many cached steps would take most of the time. */
  const reused: StepHistoryEntry[] = [];
  // Steps are in topological order: what a step needs is in the map before it.
  for (const step of steps) outcomes.set(step.id, new StepRun(step, request, services, log, outcomes, reused).run());
  const blocked = request.blocked.map((step): StepOutcome => {
    const result: StepResult = { ...step, status: 'skipped', key: '', durationMs: 0 };
    log.emit({ type: 'step.finished', ...result, outputs: {} });
    return { result, outputs: {}, metrics: {} };
  });
  const done = [...(await Promise.all(outcomes.values())), ...blocked];
  services.history.use(reused);

  const outputs: Record<string, OutputRef> = {};
  const metrics: Record<string, Record<string, number>> = {};
  for (const { result, outputs: ports, metrics: measured } of done) {
    for (const [port, ref] of Object.entries(toOutputRefs(ports))) outputs[portRef(result.id, port)] = ref;
    if (Object.keys(measured).length > 0) metrics[result.id] = measured;
  }
  const results = done.map(({ result }) => result);
  const failed = done.some(
    ({ result: { status }, onPurpose }) => status === 'failed' || (status === 'skipped' && onPurpose !== true),
  );
  const cancelled = results.some(({ status }) => status === 'cancelled');
  return { status: cancelled ? 'cancelled' : failed ? 'failed' : 'succeeded', steps: results, outputs, metrics };
}

class StepRun {
  private readonly step: PlanStep;
  private readonly request: RunRequest;
  private readonly services: RunServices;
  private readonly log: LiveRunLog;
  private readonly outcomes: ReadonlyMap<string, Promise<StepOutcome>>;
  private readonly reused: StepHistoryEntry[];
  private key = '';

  constructor(
    step: PlanStep,
    request: RunRequest,
    services: RunServices,
    log: LiveRunLog,
    outcomes: ReadonlyMap<string, Promise<StepOutcome>>,
    reused: StepHistoryEntry[],
  ) {
    this.step = step;
    this.request = request;
    this.services = services;
    this.log = log;
    this.outcomes = outcomes;
    this.reused = reused;
  }

  async run(): Promise<StepOutcome> {
    const started = performance.now();
    const elapsed = () => performance.now() - started;
    try {
      const above = await this.upstream();
      const pinned = await this.pinned(above);
      if (pinned !== undefined) return pinned;
      this.request.signal.throwIfAborted();
      const stoppers = above.filter(({ result }) => result.status !== 'executed' && result.status !== 'cached');
      // What failed is the graver reason.
      const stopper = stoppers.find(({ onPurpose }) => onPurpose !== true) ?? stoppers[0];
      if (stopper !== undefined) {
        return { ...this.finish(this.skip(stopper.result), {}, {}), onPurpose: stopper.onPurpose === true };
      }
      const outputsOf = new Map(above.map(({ result, outputs }) => [result.id, outputs]));
      const inputs = resolveInputs(this.step, (id) => outputsOf.get(id));
      if (inputs === undefined)
        throw new AppError('internal.bug', `An input of "${this.step.id}" has no output to come from.`);
      return await this.obtain(inputs);
    } catch (error) {
      if (this.request.signal.aborted) return this.finish({ status: 'cancelled', durationMs: elapsed() }, {}, {});
      const failure = this.named(error);
      if (failure.code === 'step.skipped') {
        return {
          ...this.finish({ status: 'skipped', durationMs: elapsed(), reason: failure.message }, {}, {}),
          onPurpose: true,
        };
      }
      return this.finish({ status: 'failed', durationMs: elapsed(), reason: failure.message }, {}, {}, failure);
    }
  }

  /** The result that a pinned node keeps, whatever became of the steps above it. */
  private async pinned(above: readonly StepOutcome[]): Promise<StepOutcome | undefined> {
    const { services, request, step } = this;
    request.signal.throwIfAborted();
    const record = await pinnedResult(request.plan.graph.id, step, services);
    if (record === undefined) return undefined;
    this.key = record.key;
    services.pins.set(request.plan.graph.id, step.id, record.key);
    const outputsOf = new Map(above.map(({ result, outputs }) => [result.id, outputs]));
    const inputs = resolveInputs(step, (id) => outputsOf.get(id)) ?? {};
    return this.succeed(inputs, record, { status: 'cached', durationMs: 0, reason: 'pinned' });
  }

  private upstream(): Promise<StepOutcome[]> {
    const ids = new Set(Object.values(this.step.inputs).flatMap((sources) => sources.map((source) => source.step)));
    return Promise.all([...ids].map((id) => this.outcomes.get(id)).filter((outcome) => outcome !== undefined));
  }

  private skip(above: StepResult): Omit<StepResult, 'id' | 'kind' | 'key'> {
    if (above.status === 'cancelled') return { status: 'cancelled', durationMs: 0 };
    const reason =
      above.status === 'failed' ? `needs ${above.id}, which failed` : (above.reason ?? `needs ${above.id}`);
    return { status: 'skipped', durationMs: 0, reason };
  }

  /** The result from the store, or by running the step. */
  private async obtain(inputs: Record<string, InputRef[]>): Promise<StepOutcome> {
    const { keys, store, inFlight } = this.services;
    const own = await keys.ownParts(this.step, this.request.baseDir, this.request.signal);
    const parts = withInputs(own, inputs);
    this.key = stepKey(parts);
    let forced = this.request.forced.has(this.step.id);
    for (;;) {
      const others = inFlight.get(this.key);
      if (others !== undefined) {
        await waitFor(others, this.request.signal);
        // Whoever made it made it just now.
        forced = false;
        continue;
      }
      const done = this.reuseOrExecute(inputs, parts, forced, () => store.getStep(this.key));
      const settled = done.then(
        () => undefined,
        () => undefined,
      );
      inFlight.set(this.key, settled);
      try {
        return await done;
      } finally {
        inFlight.delete(this.key);
      }
    }
  }

  private async reuseOrExecute(
    inputs: Record<string, InputRef[]>,
    parts: KeyParts,
    forced: boolean,
    lookUp: () => Promise<StepRecord | undefined>,
  ): Promise<StepOutcome> {
    const { history } = this.services;
    const known = forced ? undefined : await lookUp();
    if (known !== undefined) {
      this.reused.push(this.historyEntry(known));
      if (this.step.pinned === true) this.services.pins.set(this.request.plan.graph.id, this.step.id, known.key);
      await this.recordRead(known);
      return this.succeed(inputs, known, { status: 'cached', durationMs: 0, reason: 'up to date' });
    }
    const why = explainMiss(this.request.plan, this.step, parts, history);
    const reasons = forced ? ['forced'] : why.reasons.length > 0 ? why.reasons : ['its result was missing or damaged'];
    this.log.emit({ type: 'step.queued', id: this.step.id });
    const { record, ...used } = await this.executeWithRetries(inputs, parts);
    history.record(this.historyEntry(record, used));
    if (this.step.pinned === true) this.services.pins.set(this.request.plan.graph.id, this.step.id, record.key);
    await this.recordRead(record);
    await this.track(parts, record);
    return this.succeed(inputs, record, {
      status: 'executed',
      durationMs: record.durationMs,
      reason: reasons.join('; '),
    });
  }

  private async executeWithRetries(inputs: Record<string, InputRef[]>, parts: KeyParts) {
    const limit = this.step.retry?.limit ?? 0;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.execute(inputs, parts, attempt);
      } catch (error) {
        const { category, message } = toAppError(error);
        const hopeless = category === 'user' || category === 'cancelled' || this.request.signal.aborted;
        if (hopeless || attempt > limit) throw error;
        this.say('warn', `Attempt ${attempt} failed: ${message}`);
        const backoffMs = (this.step.retry?.backoffMs ?? 0) * 2 ** (attempt - 1);
        await waitFor(pause(Math.min(backoffMs, longestBackoffMs)), this.request.signal);
      }
    }
  }

  private async execute(inputs: Record<string, InputRef[]>, parts: KeyParts, attempt: number) {
    const { services, request, step } = this;
    const estimate = await estimateStep(request.plan.graph.id, step, parts, services);
    this.warnIfTooLarge(estimate.memoryBytes);
    await this.awaitGpus(estimate.gpus);
    const lease = await this.lease(estimate);
    // Waiting for its turn does not count.
    const signal =
      step.timeoutMs === undefined
        ? { value: request.signal, clear: () => undefined }
        : withTimeout(request.signal, step.id, step.timeoutMs);
    try {
      this.log.emit({ type: 'step.started', id: step.id, attempt });
      const task = {
        runId: request.runId,
        graph: request.plan.graph,
        step,
        key: this.key,
        parts,
        inputs,
        baseDir: request.baseDir,
        threads: lease.threads,
        gpus: lease.gpus,
        // What the node says is a limit, even where more is free.
        memoryBytes: step.resources?.memoryBytes ?? lease.memoryBytes,
      };
      return await services.workers.run(
        task,
        {
          log: (level, text) => this.log.emit({ type: 'step.log', id: step.id, level, text }),
          progress: (progress) => this.log.progress(step.id, progress),
          partial: (value) => this.log.emit({ type: 'step.partial', id: step.id, value }),
        },
        signal.value,
      );
    } finally {
      signal.clear();
      lease.release();
    }
  }

  /** Its turn, once the run is not paused. */
  private async lease({ cpu, memoryBytes, gpus }: StepEstimate): Promise<Lease> {
    const { gate, signal } = this.request;
    const request = {
      cpu: cpu ?? Number.POSITIVE_INFINITY,
      memoryBytes: memoryBytes ?? 0,
      gpus,
      onGpuWait: () => this.say('info', 'It waits for the graphics processor that another step uses.'),
    };
    for (;;) {
      await waitFor(gate.opened(), signal);
      const lease = await this.services.scheduler.acquire(request, signal);
      if (gate.isOpen) return lease;
      lease.release();
    }
  }

  /** Before a step asks for graphics processors, the scheduler has to know how many there are. */
  private async awaitGpus(needed: number): Promise<void> {
    if (needed === 0) return;
    const { gpus, scheduler } = this.services;
    const available = await gpus.count();
    scheduler.setGpus(available);
    if (needed > available) this.say('warn', `It asks for ${missingGpusText({ needed, available })}.`);
  }

  private say(level: 'info' | 'warn', text: string): void {
    this.log.emit({ type: 'step.log', id: this.step.id, level, text });
  }

  private warnIfTooLarge(memoryBytes: number | null): void {
    const available = memoryForSteps();
    if (memoryBytes === null || memoryBytes <= available) return;
    this.say(
      'warn',
      `It is expected to need ${gibibytes(memoryBytes)} of memory; this machine has ${gibibytes(available)} for steps.`,
    );
  }

  /** A step whose result is safe does not fail because its source could not be written down. */
  private async recordRead(record: StepRecord): Promise<void> {
    try {
      await this.recordVersions(record);
    } catch (error) {
      this.say('warn', `The dataset version was not recorded: ${toAppError(error).message}`);
    }
  }

  /** A source that was read, or whose result still stands for what it holds, is a dataset version. */
  private async recordVersions(record: StepRecord): Promise<void> {
    const { step, request, services } = this;
    const definition = services.kinds.definitionOf(step.kind);
    const readsOthers = Object.values(step.inputs).some((sources) => sources.length > 0);
    if (definition?.determinism !== 'external' || definition.stage !== 'data' || readsOthers) return;
    for (const { digest, type } of Object.values(record.outputs)) {
      const manifest = type === 'table' ? await services.store.get(digest) : undefined;
      if (manifest === undefined) continue;
      services.datasets.record({
        ...datasetOf(step.kind, step.params, request.baseDir, `${request.plan.graph.id}/${step.id}`),
        digest,
        kind: step.kind,
        schema: manifest.schema ?? { columns: [] },
        rowCount: manifest.rowCount ?? 0,
        sizeBytes: manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0),
        key: record.key,
        graphId: request.plan.graph.id,
        nodeId: step.id,
        runId: record.runId,
      });
    }
  }

  /** A step whose result is safe does not fail because it could not be written down as an experiment. */
  private async track(parts: KeyParts, record: StepRecord): Promise<void> {
    const { step, request, services } = this;
    const { durationMs, outputs, energyJoules } = record;
    try {
      await recordStep(services.tracking, services.store, {
        runId: request.runId,
        graph: request.plan.graph,
        step,
        key: this.key,
        parts,
        durationMs,
        energyJoules,
        outputs,
      });
    } catch (error) {
      this.say('warn', `The experiment was not recorded: ${toAppError(error).message}`);
    }
  }

  private historyEntry(
    record: StepRecord,
    used: Pick<StepHistoryEntry, 'peakMemoryBytes' | 'cpu'> = { peakMemoryBytes: null },
  ): StepHistoryEntry {
    return {
      graphId: this.request.plan.graph.id,
      nodeId: this.step.id,
      kind: this.step.kind,
      key: record.key,
      parts: record.parts,
      outputs: toOutputRefs(record.outputs),
      durationMs: record.durationMs,
      ...used,
      runId: record.runId,
    };
  }

  private async succeed(
    inputs: Record<string, InputRef[]>,
    record: StepRecord,
    end: Omit<StepResult, 'id' | 'kind' | 'key'>,
  ): Promise<StepOutcome> {
    const { services, request, step } = this;
    const outputs = resolveOutputs(services.kinds, step, inputs, record);
    const metrics: Record<string, number> = {};
    for (const { digest, type } of Object.values(outputs)) {
      const listsService = type === 'table' && step.kind === serviceNode.kind;
      if (type !== 'report' && type !== 'model' && !listsService) continue;
      const manifest = await services.store.get(digest);
      if (manifest === undefined) continue;
      if (listsService) {
        await recordFeatureService(services, manifest, { graphId: request.plan.graph.id, nodeId: step.id });
        continue;
      }
      if (type === 'report') Object.assign(metrics, metricsOf(manifest));
      else {
        registerOutput(services.registry, manifest, {
          runId: request.runId,
          graphId: request.plan.graph.id,
          nodeId: step.id,
        });
      }
    }
    return this.finish(end, outputs, metrics);
  }

  private finish(
    end: Omit<StepResult, 'id' | 'kind' | 'key'>,
    outputs: Record<string, ResolvedOutput>,
    metrics: Record<string, number>,
    error?: AppError,
  ): StepOutcome {
    const { id, kind, variant } = this.step;
    const result: StepResult = { id, kind, key: this.key, ...end, ...(variant === undefined ? {} : { variant }) };
    this.log.emit({
      type: 'step.finished',
      ...result,
      outputs: toOutputRefs(outputs),
      ...(error === undefined ? {} : { error: toWireError(error) }),
    });
    return { result, outputs, metrics };
  }

  /** The error with the node it belongs to. */
  private named(error: unknown): AppError {
    const { code, message, fix, details, nodeId } = toAppError(diskError(error, this.services.dataDir));
    return new AppError(code, message, { fix, details, nodeId: nodeId ?? this.step.id, cause: error });
  }
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toPrecision(3)} GiB`;
}

/** Waits, but no longer than until the signal aborts; then rejects with its reason. */
async function waitFor(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function withTimeout(outer: AbortSignal, id: string, timeoutMs: number): { value: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(
      new AppError('step.timeout', `"${id}" took longer than its limit of ${timeoutMs} ms.`, {
        nodeId: id,
        fix: 'Raise timeoutMs of the node, or give it less to do.',
      }),
    );
  }, timeoutMs);
  return { value: AbortSignal.any([outer, controller.signal]), clear: () => clearTimeout(timer) };
}
