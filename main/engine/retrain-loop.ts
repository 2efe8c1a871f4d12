import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { retrainNode } from '../../nodes/monitor/retrain/definition.ts';
import { AppError, toAppError, toWireError } from '../../shared/errors/app-error.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { LoopEvent } from '../../shared/rpc/engine-contract.ts';
import type { EndpointObserver } from '../monitoring/endpoint-observer.ts';
import type { LabelledLog, LoggedRows } from '../monitoring/labelled-log.ts';
import { comparePaired, type PairedComparison, scoreFile } from '../monitoring/paired-test.ts';
import { type ComparedSlice, compareSlices } from '../monitoring/slice-comparison.ts';
import type { PerformanceMonitor } from '../monitoring/performance-monitor.ts';
import {
  chooseTrainingWindow,
  qualityProblems,
  type TrainingWindow,
  writeTrainingTable,
} from '../monitoring/training-window.ts';
import { artifactModelSource } from '../serving/model-source.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { LoopRecords } from '../store/loop-records.ts';
import type { Engine } from './engine.ts';
import { lastEvent } from './last-event.ts';
import { retrainGraph, trainPartOf } from './retrain-graph.ts';
import { retrainReasons } from './retrain-reasons.ts';
import { rollOut } from './rollout.ts';

export interface RetrainLoopOptions {
  graphId: string;
  nodeId: string;
  document: GraphDocument;
  baseDir: string;
  /** The `serve.endpoint` node. */
  endpointNodeId: string;
  params: z.output<typeof retrainNode.params>;
  engine: Engine;
  records: LoopRecords;
  host: Pick<EndpointHost, 'tryVersion' | 'versions'>;
  endpointId: string;
  observer: EndpointObserver;
  performance: PerformanceMonitor;
  isDrifting(): boolean;
  /** Reasons to retrain that were found elsewhere. */
  asked?: readonly string[];
  /** Looks once instead of again and again. */
  once?: boolean;
  /** Serves a registered model at the endpoint, without a gap. */
  swap(modelDigest: string): Promise<void>;
  onEvent(event: LoopEvent): void;
  log(text: string): void;
}

export interface RetrainLoop {
  /** A person's decision on a challenger that waits for it. Errors: `loop.nothing-to-decide`. */
  decide(attempt: string, approve: boolean): void;
  /** Resolves after the first look and all that came of it. */
  readonly looked: Promise<void>;
  close(): void;
}

/** A better challenger that a person must approve. */
interface Pending {
  attempt: string;
  champion: string;
  challenger: string;
  comparison: Record<string, unknown>;
  decision: boolean | undefined;
}

/**
 * A provisional champion gives way unless its successor is likely worse: that one has seen twice the rows, which is worth
 * about one standard error of a comparison on some thousand rows.
 */
const provisionalAlpha = 0.84;

/** Slices that an event keeps: those that lost most. */
const shownSlices = 12;

const periodMs = 1_000;
const dayMs = 86_400_000;

/** A model that was promoted and is watched against the one before it. */
interface Probation {
  attempt: string;
  model: string;
  before: string;
}

/**
 * Watches the monitors of an endpoint and retrains its model when they say so. One retraining at a time; whatever goes
 * wrong, the endpoint keeps the model it has.
 */
export function startRetrainLoop(options: RetrainLoopOptions): RetrainLoop {
  const { params, engine, records, observer, performance } = options;
  const closed = new AbortController();
  const startedMs = Date.now();
  const workDir = join(engine.dataDir, 'monitoring', options.graphId, options.nodeId);
  let probation: Probation | undefined;
  let pending: Pending | undefined;
  /** The champion while it was trained on few rows since a change. */
  let provisional: string | undefined;
  /** Labelled rows ever seen when the last attempt began. */
  let labelsAtLastAttempt = 0;
  let attemptsWithoutGain = 0;
  let changedAt: number | undefined;
  /** Rows since the change that the last model was trained on; more of them may make a better one. */
  let youngRows: number | undefined;
  let lastProblem = '';

  function record(
    type: LoopEvent['type'],
    attempt: string | null,
    text: string,
    evidence: LoopEvent['evidence'],
  ): void {
    const { graphId, nodeId } = options;
    options.onEvent(records.append({ graphId, nodeId, attempt, type, text, evidence }));
  }

  /** Why to retrain now; empty for no reason. */
  function triggers(): { reasons: string[]; evidence: LoopEvent['evidence'] } {
    const report = performance.latest?.performance;
    if (report === undefined) return { reasons: [], evidence: {} };
    const lastMs = records.last(options.graphId, options.nodeId, ['triggered'])?.timeMs ?? startedMs;
    const reasons = retrainReasons(params, {
      performance: report,
      isDrifting: options.isDrifting(),
      newLabels: labelsSeen() - labelsAtLastAttempt,
      elapsedMs: Date.now() - lastMs,
    });
    reasons.push(...(options.asked ?? []).filter((reason) => !reasons.includes(reason)));
    if (youngRows !== undefined && trainingWindow().train.rows >= 2 * youngRows) reasons.push('twice-the-rows');
    const { metric, reference, limit, labels, windows } = report;
    const judged = windows.filter(({ realized, estimated }) => realized !== null || estimated !== null).slice(-4);
    return { reasons, evidence: { reasons, metric, reference, limit, labels, windows: judged } };
  }

  function trainingWindow(): TrainingWindow {
    const log = observer.log as LabelledLog;
    return chooseTrainingWindow(log, { policy: params.window, ...params, changedAt });
  }

  function labelsSeen(): number {
    return observer.log?.counts().labelled ?? 0;
  }

  /** Whether an attempt may begin for these reasons. */
  function mayBegin(reasons: readonly string[]): boolean {
    if (pending !== undefined) return false;
    const now = Date.now();
    const last = records.last(options.graphId, options.nodeId, ['triggered']);
    if (last !== undefined && now - last.timeMs < params.cooldownMinutes * 60_000) return false;
    if (records.countSince(options.graphId, options.nodeId, 'triggered', now - dayMs) >= params.budgetPerDay)
      return false;
    if (labelsAtLastAttempt === 0 || reasons.includes('twice-the-rows')) return true;
    // More of the same rows would give the same answer.
    return labelsSeen() - labelsAtLastAttempt >= params.holdoutRows * 2 ** Math.min(6, attemptsWithoutGain);
  }

  async function attempt(reasons: readonly string[], evidence: LoopEvent['evidence']): Promise<void> {
    const source = observer.source();
    if (source?.manifest == null) return;
    const { manifest, digest: champion } = source;
    changedAt = performance.droppedSince ?? changedAt;
    const window = trainingWindow();
    const problems = qualityProblems(window, manifest, params.minimumRows);
    // Rows since the change may be too few yet: that is no event, they are still coming.
    if (window.train.rows < params.minimumRows) return;
    const id = randomUUID();
    labelsAtLastAttempt = labelsSeen();
    attemptsWithoutGain++;
    const isYoung =
      params.window === 'since-change' && changedAt !== undefined && window.train.rows < params.windowRows;
    youngRows = isYoung ? window.train.rows : undefined;
    record('triggered', id, `Retraining because of ${reasons.join(' and ')}.`, { ...evidence, champion });
    if (problems.length > 0) {
      record('gate-refused', id, `The labelled rows cannot be trained on: ${problems.join('; ')}.`, { problems });
      return;
    }
    try {
      await retrain(id, window, manifest, champion);
    } catch (error) {
      if (closed.signal.aborted) return;
      record('failed', id, `${toAppError(error).message} The champion stays.`, { error: toWireError(error), champion });
    }
  }

  async function retrain(id: string, window: TrainingWindow, manifest: ModelManifest, champion: string): Promise<void> {
    const part = trainPartOf(options.document, options.endpointNodeId);
    if (typeof part === 'string') throw new AppError('graph.invalid', `The graph cannot be retrained: ${part}.`);
    const dir = join(workDir, id);
    await mkdir(dir, { recursive: true });
    try {
      const trainPath = join(dir, 'train.parquet');
      const holdoutPath = join(dir, 'holdout.parquet');
      const before = params.window === 'expanding' ? await firstTrainingTable(part.trainSource) : undefined;
      await writeTrainingTable(trainPath, window.train, manifest, { before, signal: closed.signal });
      await writeTrainingTable(holdoutPath, window.holdout, manifest, { signal: closed.signal });
      const { approval } = params;
      const document = retrainGraph(options.document, part, { trainPath, holdoutPath, alias: 'challenger', approval });
      const { runId } = await engine.startRun({
        document,
        baseDir: options.baseDir,
        to: part.registerId,
        source: 'retrain',
      });
      record('retraining', id, `Run ${runId} trains on ${window.train.rows} labelled requests.`, {
        runId,
        trainRows: window.train.rows,
        holdoutRows: window.holdout.rows,
        window: params.window,
        fromMs: window.train.timesMs[0] ?? null,
        toMs: window.holdout.timesMs.at(-1) ?? null,
      });
      const finished = await lastEvent(engine, runId);
      const challenger = finished.outputs[`${part.registerId}.model`]?.digest;
      const report = finished.outputs[`${part.evaluateId}.report`]?.digest;
      if (finished.status !== 'succeeded' || challenger === undefined || report === undefined) {
        throw new AppError('serve.not-ready', `Run ${runId} ${finished.status}.`);
      }
      records.setReport(challenger, report);
      const version = versionOf(challenger);
      record('trained', id, `Version ${version?.version ?? '?'} is the challenger.`, {
        runId,
        challenger,
        version: version?.version ?? null,
        report,
        metrics: finished.metrics[part.evaluateId] ?? {},
      });
      const { slices, ...comparison } = await compare(champion, challenger, manifest, holdoutPath, window.holdout);
      const worse = slices.filter((slice) => slice.worse);
      const level = champion === provisional ? Math.max(provisionalAlpha, params.alpha) : params.alpha;
      const better = comparison.pValue <= level && (comparison.difference > 0 || champion === provisional);
      record('compared', id, sentenceOf(comparison), {
        ...comparison,
        slices: slices.slice(0, shownSlices),
        slicesCompared: slices.length,
        championModel: champion,
        challengerModel: challenger,
        level,
      });
      if (!better) {
        const why = level === params.alpha ? 'not surely better' : 'likely worse';
        record('rejected', id, `The challenger is ${why}: the champion stays.`, { ...comparison });
        return;
      }
      const [worst] = worse;
      if (worst !== undefined && params.protectSlices) {
        const text = `The challenger is better over all rows but surely worse where ${sliceSentence(worst)}: the champion stays.`;
        record('rejected', id, text, { ...comparison, slices: worse });
        return;
      }
      const asked = version?.approval;
      if (asked?.state === 'rejected') {
        const text = `This is version ${version?.version ?? '?'}, which ${asked.person} rejected: the champion stays.`;
        record('rejected', id, text, { ...comparison, challenger });
        return;
      }
      if (asked?.state === 'waiting' || (params.approval && asked?.state !== 'approved')) {
        pending = { attempt: id, champion, challenger, comparison: { ...comparison }, decision: undefined };
        record('awaiting-approval', id, `Version ${version?.version ?? '?'} waits for a person's approval.`, {
          champion,
          challenger,
          comparison,
        });
        return;
      }
      await goLive(id, champion, challenger, { ...comparison });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  async function firstTrainingTable(source: string): Promise<string | undefined> {
    const at = source.lastIndexOf('.');
    const [step, port] = [source.slice(0, at), source.slice(at + 1)];
    const { steps } = await engine.planStates(options.document, { baseDir: options.baseDir, to: step });
    const digest = steps.find((state) => state.id === step)?.outputs[port]?.digest;
    const artifact = digest === undefined ? undefined : await engine.store.open(digest);
    return artifact?.path('data.parquet');
  }

  async function compare(
    champion: string,
    challenger: string,
    manifest: ModelManifest,
    path: string,
    { actual, columns }: Pick<LoggedRows, 'actual' | 'columns'>,
  ): Promise<PairedComparison & { slices: ComparedSlice[] }> {
    const metric = performance.latest?.performance?.metric ?? '';
    const [first, second] = [await scored(champion), await scored(challenger)];
    const classes = manifest.task === 'regression' ? 0 : manifest.classes.length;
    const slices = await compareSlices(
      { metric, classes, columns, actual, champion: first, challenger: second },
      Math.min(params.alpha, 0.05),
    );
    return { ...comparePaired(metric, classes, actual, first, second), slices };

    async function scored(digest: string): Promise<Float64Array> {
      const artifact = await engine.store.open(digest);
      if (artifact === undefined) throw new AppError('artifact.not-found', `The model ${digest} is not in the store.`);
      const source = await artifactModelSource({ name: 'model', version: '1', digest, dir: artifact.path('.') });
      if (JSON.stringify(source.manifest?.classes) !== JSON.stringify(manifest.classes)) {
        throw new AppError('train.bad-label', 'The new model knows other classes than the one that is served.');
      }
      return scoreFile(source.modelPath, manifest, path, closed.signal);
    }
  }

  /** What a person has said of the challenger on the Models screen or the command line. */
  function decidedElsewhere({ challenger }: Pending): boolean | undefined {
    const state = versionOf(challenger)?.approval?.state;
    return state === undefined || state === 'waiting' ? undefined : state === 'approved';
  }

  /** Carries out what a person has decided. */
  async function carryOut(
    { attempt: id, champion, challenger, comparison }: Pending,
    approved: boolean,
  ): Promise<void> {
    pending = undefined;
    const version = versionOf(challenger);
    if (version?.approval?.state === 'waiting') {
      const note = `${approved ? 'Approved' : 'Rejected'} on the Monitors screen.`;
      engine.registry.decide(version.name, version.version, { approved, person: 'retraining loop', note });
    }
    const { person = null, note = null } = versionOf(challenger)?.approval ?? {};
    const evidence = { challenger, person, note };
    if (!approved) {
      record('rejected', id, 'The challenger was not approved: the champion stays.', evidence);
      return;
    }
    record('approved', id, 'The challenger was approved.', evidence);
    try {
      await goLive(id, champion, challenger, comparison);
    } catch (error) {
      if (closed.signal.aborted) return;
      record('failed', id, `${toAppError(error).message} The champion stays.`, { error: toWireError(error), champion });
    }
  }

  async function goLive(
    id: string,
    champion: string,
    challenger: string,
    comparison: Record<string, unknown>,
  ): Promise<void> {
    if (params.rollout === 'canary' && !(await passesCanary(id, champion, challenger))) return;
    // What the old model has answered must be read before its log goes.
    await observer.refresh();
    await options.swap(challenger);
    moveAlias(challenger);
    attemptsWithoutGain = 0;
    provisional = youngRows === undefined ? undefined : challenger;
    probation = { attempt: id, model: challenger, before: champion };
    record('promoted', id, `Version ${versionOf(challenger)?.version ?? '?'} is live.`, {
      model: challenger,
      before: champion,
      ...comparison,
    });
  }

  async function passesCanary(id: string, champion: string, challenger: string): Promise<boolean> {
    const artifact = await engine.store.open(challenger);
    const version = versionOf(challenger);
    if (artifact === undefined || version === undefined) {
      throw new AppError('artifact.not-found', `The model ${challenger} is not in the store.`);
    }
    const model = { name: version.name, version: String(version.version), digest: challenger, dir: artifact.path('.') };
    const result = await rollOut({
      host: options.host,
      endpointId: options.endpointId,
      challenger: await artifactModelSource(model),
      stageRows: params.stageRows,
      stageMs: params.stageMinutes * 60_000,
      signal: closed.signal,
      onStage({ name, percent }) {
        if (name === 'shadow') record('shadowing', id, 'The challenger gets copies of all requests.', { challenger });
        else record('canary', id, `The challenger answers ${percent} % of the requests.`, { challenger, percent });
      },
    });
    if (result.passed) return true;
    record('rolled-back', id, `The challenger was taken back: ${result.reason}.`, {
      model: champion,
      before: challenger,
      stages: result.stages,
    });
    return false;
  }

  /** The model before it against the promoted one, on rows the promoted one has answered. */
  async function watchProbation(log: LabelledLog, { attempt: id, model, before }: Probation): Promise<void> {
    const isOwn = ({ actual, digest }: { actual: number; digest: string }) => digest === model && !Number.isNaN(actual);
    const rows = log.rows(log.start, log.end, isOwn);
    const manifest = observer.source()?.manifest;
    if (rows.rows < params.holdoutRows || manifest == null) return;
    const dir = join(workDir, `${id}-probation`);
    await mkdir(dir, { recursive: true });
    try {
      const path = join(dir, 'rows.parquet');
      await writeTrainingTable(path, rows, manifest, { signal: closed.signal });
      // The model before takes the place of the challenger: a gain is a reason to go back to it.
      const { slices: _slices, ...comparison } = await compare(model, before, manifest, path, rows);
      probation = undefined;
      if (comparison.difference > 0 && comparison.pValue <= params.alpha) {
        await options.swap(before);
        moveAlias(before);
        youngRows = undefined;
        provisional = undefined;
        changedAt = undefined;
        record('rolled-back', id, `The model before it would have been better: ${sentenceOf(comparison)}`, {
          model: before,
          before: model,
          ...comparison,
        });
      } else {
        record('confirmed', id, `The new model holds on ${rows.rows} of its own requests.`, { model, ...comparison });
      }
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  function versionOf(digest: string) {
    return engine.registry.list().find((version) => version.digest === digest);
  }

  function moveAlias(digest: string): void {
    const version = versionOf(digest);
    const part = trainPartOf(options.document, options.endpointNodeId);
    const alias = typeof part === 'string' ? undefined : options.document.nodes[part.registerId]?.params['alias'];
    if (version === undefined || alias === '') return;
    engine.registry.setAlias(version.name, typeof alias === 'string' ? alias : 'champion', version.version);
  }

  /** A challenger that waited for approval when the engine stopped still waits. */
  function recallPending(): void {
    const last = records.last(options.graphId, options.nodeId, [
      'awaiting-approval',
      'approved',
      'rejected',
      'triggered',
    ]);
    const { champion, challenger, comparison } = last?.evidence ?? {};
    if (last?.type !== 'awaiting-approval' || last.attempt === null) return;
    if (typeof champion !== 'string' || typeof challenger !== 'string') return;
    const known = (comparison ?? {}) as Record<string, unknown>;
    pending = { attempt: last.attempt, champion, challenger, comparison: known, decision: undefined };
  }

  /** A promoted model whose requests were not enough for a verdict when the engine stopped is still on probation. */
  function recallProbation(): void {
    const last = records.last(options.graphId, options.nodeId, ['promoted', 'confirmed', 'rolled-back']);
    const { model, before } = last?.evidence ?? {};
    if (last?.type !== 'promoted' || typeof model !== 'string' || typeof before !== 'string') return;
    probation = { attempt: last.attempt ?? '', model, before };
  }

  /** After a start of the engine: what was promoted last goes live again, since the graph only knows its first model. */
  async function resume(): Promise<void> {
    recallPending();
    recallProbation();
    // Whoever looks once serves nothing: the registry says what is live.
    if (options.once === true) return;
    const last = records.last(options.graphId, options.nodeId, ['promoted', 'rolled-back']);
    const model = last?.evidence['model'];
    if (typeof model !== 'string' || model === observer.source()?.digest) return;
    if ((await engine.store.open(model)) === undefined) return;
    await options.swap(model);
    record('resumed', last?.attempt ?? null, 'The model that was promoted last is live again.', { model });
  }

  async function tick(): Promise<void> {
    try {
      const { log } = observer;
      if (log !== undefined) {
        const decision = pending === undefined ? undefined : (decidedElsewhere(pending) ?? pending.decision);
        if (pending !== undefined && decision !== undefined) await carryOut(pending, decision);
        if (probation !== undefined) await watchProbation(log, probation);
        const { reasons, evidence } = triggers();
        if (reasons.length > 0 && mayBegin(reasons)) await attempt(reasons, evidence);
      }
      lastProblem = '';
    } catch (error) {
      const { message } = toAppError(error);
      if (message !== lastProblem && !closed.signal.aborted) options.log(`Retraining: ${message}`);
      lastProblem = message;
    }
    if (!closed.signal.aborted && options.once !== true) timer = setTimeout(() => void tick(), periodMs);
  }

  let timer: NodeJS.Timeout | undefined;
  const looked = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      void resume()
        .catch((error: unknown) => options.log(`Retraining: ${toAppError(error).message}`))
        .then(tick)
        .finally(resolve);
    }, 0);
  });

  return {
    decide(attempt, approve) {
      if (pending?.attempt !== attempt) {
        throw new AppError('loop.nothing-to-decide', 'This retraining does not wait for a decision.', {
          nodeId: options.nodeId,
          fix: 'Look at the newest events of the loop.',
        });
      }
      pending.decision = approve;
    },
    looked,
    close() {
      clearTimeout(timer);
      closed.abort();
    },
  };
}

function sentenceOf({ metric, champion, challenger, difference, low, high, rows, pValue }: PairedComparison): string {
  const digits = (value: number) => value.toFixed(4);
  return (
    `${metric} ${digits(champion)} → ${digits(challenger)} on ${rows} rows ` +
    `(better by ${digits(difference)}, 95 % between ${digits(low)} and ${digits(high)}, p ${pValue.toFixed(3)}).`
  );
}

function sliceSentence({ column, value, champion, challenger, rows }: ComparedSlice): string {
  return `${column} is ${value} (${champion.toFixed(4)} → ${challenger.toFixed(4)} on ${rows} rows)`;
}
