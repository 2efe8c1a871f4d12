import { toAppError } from '../../shared/errors/app-error.ts';
import { type InputColumn, MISSING_STRING, MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import { type RecentRows, sliceRows } from '../serving/request-log.ts';
import { type ColumnPair, rowsOf } from './column-test.ts';
import { type ColumnSummary, incomparable, summarizeFile, summarizeValues } from './column-summary.ts';
import { DistanceTests } from './distance-test.ts';
import { type ComparedColumns, compareColumns, type DriftOptions } from './drift-report.ts';
import { createHysteresis } from './hysteresis.ts';
import { createReportFeed } from './report-feed.ts';
import { shiftInWords } from './shift-in-words.ts';

export interface EndpointMonitorOptions extends Pick<DriftOptions, 'minimumRows' | 'alpha'> {
  nodeId: string;
  endpointId: string;
  host: Pick<EndpointHost, 'recentRows' | 'models' | 'showMonitor'>;
  /** Most recent request rows compared. */
  windowRows: number;
  /** Default `two-sample`. */
  method?: DriftMethod | undefined;
  /** The alarm needs so many drifted windows among so many last ones; default 2 of 3. */
  alarm?: { needed: number; windows: number } | undefined;
  /** Called when a window of `windowRows` new rows is full, alarm updated. */
  onWindow?: ((report: MonitorReport, details: () => WindowDetails) => void) | undefined;
  log(level: 'warn', text: string): void;
}

export interface WindowDetails {
  /** How each drifted column differs. */
  words: Record<string, string>;
  /** The newest rows. */
  examples: Record<string, unknown>[];
}

export type DriftMethod = 'two-sample' | 'distance' | 'evidently';

export interface EndpointMonitor {
  readonly latest: MonitorReport | undefined;
  /** The newest report at once, then each new one (about every 2 s) until closed or aborted. */
  watch(signal: AbortSignal): AsyncIterable<MonitorReport>;
  close(): void;
}

const periodMs = 2_000;
const maxHistory = 60;

/** Rows that may come between two questions to the log. */
const arrivingRows = 1_000;

interface Reference {
  digest: string;
  columns: readonly InputColumn[];
  summaries: ReadonlyMap<string, ColumnSummary>;
  rows: number;
}

/**
 * Compares the last rows of an endpoint's request log with the training sample of its model, again and again; keeps
 * past windows whether or not anybody watches.
 */
export function createEndpointMonitor(options: EndpointMonitorOptions): EndpointMonitor {
  const history: MonitorReport['history'] = [];
  const feed = createReportFeed();
  const closed = new AbortController();
  let reference: Reference | undefined;
  let windowLog = '';
  /** Rows of this log that belong to windows which are full already. */
  let windowStart = 0;
  let loggedAtLastPoint = 0;
  /** What the newest report was made of. */
  let comparedWith: { reference: Reference | undefined; logId: string; logged: number } = {
    reference: undefined,
    logId: '',
    logged: -1,
  };
  let lastProblem = '';
  const alarmRule = options.alarm ?? { needed: 2, windows: 3 };
  const alarm = createHysteresis(alarmRule.needed, alarmRule.windows);
  const breakAlarm = createHysteresis(alarmRule.needed, alarmRule.windows);
  /** Columns of the newest broken window. */
  let lastBroken: readonly string[] = [];
  const tests: DriftOptions = {
    minimumRows: options.minimumRows,
    alpha: options.alpha,
    compatible: options.method === 'evidently',
    distances: options.method === 'distance' ? new DistanceTests() : undefined,
  };

  async function loadReference(): Promise<Reference | undefined> {
    const [source] = options.host.models(options.endpointId);
    if (source === undefined || source.manifest === null || source.referencePath === null) return undefined;
    if (reference?.digest === source.digest) return reference;
    const columns = source.manifest.inputs;
    const summaries = await summarizeFile(source.referencePath, columns, closed.signal);
    reference = { digest: source.digest, columns, summaries, rows: rowsIn(summaries) };
    return reference;
  }

  /** Rows of the log that make up the newest window, and those of windows that are full since the last look. */
  async function newRows(): Promise<{ recent: RecentRows; full: RecentRows[] }> {
    const { logId, logged } = await options.host.recentRows(options.endpointId, 0);
    if (logId !== windowLog) {
      windowLog = logId;
      windowStart = 0;
      loggedAtLastPoint = 0;
    }
    const limit = Math.max(options.windowRows, logged - windowStart) + arrivingRows;
    const all = await options.host.recentRows(options.endpointId, limit);
    // What the log has forgotten is gone; the next window starts with what there is.
    const first = all.logged - all.rows;
    if (all.logId === windowLog) windowStart = Math.max(windowStart, first);
    const full: RecentRows[] = [];
    while (all.logId === windowLog && windowStart + options.windowRows <= all.logged) {
      full.push(sliceRows(all, windowStart - first, windowStart - first + options.windowRows));
      windowStart += options.windowRows;
    }
    return { recent: sliceRows(all, Math.max(0, all.rows - options.windowRows), all.rows), full };
  }

  function pairsOf(known: Reference | undefined, rows: RecentRows): ColumnPair[] {
    return (known?.columns ?? []).map((column) => ({
      column: column.name,
      type: column.type,
      reference: known?.summaries.get(column.name),
      current: currentSummary(rows, column),
      skipped: incomparable(column.type),
    }));
  }

  function reportOf(known: Reference | undefined, rows: RecentRows, compared: ComparedColumns): MonitorReport {
    return {
      nodeId: options.nodeId,
      endpointId: options.endpointId,
      timeMs: Date.now(),
      referenceRows: known?.rows ?? 0,
      currentRows: rows.rows,
      minimumRows: options.minimumRows,
      columns: compared.columns,
      drifted: compared.drifted,
      history: [...history],
      alarm: { active: alarm.active, recent: [...alarm.recent], ...alarmRule },
      broken: breakAlarm.active ? [...lastBroken] : [],
    };
  }

  async function compare(): Promise<MonitorReport> {
    const { recent, full } = await newRows();
    // An endpoint that nobody asks anything, and nobody looks at, does without DuckDB's memory.
    const known = recent.rows > 0 || feed.watched ? await loadReference() : reference;
    const { latest } = feed;
    const isSame = known === comparedWith.reference && recent.logId === comparedWith.logId;
    if (latest !== undefined && isSame && full.length === 0 && recent.logged === comparedWith.logged) {
      return { ...latest, timeMs: Date.now() };
    }
    comparedWith = { reference: known, logId: recent.logId, logged: recent.logged };
    if (known !== undefined) {
      for (const rows of full) {
        const pairs = pairsOf(known, rows);
        const compared = compareColumns(pairs, tests);
        alarm.push(compared.drifted);
        const broken = brokenColumns(compared);
        breakAlarm.push(broken.length > 0, true);
        if (broken.length > 0 || !breakAlarm.active) lastBroken = broken;
        const report = reportOf(known, rows, compared);
        options.onWindow?.(report, () => detailsOf(pairs, report, rows));
      }
    }
    const compared = compareColumns(pairsOf(known, recent), tests);
    const { columns, drifted, effects } = compared;
    const step = Math.max(1, Math.ceil(options.windowRows / 10));
    if (recent.rows >= options.minimumRows && recent.logged - loggedAtLastPoint >= step) {
      loggedAtLastPoint = recent.logged;
      const over = columns.filter((column) => column.drifted).map(({ column }) => column);
      history.push({ timeMs: Date.now(), rows: recent.rows, drift: effects, drifted: over });
      if (history.length > maxHistory) history.shift();
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
      feed.publish(await compare());
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
      ({ column, drifted, pValue }) =>
        drifted && pValue !== null && pValue <= brokenPValue && (effects[column] ?? 0) >= brokenEffect,
    )
    .map(({ column }) => column);
}

const exampleRows = 3;

function detailsOf(pairs: readonly ColumnPair[], report: MonitorReport, recent: RecentRows): WindowDetails {
  const drifted = new Set(report.columns.filter((column) => column.drifted).map(({ column }) => column));
  const words: WindowDetails['words'] = {};
  for (const { column, reference, current } of pairs) {
    if (drifted.has(column) && reference !== undefined && current !== undefined) {
      words[column] = shiftInWords(reference, current);
    }
  }
  const examples = Array.from({ length: Math.min(exampleRows, recent.rows) }, (_, back) => {
    const row = recent.rows - 1 - back;
    return Object.fromEntries(recent.columns.map((column) => [column.name, jsonValue(column, row)]));
  });
  return { words, examples };
}

function jsonValue({ kind, values }: RecentRows['columns'][number], row: number): unknown {
  const value = values[row];
  if (value === undefined || value === MISSING_STRING || value === MISSING_TIMESTAMP || Number.isNaN(value))
    return null;
  return kind === 'timestamp' ? new Date(Number(value) / 1_000).toISOString() : value;
}

function currentSummary(recent: RecentRows, column: InputColumn): ColumnSummary | undefined {
  const values = recent.columns.find((candidate) => candidate.name === column.name);
  return values === undefined ? undefined : summarizeValues(values, column.type);
}

function rowsIn(summaries: ReadonlyMap<string, ColumnSummary>): number {
  let rows = 0;
  for (const summary of summaries.values()) rows = Math.max(rows, rowsOf(summary));
  return rows;
}
