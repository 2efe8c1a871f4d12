import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../shared/errors/codes.ts';
import { type ModelForm, modelFormOf } from '../../shared/model/model-form.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { BatcherLimits, BatcherObserver, InferJob, RunDurations } from './batcher.ts';
import type { BatchingPolicy } from './batching-policy.ts';
import { batchSizeBuckets, durationBuckets, Histogram, responseMsBuckets } from './histogram-metric.ts';
import { ImageDecoder } from './images/image-decoder.ts';
import { withPixels } from './images/image-rows.ts';
import { deviceOf, limitsOf, responseCacheBytesOf, scalingOf, warmupOf } from './model-config.ts';
import { modelFileSpecs } from './model-file-specs.ts';
import type { ModelSource } from './model-source.ts';
import { ModelStatistics } from './model-statistics.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import { joinedColumnNames } from '../../shared/model/request-columns.ts';
import type { Enrichment, ViewUse } from '../features/enrichment.ts';
import type { ReadFeatures } from './feature-gateway.ts';
import { enrichTensors, keyTensors } from './enrich-request.ts';
import type { InferRequest, ModelSpecs } from './infer-request.ts';
import { runPipeline } from './pipeline/run-pipeline.ts';
import { ServedStep } from './pipeline/served-step.ts';
import { logColumns } from './prediction-log/log-columns.ts';
import { PredictionLog, type PredictionLogOptions } from './prediction-log/prediction-log.ts';
import type { ModelFleet } from './replicas/model-fleet.ts';
import { ReplicaSet, type ReplicaSetOptions } from './replicas/replica-set.ts';
import type { ScalingOptions } from './replicas/scaling-options.ts';
import { RequestLog } from './request-log.ts';
import type { WorkerStart } from './worker-protocol.ts';
import type { RequestTiming } from './request-timing.ts';
import { contentKey, ResponseCache } from './response-cache.ts';
import type { ShadowResult } from './shadow.ts';
import type { Tensor, TensorSpec } from './tensor.ts';

export interface ServedModelOptions {
  limits: BatcherLimits;
  /** Threads inside one operator. */
  threads: number;
  /** Where models run that do not say it themselves: `auto`, `gpu` or an execution provider. */
  device: string;
  scaling: ScalingOptions;
  fleet: ModelFleet;
  /** Null: no request log on the disk. */
  predictionLog: PredictionLogOptions | null;
  /** Bound of the response cache of each model version; 0: none, unless its configuration asks for one. */
  responseCacheBytes: number;
  /** Where this endpoint keeps its files. */
  stateDir: string;
  /** Reads the features of models that were trained on joined views. */
  enrich(joined: readonly JoinedView[]): Enrichment;
  /** Runs look-ups against the online store, more than once where it has to be asked over the network. */
  readFeatures: ReadFeatures;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

const retireTimeoutMs = 60_000;
/** One thread for the images of all models of the process. */
const images = new ImageDecoder();

/** One model version that answers requests. */
export class ServedModel {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** Of the file it is loaded from; what else a trained model has lies beside it. */
  readonly modelPath: string;
  readonly form: ModelForm;
  readonly manifest: ModelManifest | null;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** What a tensor request may have: features that are looked up can be left out, their keys are added. */
  readonly requestSpecs: ModelSpecs;
  /** Null for a model without joined features. */
  readonly enrichment: Enrichment | null;
  /** Of a model of several steps those of the first, which every request goes through. */
  readonly replicas: ReplicaSet;
  /** Of a model of several steps; else empty. */
  readonly steps: readonly ServedStep[];
  readonly statistics = new ModelStatistics();
  /** Null where answers are not kept. */
  readonly responseCache: ResponseCache | null;
  /** Mirrored requests by how the outputs compared with the answer. */
  readonly shadowResults = new Map<ShadowResult, number>();
  /** Requests by HTTP status. */
  readonly requestsByCode = new Map<number, number>();
  readonly durationSeconds = new Histogram(durationBuckets);
  readonly responseMs = new Histogram(responseMsBuckets);
  readonly queueSeconds = new Histogram(durationBuckets);
  readonly batchSize = new Histogram(batchSizeBuckets);
  /** Most rows of one run; 0 where axis 0 is no batch. */
  readonly maxBatchRows: number;
  readonly maxQueueRows: number;
  readonly batching: BatchingPolicy | undefined;
  /** Whether it has a latency objective to keep. */
  readonly hasObjective: boolean;
  readonly #readFeatures: ReadFeatures;
  readonly #openPredictionLog: () => PredictionLog | null;
  #requestLog: RequestLog | undefined;
  #predictionLog: PredictionLog | null | undefined;
  #holds = 0;
  #idle: (() => void) | undefined;
  /** Whether axis 0 of every input is the batch. */
  readonly #batched: boolean;

  private constructor(
    source: ModelSource,
    specs: { inputs: TensorSpec[]; outputs: TensorSpec[] },
    replicas: ReplicaSet,
    steps: readonly ServedStep[],
    options: ServedModelOptions,
  ) {
    const limits = limitsOf(source.config, options.limits);
    this.replicas = replicas;
    this.steps = steps;
    this.name = source.name;
    this.version = source.version;
    this.digest = source.digest;
    this.modelPath = source.modelPath;
    this.form = modelFormOf(source.manifest);
    this.manifest = source.manifest;
    this.inputs = specs.inputs;
    this.outputs = specs.outputs;
    const { manifest } = source;
    this.enrichment = manifest?.joined === undefined ? null : options.enrich(manifest.joined);
    const keys = manifest === null ? [] : keyTensors(manifest, specs.inputs);
    const optional = new Set([...joinedColumnNames(manifest?.joined), ...keys.map(({ name }) => name)]);
    this.requestSpecs = { name: source.name, inputs: [...specs.inputs, ...keys], outputs: specs.outputs, optional };
    this.#openPredictionLog = () => openPredictionLog(source, specs, options);
    const cacheBytes = responseCacheBytesOf(source.config, options.responseCacheBytes);
    this.responseCache = cacheBytes === 0 ? null : new ResponseCache(cacheBytes);
    this.#readFeatures = options.readFeatures;
    this.#batched = source.config.max_batch_size !== 0 && hasBatchAxis(specs.inputs, specs.outputs);
    this.maxBatchRows = this.#batched ? limits.maxBatchRows : 0;
    this.maxQueueRows = limits.maxQueueRows;
    this.batching = limits.batching;
    this.hasObjective = limits.objectiveMs !== null;
    for (const set of this.replicaSets) set.setMergeable(this.#batched);
    // What a process that ended early left of its log is taken over now, where there is a model to log.
    if (replicas.state !== 'on-demand') void this.predictionLog;
    for (const set of this.replicaSets) options.fleet.add(set, () => this.#holds > 0);
  }

  /** The workers of every step. */
  get replicaSets(): readonly ReplicaSet[] {
    return this.steps.length === 0 ? [this.replicas] : this.steps.map((step) => step.replicas);
  }

  /** Loads the model in its worker, or leaves that to its first request. Errors: `model.invalid`. */
  static async open(source: ModelSource, options: ServedModelOptions): Promise<ServedModel> {
    const { fleet } = options;
    let model: ServedModel | undefined;
    const limits = limitsOf(source.config, options.limits);
    const startOptions = {
      limits,
      threads: options.threads,
      device: deviceOf(source.config) ?? options.device,
      warmup: warmupOf(source.config),
      scaling: scalingOf(source.config, options.scaling),
      fleet,
      pinned: fleet.options.pinned.includes(source.name),
      share: fleet.options.shares[source.name] ?? 1,
      log: options.log,
    };
    const observer: BatcherObserver = {
      queued: (waitedMs) => model?.countQueued(waitedMs),
      ran: (rows, requests, durations) => model?.countRun(rows, requests, durations),
    };
    const busy = (durations: RunDurations) => {
      if (model !== undefined) model.statistics.busyMs += durations.inferMs;
    };
    const form = modelFormOf(source.manifest);
    const steps = (source.manifest?.pipeline?.steps ?? []).map((spec) => new ServedStep(spec));
    const sets: ReplicaSet[] = [];
    try {
      for (const [index, step] of steps.entries()) {
        const path = join(dirname(source.modelPath), step.spec.file);
        const label = `step ${step.spec.name} of model ${source.name}`;
        // Requests and rows of a model are those of its first step; the time of every step is time of the model.
        const counted =
          index === 0
            ? observer
            : { queued: () => undefined, ran: (_r: number, _q: number, durations: RunDurations) => busy(durations) };
        const kind = step.spec.kind === 'neighbours' ? ('neighbours' as const) : undefined;
        step.replicas = await createReplicas({ ...startOptions, kind, path, label, observer: step.observer(counted) });
        sets.push(step.replicas);
      }
      const [
        first = await createReplicas({
          ...startOptions,
          ...(form === 'python' ? { kind: form, manifest: source.manifest ?? undefined, digest: source.digest } : {}),
          path: source.modelPath,
          label: `model ${source.name}`,
          observer,
        }),
      ] = sets;
      if (sets.length === 0) sets.push(first);
      const onDemand = fleet.options.loadOnDemand && !first.pinned;
      const inGraph = form === 'onnx' && (onDemand || steps.length > 0);
      const declared = inGraph ? await modelFileSpecs(source.modelPath) : undefined;
      const opened = onDemand && declared !== undefined ? [] : await openAll(sets);
      const specs = declared ?? (opened[0] as Specs);
      requireManifestFits(source, specs.inputs);
      model = new ServedModel(source, specs, first, steps, options);
      for (const set of sets) if (set.state !== 'on-demand') await set.fill();
    } catch (error) {
      await Promise.all(sets.map((set) => set.close(toAppError(error))));
      throw error;
    }
    return model;
  }

  /** In memory. */
  get requestLog(): RequestLog {
    this.#requestLog ??= new RequestLog(this.inputs, this.outputs, this.manifest);
    return this.#requestLog;
  }

  /** On the disk; null where nothing is logged. */
  get predictionLog(): PredictionLog | null {
    if (this.#predictionLog === undefined) this.#predictionLog = this.#openPredictionLog();
    return this.#predictionLog;
  }

  /** Whether it answers, with a worker of its own or one that its next request starts. */
  get ready(): boolean {
    return this.replicaSets.every(({ state }) => state === 'ready' || state === 'on-demand' || state === 'loading');
  }

  get queuedRows(): number {
    return this.replicaSets.reduce((sum, set) => sum + set.queuedRows, 0);
  }

  /** Rows that may wait at this moment; shrinks in overload to keep the latency objective. */
  get queueLimitRows(): number {
    return this.replicas.queueLimitRows;
  }

  /** Whether a single row whose bytes may have arrived `lateMs` ago would be queued now. */
  hasRoom(lateMs: number, session: string | undefined): boolean {
    return this.replicas.hasRoom(lateMs, session);
  }

  /** A request has left the queue of its first step. */
  countQueued(waitedMs: number): void {
    this.queueSeconds.observe(waitedMs / 1000);
    this.statistics.queued(waitedMs);
  }

  /** A run of its first step has ended. */
  countRun(rows: number, requests: number, durations: RunDurations): void {
    this.batchSize.observe(rows);
    this.statistics.ran(rows, requests, durations);
  }

  /** Rows of a request: the first extent where that is the batch, else 1. Errors: `request.invalid`. */
  rowsOf(inputs: readonly Tensor[]): number {
    const [first] = inputs;
    if (!this.#batched || first === undefined) return 1;
    const rows = first.shape[0] as number;
    for (const input of inputs) {
      if (input.shape[0] === rows) continue;
      throw new AppError(
        'request.invalid',
        `Input "${first.name}" has ${rows} rows and input "${input.name}" has ${input.shape[0]}; all inputs need the same number.`,
      );
    }
    return rows;
  }

  /** Remembers answered rows, for monitors and the request log. */
  record(
    { id = '', inputs, keys = [] }: Pick<InferRequest, 'id' | 'inputs' | 'keys'>,
    outputs: readonly Tensor[],
    rows: number,
    timing: RequestTiming | undefined,
  ): void {
    const nowMs = Date.now();
    this.requestLog.add(inputs, outputs, rows, nowMs, id);
    const logged = keys.length === 0 ? inputs : [...inputs, ...keys];
    this.predictionLog?.add({ id, inputs: logged, outputs, rows, timeMs: nowMs, timing });
  }

  /** Remembers a request that got no answer; the request log has none of its values. */
  recordFailure(status: number, code: ErrorCode, timing: RequestTiming): void {
    this.predictionLog?.addFailure({ status, code, timing, timeMs: Date.now() });
  }

  countShadow(result: ShadowResult): void {
    this.shadowResults.set(result, (this.shadowResults.get(result) ?? 0) + 1);
  }

  /** JSON rows with the features that they lack, and images as pixels. Errors: of `Enrichment.rows` and `withPixels`. */
  async enrichRows(given: readonly Record<string, unknown>[]): Promise<{
    rows: readonly Record<string, unknown>[];
    uses: readonly ViewUse[];
  }> {
    const { enrichment } = this;
    const rows = await withPixels(given, this.manifest?.inputs ?? [], (bytes, shape) => images.decode(bytes, shape));
    if (enrichment === null) return { rows, uses: [] };
    return this.#readFeatures((store) => enrichment.rows(rows, store));
  }

  /** The same for a tensor request. */
  async enrichTensors(request: InferRequest): Promise<{ request: InferRequest; uses: readonly ViewUse[] }> {
    const { enrichment, manifest } = this;
    if (enrichment === null || manifest === null) return { request, uses: [] };
    return this.#readFeatures((store) =>
      enrichTensors({ rows: (rows) => enrichment.rows(rows, store) }, manifest, this.inputs, request),
    );
  }

  /** `session`: of requests that keep to one replica where the endpoint says so. */
  infer(job: InferJob, session?: string): Promise<Tensor[]> {
    const cache = this.responseCache;
    return cache === null ? this.#run(job, session) : this.#inferCached(cache, job, session);
  }

  #run(job: InferJob, session: string | undefined): Promise<Tensor[]> {
    if (this.steps.length === 0) return this.replicas.submit(job, session);
    return runPipeline(this.steps, job, session).then(({ outputs }) => outputs);
  }

  async #inferCached(cache: ResponseCache, job: InferJob, session: string | undefined): Promise<Tensor[]> {
    const startedMs = performance.now();
    const key = contentKey(job);
    const kept = cache.get(key);
    if (kept !== undefined) {
      this.statistics.cacheHit(performance.now() - startedMs);
      return kept;
    }
    const lookupMs = performance.now() - startedMs;
    const { outputs, keptRows } =
      this.steps.length === 0
        ? { outputs: await this.replicas.submit(job, session), keptRows: 0 }
        : await runPipeline(this.steps, job, session);
    const insertMs = performance.now();
    // What overload took from an answer must not outlast it.
    if (keptRows === 0) cache.set(key, outputs);
    this.statistics.cacheMiss(lookupMs + performance.now() - insertMs);
    return outputs;
  }

  /** Keeps the model from being closed by `retire` until the matching `release`. */
  hold(): void {
    this.#holds++;
  }

  release(): void {
    this.#holds--;
    if (this.#holds === 0) this.#idle?.();
  }

  /** Closes the model once nothing holds it; at the latest after the longest time a request may take. */
  async retire(): Promise<void> {
    if (this.#holds > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, retireTimeoutMs);
        this.#idle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await this.close();
  }

  async close(): Promise<void> {
    const reason = new AppError('serve.not-ready', `Model ${this.name} is being stopped.`);
    await Promise.all(this.replicaSets.map((set) => set.close(reason)));
    await this.#predictionLog?.close();
  }
}

interface CreateReplicas extends Omit<ReplicaSetOptions, 'start' | 'fileBytes'> {
  kind?: WorkerStart['kind'];
  manifest?: WorkerStart['manifest'];
  digest?: WorkerStart['digest'];
  path: string;
  label: string;
  threads: number;
  device: string;
  warmup: WorkerStart['warmup'];
}

async function createReplicas({
  kind,
  manifest,
  digest,
  path,
  label,
  threads,
  device,
  warmup,
  ...options
}: CreateReplicas): Promise<ReplicaSet> {
  const size = await stat(path).then(
    (found) => found.size,
    (cause) => {
      throw new AppError('model.invalid', `There is no file ${path} of ${label}.`, {
        fix: 'Serve the whole folder of the model, steps included; if it is whole, run the graph again.',
        cause,
      });
    },
  );
  return new ReplicaSet({
    ...options,
    start: { kind, manifest, digest, path, label, threads, device, maxBatchRows: options.limits.maxBatchRows, warmup },
    fileBytes: size,
  });
}

type Specs = { inputs: TensorSpec[]; outputs: TensorSpec[] };

/** One after the other, so that the memory of each can be told. */
async function openAll(sets: readonly ReplicaSet[]): Promise<Specs[]> {
  const specs: Specs[] = [];
  for (const set of sets) specs.push(await set.openFirst());
  return specs;
}

/**
 * Whether the model works row by row along axis 0: that extent is variable in every input and output and, where the
 * model names its extents, has the same name everywhere.
 */
function hasBatchAxis(inputs: readonly TensorSpec[], outputs: readonly TensorSpec[]): boolean {
  const all = [...inputs, ...outputs];
  if (inputs.length === 0 || all.some((spec) => spec.shape[0] !== -1)) return false;
  const names = new Set(all.map((spec) => spec.dimNames[0]).filter((name) => name !== undefined && name !== ''));
  return names.size <= 1;
}

function requireManifestFits(source: ModelSource, inputs: readonly TensorSpec[]): void {
  const missing = source.manifest?.inputs.find((column) => !inputs.some((input) => input.name === column.name));
  if (missing === undefined) return;
  throw new AppError('model.invalid', `Model ${source.name} has no input for its column “${missing.name}”.`, {
    fix: 'Train the model again; its files do not belong together.',
  });
}

/** Null where nothing is to be logged, or nothing of the model can be. */
function openPredictionLog(
  { name, version, manifest }: ModelSource,
  { inputs, outputs }: { inputs: TensorSpec[]; outputs: TensorSpec[] },
  { predictionLog, stateDir, log }: ServedModelOptions,
): PredictionLog | null {
  if (predictionLog === null) return null;
  const { mode, redactColumns, retentionDays, maxBytes = null, delivery: targets } = predictionLog;
  const keys = manifest === null ? [] : keyTensors(manifest, inputs);
  const columns = logColumns([...inputs, ...keys], outputs, manifest, new Set(redactColumns));
  if (columns.length === 0) return null;
  // A name may hold anything; what it is turned into stays one folder.
  const folder = encodeURIComponent(name).replaceAll('.', '%2E');
  const delivery = {
    publish: targets?.publish ?? null,
    send: targets?.send ?? null,
    model: name,
    version,
    // Logs of several machines may come together in one place.
    folder: [hostname(), basename(dirname(stateDir)), basename(stateDir)].join('/'),
  };
  const root = join(stateDir, 'requests');
  const about = { model: name, version, classes: manifest?.task === 'regression' ? null : (manifest?.classes ?? null) };
  const options = { root, dir: join(root, folder, version), columns, about, retentionDays, maxBytes, delivery };
  return new PredictionLog(options, mode, log);
}
