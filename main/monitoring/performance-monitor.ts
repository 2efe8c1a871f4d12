import { z } from 'zod';
import { toAppError } from '../../shared/errors/app-error.ts';
import {
  type BandedMetric,
  bandedMetricSchema,
  type MonitorPerformance,
  type MonitorReport,
} from '../../shared/rpc/engine-contract.ts';
import type { EndpointObserver } from './endpoint-observer.ts';
import { createHysteresis, type Hysteresis } from './hysteresis.ts';
import type { LabelledLog, LoggedRows } from './labelled-log.ts';
import { slicesOf } from './slices.ts';
import type { MonitorMemory } from './monitor-memory.ts';
import {
  defaultMetric,
  higherIsBetter,
  loadPerformanceReference,
  type PerformanceReference,
} from './performance-reference.ts';
import { createReportFeed } from './report-feed.ts';

export interface PerformanceMonitorOptions {
  nodeId: string;
  endpointId: string;
  observer: EndpointObserver;
  /** Path of the held-out scores of a model by its digest; undefined where there are none. */
  referencePath(digest: string): Promise<string | undefined>;
  /** Empty: ROC AUC, or root mean squared error. */
  metric: string;
  windowRows: number;
  /** A window that is worse than the reference by more than this, and surely worse, has dropped. */
  maximumDrop: number;
  alarm: { needed: number; windows: number };
  /** What an earlier monitor of the node left: this one goes on from there. */
  memory?: MonitorMemory<PerformanceState> | undefined;
  /** After each look; `dropped` tells what the newest windows say. */
  onReport?: ((report: MonitorReport) => void) | undefined;
  log(level: 'warn', text: string): void;
}

export interface PerformanceMonitor {
  readonly latest: MonitorReport | undefined;
  /** Position in the log from which on performance has been under its limit; undefined while it is not. */
  readonly droppedSince: number | undefined;
  watch(signal: AbortSignal): AsyncIterable<MonitorReport>;
  /** Looks now. */
  tick(): Promise<void>;
  close(): void;
}

const periodMs = 1_000;
const maxWindows = 60;

/** A window says something about realized performance when this share of it has labels. */
const settledShare = 0.8;
const minimumLabelled = 50;

/** Newest labelled requests that are looked at group by group, and groups shown. */
const slicedRows = 5_000;
const shownSlices = 20;

const windowSchema = z.object({
  /** Position of its first row; rows of other models may lie between. */
  from: z.number(),
  /** Position after its last row; grows until the window is full. */
  to: z.number(),
  rows: z.number(),
  model: z.string(),
  fromMs: z.number(),
  toMs: z.number(),
  labelled: z.number(),
  estimated: bandedMetricSchema.nullable(),
  realized: bandedMetricSchema.nullable(),
  calibration: z.object({ error: z.number(), predicted: z.number(), observed: z.number() }).nullable(),
  /** Whether its verdict has been counted. */
  estimateCounted: z.boolean(),
  realizedCounted: z.boolean(),
  /** State of the labels at the last computation. */
  labelVersion: z.number(),
});
type Window = z.infer<typeof windowSchema>;

const alarmStateSchema = z.object({ active: z.boolean(), recent: z.array(z.boolean()) });

/** What a performance monitor keeps between two starts. */
export const performanceStateSchema = z.object({
  logId: z.string(),
  /** Digest of the model its alarms are about, and the metric. */
  model: z.string(),
  metric: z.string(),
  baseline: z.number().nullable(),
  droppedSince: z.number().nullable(),
  seen: z.number(),
  windows: z.array(windowSchema),
  estimated: alarmStateSchema,
  realized: alarmStateSchema,
  concept: alarmStateSchema,
});
export type PerformanceState = z.infer<typeof performanceStateSchema>;

/** Position of windows whose rows went with the process that saw them: their verdict stays as it was. */
const gone = -1;

function emptyWindow(from: number, model: string): Window {
  return {
    from,
    to: from,
    rows: 0,
    model,
    fromMs: 0,
    toMs: 0,
    labelled: 0,
    estimated: null,
    realized: null,
    calibration: null,
    estimateCounted: false,
    realizedCounted: false,
    labelVersion: -1,
  };
}

/** Estimated and realized performance of an endpoint, window by window. */
export function createPerformanceMonitor(options: PerformanceMonitorOptions): PerformanceMonitor {
  const { observer } = options;
  const feed = createReportFeed();
  const closed = new AbortController();
  const windows: Window[] = [];
  let estimatedAlarm = newAlarm();
  let realizedAlarm = newAlarm();
  let conceptAlarm = newAlarm();
  let reference: { digest: string; value: PerformanceReference | undefined } | undefined;
  let metric = options.metric;
  /** The best a served model did on held-out rows: a worse successor must not lower what is expected. */
  let baseline: number | undefined;
  let droppedSince: number | undefined;
  /** Position after the rows that windows have. */
  let seen = 0;
  let slices: NonNullable<MonitorPerformance['slices']> = [];
  /** Rows and labels of which slices were last made. */
  let slicedAt = '';
  let lastProblem = '';
  let recalled: Promise<void> | undefined;
  let remembered = '';
  /** Alarms of an earlier monitor, until it is known that the same model is served. */
  let restored: PerformanceState | undefined;

  function newAlarm(earlier?: PerformanceState['estimated']) {
    return createHysteresis(options.alarm.needed, options.alarm.windows, earlier);
  }

  async function recall(): Promise<void> {
    const state = await options.memory?.load();
    // Another metric is another question.
    if (state === undefined || (options.metric !== '' && options.metric !== state.metric)) return;
    restored = state;
    const log = observer.log;
    const isSameLog = log !== undefined && log.id === state.logId;
    if (isSameLog) {
      windows.push(...state.windows);
      seen = state.seen;
      droppedSince = state.droppedSince ?? undefined;
    } else {
      const full = state.windows.filter(({ rows }) => rows >= options.windowRows);
      windows.push(...full.map((window) => ({ ...window, from: gone, to: gone })));
    }
  }

  async function remember(log: LabelledLog): Promise<void> {
    if (options.memory === undefined || reference === undefined) return;
    const stateOf = ({ active, recent }: Hysteresis) => ({ active, recent: [...recent] });
    const state: PerformanceState = {
      logId: log.id,
      model: reference.digest,
      metric,
      baseline: baseline ?? null,
      droppedSince: droppedSince ?? null,
      seen,
      windows,
      estimated: stateOf(estimatedAlarm),
      realized: stateOf(realizedAlarm),
      concept: stateOf(conceptAlarm),
    };
    const mark = `${log.id} ${seen} ${log.labelVersion} ${reference.digest}`;
    if (mark === remembered) return;
    remembered = mark;
    await options.memory.save(state);
  }

  async function referenceOf(digest: string): Promise<PerformanceReference | undefined> {
    if (reference?.digest === digest) return reference.value;
    const manifest = observer.source()?.manifest;
    const path = await options.referencePath(digest);
    const value =
      path === undefined || manifest == null
        ? undefined
        : await loadPerformanceReference(path, manifest, closed.signal);
    if (manifest != null && metric === '') metric = defaultMetric(manifest);
    const own = value?.metrics[metric]?.value;
    const isBetter = higherIsBetter(metric) ? Math.max : Math.min;
    if (own !== undefined) baseline = baseline === undefined ? own : isBetter(baseline, own);
    if (reference === undefined && restored?.model === digest && restored.metric === metric) {
      estimatedAlarm = newAlarm(restored.estimated);
      realizedAlarm = newAlarm(restored.realized);
      conceptAlarm = newAlarm(restored.concept);
      const { baseline: known } = restored;
      if (known !== null) baseline = baseline === undefined ? known : isBetter(baseline, known);
    }
    // Another model answers: what the last one did says nothing about it.
    if (reference !== undefined) {
      estimatedAlarm = newAlarm();
      realizedAlarm = newAlarm();
      conceptAlarm = newAlarm();
      droppedSince = undefined;
    }
    reference = { digest, value };
    return value;
  }

  function limit(): number | undefined {
    if (baseline === undefined) return undefined;
    return higherIsBetter(metric) ? baseline - options.maximumDrop : baseline + options.maximumDrop;
  }

  /** Worse than the limit, and the whole band worse than the baseline: small windows scatter. */
  function hasDropped({ value, low, high }: BandedMetric): boolean {
    const bound = limit();
    if (bound === undefined || baseline === undefined) return false;
    return higherIsBetter(metric) ? value < bound && high < baseline : value > bound && low > baseline;
  }

  /** Splits new rows into windows of one model each; two models may answer side by side. */
  function extendWindows(log: LabelledLog): void {
    seen = Math.max(seen, log.start);
    while (seen < log.end) {
      const model = log.digestAt(seen);
      if (model === undefined) return;
      let window = windows.findLast((candidate) => candidate.model === model);
      if (window === undefined || window.rows >= options.windowRows) {
        window = emptyWindow(seen, model);
        windows.push(window);
        if (windows.length > maxWindows) windows.shift();
      }
      while (seen < log.end && window.rows < options.windowRows && log.digestAt(seen) === model) {
        seen++;
        window.rows++;
      }
      window.to = seen;
    }
  }

  async function updateWindows(log: LabelledLog): Promise<void> {
    for (const window of windows) {
      const isFull = window.rows >= options.windowRows;
      if (isFull && window.labelVersion === log.labelVersion) continue;
      if (window.realizedCounted && window.labelled === window.rows) continue;
      if (window.from < log.start) continue;
      const isOwn = ({ digest }: { digest: string }) => digest === window.model;
      const rows = log.rows(window.from, window.to, isOwn);
      const labelled = log.rows(window.from, window.to, (row) => isOwn(row) && !Number.isNaN(row.actual));
      const isNew = labelled.rows !== window.labelled || !isFull || window.estimated === null;
      window.labelVersion = log.labelVersion;
      if (!isNew) continue;
      window.fromMs = rows.timesMs[0] ?? 0;
      window.toMs = rows.timesMs.at(-1) ?? 0;
      window.labelled = labelled.rows;
      if (window.model !== reference?.digest && window.estimated !== null) continue;
      const model = window.model === reference?.digest ? reference.value : undefined;
      if (model === undefined || rows.rows < minimumLabelled) continue;
      if (!window.estimateCounted) window.estimated = model.estimate(rows)[metric] ?? null;
      if (labelled.rows >= minimumLabelled) {
        window.realized = model.realize(labelled)[metric] ?? null;
        window.calibration = model.calibration(labelled);
      }
      countVerdicts(window, isFull);
      // Other work of this process comes in between.
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** After each window that has got its labels: the newest labelled requests of the served model, group by group. */
  async function updateSlices(log: LabelledLog): Promise<void> {
    const settled = windows.filter(({ realizedCounted }) => realizedCounted).length;
    const mark = `${settled} ${windows.at(-1)?.from} ${reference?.digest}`;
    const own = reference;
    if (settled === 0 || own?.value === undefined || mark === slicedAt) return;
    slicedAt = mark;
    const rows = log.rows(
      log.positionOfLastLabelled(slicedRows),
      log.end,
      ({ actual, digest }) => digest === own.digest && !Number.isNaN(actual),
    );
    const all = rows.rows === 0 ? undefined : own.value.realize(rows)[metric];
    const found: typeof slices = [];
    if (all !== undefined) {
      for (const { column, value, rows: picked } of slicesOf(rows.columns, minimumLabelled * 2)) {
        const realized = own.value.realize(labelledRows(rows, picked))[metric];
        if (realized === undefined) continue;
        const worse = higherIsBetter(metric) ? realized.high < all.low : realized.low > all.high;
        found.push({ column, value, rows: picked.length, realized, worse });
        // Other work of this process comes in between.
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      }
    }
    const sign = higherIsBetter(metric) ? 1 : -1;
    slices = found.toSorted((a, b) => sign * (a.realized.value - b.realized.value)).slice(0, shownSlices);
  }

  function countVerdicts(window: Window, isFull: boolean): void {
    if (!isFull) return;
    if (!window.estimateCounted && window.estimated !== null) {
      window.estimateCounted = true;
      estimatedAlarm.push(hasDropped(window.estimated));
    }
    const settled = window.labelled >= settledShare * options.windowRows;
    if (!window.realizedCounted && settled && window.realized !== null) {
      window.realizedCounted = true;
      const dropped = hasDropped(window.realized);
      if (dropped) droppedSince ??= window.from;
      realizedAlarm.push(dropped);
      conceptAlarm.push(isSurprised(window, metric));
      if (!dropped && !realizedAlarm.active) droppedSince = undefined;
    }
  }

  function performanceReport(log: LabelledLog | undefined): MonitorPerformance {
    return {
      metric,
      higherIsBetter: higherIsBetter(metric),
      reference: reference?.value?.metrics[metric]?.value ?? null,
      limit: limit() ?? null,
      windowRows: options.windowRows,
      labels: log?.counts() ?? { rows: 0, labelled: 0, waiting: 0, repeated: 0 },
      windows: windows.map((window) => {
        const { fromMs, toMs, rows, labelled, model, estimated, realized, calibration } = window;
        const surprised = isSurprised(window, metric);
        return { fromMs, toMs, rows, labelled, model, estimated, realized, calibration, surprised };
      }),
      estimatedDrop: estimatedAlarm.active,
      realizedDrop: realizedAlarm.active,
      conceptDrift: conceptAlarm.active,
      slices,
    };
  }

  async function look(): Promise<void> {
    await observer.refresh();
    recalled ??= recall();
    await recalled;
    const { log } = observer;
    const digest = observer.source()?.digest;
    if (digest !== undefined) await referenceOf(digest);
    if (log !== undefined) {
      extendWindows(log);
      await updateWindows(log);
      await remember(log);
      await updateSlices(log);
    }
    const performance = performanceReport(log);
    const report: MonitorReport = {
      nodeId: options.nodeId,
      endpointId: options.endpointId,
      timeMs: Date.now(),
      referenceRows: 0,
      currentRows: performance.labels.rows,
      minimumRows: options.windowRows,
      columns: [],
      drifted: performance.estimatedDrop || performance.realizedDrop,
      history: [],
      alarm: {
        active: performance.estimatedDrop || performance.realizedDrop,
        recent: [...realizedAlarm.recent],
        ...options.alarm,
      },
      performance,
    };
    feed.publish(report);
    options.onReport?.(report);
  }

  /** Looks follow each other: two at once would count a window twice. */
  let turn = Promise.resolve();
  function tick(): Promise<void> {
    turn = turn.then(lookOnce);
    return turn;
  }

  async function lookOnce(): Promise<void> {
    try {
      await look();
      lastProblem = '';
    } catch (error) {
      const { message } = toAppError(error);
      if (message !== lastProblem && !closed.signal.aborted) options.log('warn', `Performance monitor: ${message}`);
      lastProblem = message;
    }
  }

  async function repeat(): Promise<void> {
    await tick();
    if (!closed.signal.aborted) timer = setTimeout(() => void repeat(), periodMs);
  }
  let timer = setTimeout(() => void repeat(), 0);

  return {
    get latest() {
      return feed.latest;
    },
    get droppedSince() {
      return droppedSince;
    },
    watch: (signal) => feed.watch(signal),
    tick,
    close() {
      clearTimeout(timer);
      closed.abort();
      feed.close();
    },
  };
}

/** Labels and scores of some of the rows; their columns are not needed to measure them. */
function labelledRows(rows: LoggedRows, picked: Uint32Array): LoggedRows {
  const width = rows.scores.length / Math.max(1, rows.rows);
  const pick = (values: Float64Array) => Float64Array.from(picked, (row) => values[row] as number);
  return {
    rows: picked.length,
    positions: pick(rows.positions),
    timesMs: pick(rows.timesMs),
    columns: [],
    actual: pick(rows.actual),
    scores: Float64Array.from(
      { length: picked.length * width },
      (_, i) => rows.scores[(picked[Math.floor(i / width)] as number) * width + (i % width)] as number,
    ),
  };
}

/** Whether realized is surely worse than what the scores let expect: each lies outside the band of the other. */
function isSurprised({ estimated, realized }: Pick<Window, 'estimated' | 'realized'>, metric: string): boolean {
  if (estimated === null || realized === null) return false;
  return higherIsBetter(metric)
    ? realized.value < estimated.low && realized.high < estimated.value
    : realized.value > estimated.high && realized.low > estimated.value;
}
