import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { InputColumn } from '../../shared/model/signature.ts';
import { eventTimeReportSchema, type MonitorReport, monitorReportSchema } from '../../shared/rpc/engine-contract.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import type { MissedRows } from '../serving/missed-rows.ts';
import { type RecentRows, sliceRows } from '../serving/request-log.ts';
import { columnFindings } from './column-findings.ts';
import type { ColumnPair } from '../compute/drift/column-test.ts';
import { type ColumnSummary, incomparable, summarizeValues } from '../compute/drift/column-summary.ts';
import { DistanceTests } from '../compute/drift/distance-test.ts';
import {
  type AssessedColumn,
  assessColumn,
  type ComparedColumns,
  type DriftOptions,
  judgeColumns,
} from '../compute/drift/drift-report.ts';
import { figuresOf } from '../compute/drift/figure-pairs.ts';
import { type EndpointReference, readReference } from './endpoint-reference.ts';
import { type EventTimeOptions, EventWindows } from './event-windows.ts';
import { createHysteresis } from './hysteresis.ts';
import type { MonitorMemory } from './monitor-memory.ts';
import { type HeldOutScores } from './held-out-scores.ts';
import { createReportFeed } from './report-feed.ts';
import {
  columnsOf,
  joinSketches,
  sketchOfMissed,
  sketchWindow,
  summaryOf,
  type WindowSketch,
} from './rolling-windows.ts';
import { joinRows } from './scalar-rows.ts';
import { detailsOf, type WindowDetails } from './window-details.ts';

export interface EndpointMonitorOptions extends Pick<DriftOptions, 'minimumRows' | 'alpha'> {
  nodeId: string;
  endpointId: string;
  host: Pick<EndpointHost, 'recentRows' | 'models' | 'showMonitor'>;
  /** Most recent request rows compared. */
  windowRows: number;
  /** Judges windows of event time in place of every `windowRows` rows as they come. */
  eventTime?: EventTimeOptions | undefined;
  /** Default `two-sample`. */
  method?: DriftMethod | undefined;
  /** Full windows before that each one is also compared with; default 4, 0 for none. */
  rollingWindows?: number | undefined;
  /** Also compares rows as a whole; default no. */
  multivariate?: boolean | undefined;
  /** What the model that is served made of held-out rows: what its predictions are compared with. */
  heldOutScores?: ((digest: string) => Promise<HeldOutScores | undefined>) | undefined;
  /** The alarm needs so many drifted windows among so many last ones; default 2 of 3. */
  alarm?: { needed: number; windows: number } | undefined;
  /** What an earlier monitor of the node left: this one goes on from there. */
  memory?: MonitorMemory<DriftState> | undefined;
  /** Called when a window of `windowRows` new rows is full, alarm updated. */
  onWindow?: ((report: MonitorReport, details: () => WindowDetails) => void) | undefined;
  log(level: 'warn', text: string): void;
}

const alarmStateSchema = z.object({ active: z.boolean(), recent: z.array(z.boolean()) });

/** What a drift monitor keeps between two starts. */
export const driftStateSchema = z.object({
  /** The log it read, and up to which row full windows took it. */
  logId: z.string(),
  windowStart: z.number(),
  loggedAtLastPoint: z.number(),
  history: monitorReportSchema.shape.history,
  alarm: alarmStateSchema,
  breakAlarm: alarmStateSchema,
  broken: z.array(z.string()),
  /** Sketches of a window that is larger than the log. */
  filling: z.object({ rows: z.number(), columns: z.array(z.unknown()) }).nullish(),
  /** Windows of event time that are open. */
  eventWindows: z
    .object({
      column: z.string(),
      windowMs: z.number(),
      open: z.array(z.object({ startMs: z.number(), rows: z.number(), columns: z.array(z.unknown()) })),
      latestMs: z.number().nullable(),
      closedToMs: z.number().nullable(),
      unplaced: eventTimeReportSchema.pick({ late: true, lateWindows: true, untimed: true }),
    })
    .nullish(),
});
export type DriftState = z.infer<typeof driftStateSchema>;

export type DriftMethod = 'two-sample' | 'distance' | 'evidently';

export interface EndpointMonitor {
  readonly latest: MonitorReport | undefined;
  /** The newest report at once, then each new one (about every 2 s) until closed or aborted. */
  watch(signal: AbortSignal): AsyncIterable<MonitorReport>;
  close(): void;
}

const periodMs = 2_000;
const maxHistory = 60;

/** Rows that the log keeps: a larger window is filled with sketches as rows come. */
const keptRows = 10_000;
const partRows = 2_000;

/** A full window: rows at hand, or sketches of rows that nobody read in time. */
interface FullWindow {
  count: number;
  /** Position in the log after it. */
  end: number;
  rows: RecentRows | undefined;
  sketch: WindowSketch;
  /** Of a window of event time: when it starts, Unix ms. */
  startMs?: number;
}

/** Columns of a report; of very wide tables those that moved most. */
const shownColumns = 300;
/** Work of one turn of the event loop, ms. */
const turnMs = 12;

/**
 * Compares the last rows of an endpoint's request log with the training sample of its model, again and again; keeps
 * past windows whether or not anybody watches.
 */
export function createEndpointMonitor(options: EndpointMonitorOptions): EndpointMonitor {
  const history: MonitorReport['history'] = [];
  const feed = createReportFeed();
  const closed = new AbortController();
  let reference: EndpointReference | undefined;
  let windowLog = '';
  /** Rows of this log that belong to windows which are full already. */
  let windowStart = 0;
  let loggedAtLastPoint = 0;
  /** What the newest report was made of. */
  let comparedWith: { reference: EndpointReference | undefined; logId: string; logged: number } = {
    reference: undefined,
    logId: '',
    logged: -1,
  };
  let lastProblem = '';
  const earlier: WindowSketch[] = [];
  let rolling: { rows: number; columns: ComparedColumns } | undefined;
  let multivariate: MonitorReport['multivariate'];
  let comparingWhole = false;
  let findings: NonNullable<MonitorReport['findings']> = [];
  let caughtUpWindows = 0;
  const rollingWindows = options.rollingWindows ?? 4;
  const alarmRule = options.alarm ?? { needed: 2, windows: 3 };
  let alarm = createHysteresis(alarmRule.needed, alarmRule.windows);
  let breakAlarm = createHysteresis(alarmRule.needed, alarmRule.windows);
  /** Columns of the newest broken window. */
  let lastBroken: readonly string[] = [];
  /** Of a window that is larger than the log: what it has so far. */
  let filling: FullWindow | undefined;
  let eventWindows = options.eventTime && new EventWindows(options.eventTime);
  let lateTold = 0;
  let untimedTold = false;
  const isLarge = eventWindows === undefined && options.windowRows > keptRows;
  let recalled: Promise<void> | undefined;
  let remembered = '';
  const tests: DriftOptions = {
    minimumRows: options.minimumRows,
    alpha: options.alpha,
    compatible: options.method === 'evidently',
    distances: options.method === 'distance' ? new DistanceTests() : undefined,
  };

  async function loadReference(): Promise<EndpointReference | undefined> {
    const [source] = options.host.models(options.endpointId);
    if (source === undefined || source.manifest === null || source.referencePath === null) return undefined;
    if (reference?.digest === source.digest) return reference;
    const read = await readReference(
      { ...source, manifest: source.manifest, referencePath: source.referencePath },
      {
        compatible: options.method === 'evidently',
        multivariate: options.multivariate === true,
        heldOutScores: options.heldOutScores,
      },
      closed.signal,
    );
    rolling = undefined;
    multivariate = undefined;
    reference = read;
    return reference;
  }

  async function recall(): Promise<void> {
    const state = await options.memory?.load();
    if (state === undefined) return;
    windowLog = state.logId;
    windowStart = state.windowStart;
    loggedAtLastPoint = state.loggedAtLastPoint;
    history.push(...state.history.slice(-maxHistory));
    alarm = createHysteresis(alarmRule.needed, alarmRule.windows, state.alarm);
    breakAlarm = createHysteresis(alarmRule.needed, alarmRule.windows, state.breakAlarm);
    lastBroken = state.broken;
    if (isLarge && state.filling != null) {
      const { rows, columns } = state.filling;
      const sketch = sketchOfMissed({ rows, columns: columns as MissedRows['columns'] });
      filling = { count: rows, end: state.windowStart, rows: undefined, sketch };
    }
    const { eventTime } = options;
    const kept = state.eventWindows;
    if (eventTime !== undefined && kept?.column === eventTime.column && kept.windowMs === eventTime.windowMs) {
      const open = kept.open.map(({ startMs, rows, columns }) => {
        return { startMs, count: rows, sketch: sketchOfMissed({ rows, columns: columns as MissedRows['columns'] }) };
      });
      eventWindows = new EventWindows(eventTime, { ...kept, open });
      lateTold = kept.unplaced.late;
    }
  }

  /** After every new window, before it is told of, and after every point. */
  async function remember(judgedTo: number): Promise<void> {
    const mark = `${windowLog} ${judgedTo} ${loggedAtLastPoint}`;
    if (options.memory === undefined || mark === remembered) return;
    remembered = mark;
    await options.memory.save({
      logId: windowLog,
      windowStart: judgedTo,
      loggedAtLastPoint,
      history,
      alarm: { active: alarm.active, recent: [...alarm.recent] },
      breakAlarm: { active: breakAlarm.active, recent: [...breakAlarm.recent] },
      broken: [...lastBroken],
      filling: filling === undefined ? null : { rows: filling.count, columns: columnsOf(filling.sketch) },
      eventWindows: keptEventWindows(),
    });
  }

  function keptEventWindows(): DriftState['eventWindows'] {
    if (eventWindows === undefined || options.eventTime === undefined) return null;
    const { column, windowMs } = options.eventTime;
    const { open, ...others } = eventWindows.state;
    const columns = open.map(({ startMs, count, sketch }) => ({ startMs, rows: count, columns: columnsOf(sketch) }));
    return { ...others, column, windowMs, open: columns };
  }

  const reader = () => ({ id: options.nodeId, logId: windowLog, readTo: windowStart });

  /** Rows of the log that make up the newest window, and those of windows that are full since the last look. */
  async function newRows(): Promise<{ recent: RecentRows; full: FullWindow[] }> {
    const wanted = Math.min(options.windowRows, keptRows);
    const all = await options.host.recentRows(options.endpointId, wanted, undefined, reader());
    if (all.logId !== windowLog) {
      windowLog = all.logId;
      windowStart = 0;
      loggedAtLastPoint = 0;
    }
    const started = windowStart;
    const first = all.logged - all.rows;
    const full = missedWindows(all.missed ?? [], Math.max(windowStart, first));
    // The first look, and what was lost with its process: the next window starts with what there is.
    windowStart = Math.max(windowStart, first);
    if (isLarge) {
      for (; windowStart < all.logged; windowStart = Math.min(all.logged, windowStart + partRows)) {
        const part = sliceRows(all, windowStart - first, Math.min(all.logged, windowStart + partRows) - first);
        const sketch = sketchWindow([...part.columns, ...part.outputs]);
        fill({ count: part.rows, end: windowStart + part.rows, rows: undefined, sketch }, full);
      }
    }
    if (eventWindows !== undefined) {
      full.push(...closedWindows(eventWindows, sliceRows(all, windowStart - first, all.rows), all.logged));
      windowStart = all.logged;
    }
    while (!isLarge && eventWindows === undefined && windowStart + options.windowRows <= all.logged) {
      const rows = sliceRows(all, windowStart - first, windowStart - first + options.windowRows);
      windowStart += options.windowRows;
      full.push({
        count: rows.rows,
        end: windowStart,
        rows,
        sketch: sketchWindow([...rows.columns, ...rows.outputs]),
      });
    }
    if (full.length > 0 || windowStart > started) {
      // The log need not keep in sketches what has been taken, should this monitor be away for long.
      const told = await options.host.recentRows(options.endpointId, 0, undefined, reader());
      if (told.logId === windowLog) full.push(...missedWindows(told.missed ?? [], windowStart));
    }
    return { recent: sliceRows(all, Math.max(0, all.rows - options.windowRows), all.rows), full };
  }

  /** Windows of event time that the next rows close. */
  function closedWindows(windows: EventWindows, rows: RecentRows, end: number): FullWindow[] {
    const closedNow = windows.add(rows).map(({ startMs, count, sketch, parts }): FullWindow => {
      const [head, ...rest] = parts ?? [];
      return { startMs, count, end, sketch, rows: head === undefined ? undefined : joinRows([head, ...rest]) };
    });
    const { late, lateWindows, untimed } = windows.unplaced;
    if (untimed > 0 && !untimedTold) {
      untimedTold = true;
      const times = rows.columns.filter(({ kind }) => kind === 'timestamp').map(({ name }) => name);
      const known = times.length === 0 ? 'it takes no times' : `times are ${times.join(', ')}`;
      options.log(
        'warn',
        `${untimed} rows have no usable time "${options.eventTime?.column}" (of its inputs, ${known}).`,
      );
    }
    const lastLate = lateWindows.at(-1);
    // Once for each power of two: a source that stays late would fill the log of the engine.
    if (lastLate !== undefined && late >= 2 * lateTold) {
      const start = new Date(lastLate.startMs).toISOString();
      options.log('warn', `${late} rows came after their window had been closed, the last for the one from ${start}.`);
      lateTold = late;
    }
    return closedNow;
  }

  /** Adds rows to the window that is filling; a full one goes to the others. */
  function fill(part: FullWindow, full: FullWindow[]): void {
    const { count, sketch } = filling ?? { count: 0, sketch: undefined };
    const window = {
      ...part,
      count: count + part.count,
      sketch: sketch === undefined ? part.sketch : joinSketches([sketch, part.sketch]),
    };
    const isFull = window.count >= options.windowRows;
    filling = isFull ? undefined : window;
    if (isFull) full.push(window);
  }

  /** Rows that left the log unread, in windows of about the usual size. */
  function missedWindows(missed: readonly MissedRows[], end: number): FullWindow[] {
    const windows: FullWindow[] = [];
    if (isLarge) {
      for (const part of missed) {
        fill({ count: part.rows, end, rows: undefined, sketch: sketchOfMissed(part) }, windows);
      }
      caughtUpWindows += windows.length;
      return windows;
    }
    let parts: MissedRows[] = [];
    for (const part of missed) {
      parts.push(part);
      const count = parts.reduce((sum, { rows }) => sum + rows, 0);
      const isLast = part === missed.at(-1);
      if (count < options.windowRows && !(isLast && count >= options.minimumRows)) continue;
      windows.push({ count, end, rows: undefined, sketch: joinSketches(parts.map(sketchOfMissed)) });
      parts = [];
    }
    caughtUpWindows += windows.length;
    return windows;
  }

  function pairsOf(
    known: EndpointReference | undefined,
    current: (name: string, type: InputColumn['type']) => ColumnSummary | undefined,
  ): ColumnPair[] {
    if (known === undefined) return [];
    const texts = new Set(known.kinds.texts.map(({ column }) => column));
    const pairs = known.columns.map(
      ({ name, type }): ColumnPair => ({
        column: name,
        type,
        reference: known.summaries.get(name),
        current: current(name, type),
        skipped: texts.has(name) ? 'text-column' : incomparable(type),
      }),
    );
    for (const [name, summary] of known.figures) {
      pairs.push({
        column: name,
        type: 'float64',
        role: 'figure',
        reference: summary,
        current: current(name, 'float64'),
      });
    }
    const { scores } = known;
    if (scores !== undefined) {
      const now = current(scores.output, 'float64');
      pairs.push({
        column: predictionColumn,
        type: 'float64',
        role: 'prediction',
        reference: scores.summary,
        current: now,
      });
    }
    return pairs;
  }

  function rowsPairs(known: EndpointReference | undefined, rows: RecentRows): ColumnPair[] {
    const columns = [...rows.columns, ...rows.outputs];
    if (known !== undefined && known.kinds.texts.length > 0) {
      columns.push(...figuresOf(rows.columns, { texts: known.kinds.texts, pictures: [] }));
    }
    const byName = new Map(columns.map((column) => [column.name, column]));
    return pairsOf(known, (name, type) => {
      const values = byName.get(name);
      return values === undefined ? undefined : summarizeValues(values, type);
    });
  }

  function sketchPairs(known: EndpointReference, window: readonly WindowSketch[]): ColumnPair[] {
    return pairsOf(known, (name, type) =>
      type === 'timestamp' || type === 'tensor' ? undefined : summaryOf(window, name, type),
    );
  }

  /** Other work of this process comes in between where there are many columns. */
  async function compareSlowly(pairs: readonly ColumnPair[]): Promise<ComparedColumns> {
    const assessed: AssessedColumn[] = [];
    let since = performance.now();
    for (const pair of pairs) {
      assessed.push(assessColumn(pair, tests));
      if (performance.now() - since < turnMs) continue;
      await setImmediate();
      since = performance.now();
    }
    return judgeColumns(assessed, tests);
  }

  /** The window against those just before it, then remembers it. */
  async function compareRolling(known: EndpointReference, window: FullWindow): Promise<void> {
    if (rollingWindows === 0) return;
    if (earlier.length > 0) {
      const before = new Map(sketchPairs(known, earlier).map(({ column, current }) => [column, current]));
      const pairs = sketchPairs(known, [window.sketch]).map((pair) => ({
        ...pair,
        reference: before.get(pair.column),
      }));
      const rows = Math.max(...earlier.map((sketch) => sketch.values().next().value?.rows ?? 0)) * earlier.length;
      rolling = { rows, columns: await compareSlowly(pairs) };
    }
    earlier.push(window.sketch);
    if (earlier.length > rollingWindows) earlier.shift();
  }

  /** Goes on beside the looks; a window that comes while another is compared is left out. */
  function compareWhole(known: EndpointReference, rows: RecentRows): void {
    if (known.whole === undefined || comparingWhole) return;
    comparingWhole = true;
    const columns = rows.columns.flatMap((column) => (column.kind === 'tensor' ? [] : [column]));
    known.whole
      .test({ rows: rows.rows, columns }, { alpha: options.alpha, signal: closed.signal })
      .then((found) => {
        if (reference === known) multivariate = found;
      })
      .catch((error: unknown) => {
        if (!closed.signal.aborted) options.log('warn', `Drift monitor: ${toAppError(error).message}`);
      })
      .finally(() => {
        comparingWhole = false;
      });
  }

  function reportOf(
    known: EndpointReference | undefined,
    rows: { rows: number },
    compared: ComparedColumns,
  ): MonitorReport {
    const against = new Map(rolling?.columns.columns.map((column) => [column.column, column]));
    const columns = compared.columns.map((column) => {
      const other = against.get(column.column);
      if (other === undefined) return column;
      const { statistic, threshold, pValue, drifted, state } = other;
      const effect = rolling?.columns.effects[column.column] ?? null;
      return { ...column, rolling: { statistic, threshold, pValue, effect, drifted, state } };
    });
    const shown =
      columns.length <= shownColumns
        ? columns
        : columns
            .toSorted(
              (a, b) =>
                Number(b.drifted) - Number(a.drifted) ||
                (compared.effects[b.column] ?? -1) - (compared.effects[a.column] ?? -1),
            )
            .slice(0, shownColumns);
    return {
      ...(shown.length < columns.length ? { hiddenColumns: columns.length - shown.length } : {}),
      ...(multivariate === undefined ? {} : { multivariate }),
      ...(rolling === undefined ? {} : { rollingRows: rolling.rows }),
      findings,
      caughtUpWindows,
      nodeId: options.nodeId,
      endpointId: options.endpointId,
      timeMs: Date.now(),
      referenceRows: known?.rows ?? 0,
      currentRows: rows.rows,
      minimumRows: options.minimumRows,
      columns: shown,
      drifted: compared.drifted,
      history: [...history],
      alarm: { active: alarm.active, recent: [...alarm.recent], ...alarmRule },
      broken: breakAlarm.active ? [...lastBroken] : [],
      ...(eventWindows === undefined || options.eventTime === undefined
        ? {}
        : {
            eventTime: {
              ...options.eventTime,
              ...structuredClone(eventWindows.unplaced),
              open: eventWindows.openCount,
            },
          }),
    };
  }

  function pointOf(
    known: EndpointReference | undefined,
    { columns, effects }: ComparedColumns,
    rows: number,
  ): MonitorReport['history'][number] {
    const over = columns.filter((column) => column.drifted).map(({ column }) => column);
    return {
      timeMs: Date.now(),
      rows,
      drift: columns.length <= shownColumns ? effects : mostMoved(effects),
      drifted: over.slice(0, shownColumns),
      ...(known === undefined ? {} : { version: known.version }),
    };
  }

  function pushHistory(point: MonitorReport['history'][number]): void {
    history.push(point);
    if (history.length > maxHistory) history.shift();
  }

  async function compare(): Promise<MonitorReport> {
    const { recent, full } = await newRows();
    // An endpoint that nobody asks anything, and nobody looks at, does without DuckDB's memory.
    const known = recent.rows > 0 || feed.watched ? await loadReference() : reference;
    const { latest } = feed;
    const isSame = known === comparedWith.reference && recent.logId === comparedWith.logId;
    if (latest !== undefined && isSame && full.length === 0 && recent.logged === comparedWith.logged) {
      return { ...latest, timeMs: Date.now(), ...(multivariate === undefined ? {} : { multivariate }) };
    }
    comparedWith = { reference: known, logId: recent.logId, logged: recent.logged };
    if (known !== undefined) {
      for (const window of full) {
        closed.signal.throwIfAborted();
        const { rows, startMs } = window;
        if (startMs !== undefined && window.count < options.minimumRows) {
          // Too few rows for a verdict say nothing about an alarm either.
          pushHistory({ timeMs: Date.now(), startMs, rows: window.count, drift: {}, version: known.version });
          continue;
        }
        const pairs = rows === undefined ? sketchPairs(known, [window.sketch]) : rowsPairs(known, rows);
        const compared = await compareSlowly(pairs);
        await compareRolling(known, window);
        if (rows !== undefined) compareWhole(known, rows);
        const times = rows?.columns.filter(({ kind }) => kind === 'timestamp') ?? [];
        findings = columnFindings(pairs, times, Date.now());
        alarm.push(compared.drifted);
        const broken = brokenColumns(compared);
        breakAlarm.push(broken.length > 0, true);
        if (broken.length > 0 || !breakAlarm.active) lastBroken = broken;
        if (startMs !== undefined) pushHistory({ ...pointOf(known, compared, window.count), startMs });
        else await remember(window.end);
        const report = reportOf(known, { rows: window.count }, compared);
        options.onWindow?.(report, () => detailsOf(pairs, report, compared.effects, rows));
      }
    }
    const compared = await compareSlowly(rowsPairs(known, recent));
    const { columns, drifted, effects } = compared;
    const step = Math.max(1, Math.ceil(options.windowRows / 10));
    if (eventWindows === undefined && recent.rows >= options.minimumRows && recent.logged - loggedAtLastPoint >= step) {
      loggedAtLastPoint = recent.logged;
      pushHistory(pointOf(known, compared, recent.rows));
    }
    if (known !== undefined) {
      const scores = columns.flatMap(({ column, method }) => {
        const score = effects[column];
        return score === null || score === undefined ? [] : [{ column, method, score }];
      });
      options.host.showMonitor(options.endpointId, {
        kind: 'drift',
        drifted,
        alarm: alarm.active,
        broken: breakAlarm.active,
        columns: scores,
      });
    }
    return reportOf(known, recent, compared);
  }

  async function tick(): Promise<void> {
    try {
      recalled ??= recall().catch((error: unknown) => {
        options.log('warn', `The state of a monitor could not be read: ${toAppError(error).message}`);
      });
      await recalled;
      feed.publish(await compare());
      await remember(windowStart);
      lastProblem = '';
    } catch (error) {
      // The endpoint may be starting again; the next look tells. A problem that stays is said once.
      const { message } = toAppError(error);
      if (message !== lastProblem && !closed.signal.aborted) options.log('warn', `Drift monitor: ${message}`);
      lastProblem = message;
    }
    if (!closed.signal.aborted) timer = setTimeout(() => void tick(), periodMs);
  }

  let timer = setTimeout(() => void tick(), 0);

  return {
    get latest() {
      return feed.latest;
    },
    watch: (signal) => feed.watch(signal),
    close() {
      clearTimeout(timer);
      closed.abort();
      feed.close();
    },
  };
}

/** From here on a column is so far from its reference that its source must have changed: no second window is waited for. */
const brokenPValue = 1e-6;
const brokenEffect = 0.8;

function brokenColumns({ columns, effects }: ComparedColumns): string[] {
  return columns
    .filter(
      ({ column, drifted, pValue, role }) =>
        role === undefined &&
        drifted &&
        pValue !== null &&
        pValue <= brokenPValue &&
        (effects[column] ?? 0) >= brokenEffect,
    )
    .map(({ column }) => column);
}

/** Shown name of the score of the second class, or of the predicted number. */
const predictionColumn = 'prediction';

function mostMoved(effects: ComparedColumns['effects']): ComparedColumns['effects'] {
  const sorted = Object.entries(effects).toSorted((a, b) => (b[1] ?? -1) - (a[1] ?? -1));
  return Object.fromEntries(sorted.slice(0, shownColumns));
}
