import { AppError } from '../../shared/errors/app-error.ts';
import type { InputColumn } from '../../shared/model/signature.ts';
import type { ReplayState, TrafficFault } from '../../shared/rpc/engine-contract.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../compute/duckdb/quote.ts';

export interface ReplayOptions {
  endpointId: string;
  /** `http://HOST:PORT`. */
  http: string;
  model: string;
  /** Parquet file of raw columns and labels. */
  path: string;
  inputs: readonly InputColumn[];
  label: string;
  /** Column of the time a row happened; rows come in its order. */
  timeColumn: string;
  /** Rows before this time are left out. */
  from: string;
  rowsPerSecond: number;
  /** When a label is known: so many minutes after the row, and more per unit of a column. */
  labelDelay: { minutes: number; column?: string | undefined; minutesPerUnit?: number | undefined };
  log(text: string): void;
}

export interface TrafficReplay {
  state(): ReplayState;
  /** From now on rows come as after a fault upstream; none ends all. */
  setFaults(faults: readonly TrafficFault[]): void;
  stop(): void;
}

const maxRows = 100_000;
const rowsPerRequest = 50;
const timeoutMs = 10_000;

interface ReplayRow {
  row: Record<string, unknown>;
  label: unknown;
  timeMs: number;
  knownMs: number;
}

/** Sends rows of a table to an endpoint at a steady rate, and each label once it would have been known. */
export async function startTrafficReplay(options: ReplayOptions): Promise<TrafficReplay> {
  const rows = await rowsOf(options);
  if (rows.length === 0) {
    throw new AppError('data.empty', `There is no row from ${options.from} on to send.`, {
      fix: 'Choose an earlier time.',
    });
  }
  const closed = new AbortController();
  const waiting: { id: string; label: unknown; knownMs: number }[] = [];
  const state: ReplayState = {
    endpointId: options.endpointId,
    running: true,
    sent: 0,
    total: rows.length,
    labelled: 0,
    failed: 0,
    clockMs: rows[0]?.timeMs ?? 0,
    faults: [],
    error: null,
  };
  let faults: readonly TrafficFault[] = [];

  async function post(path: string, body: unknown): Promise<boolean> {
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(options.http + path, { method: 'POST', body: JSON.stringify(body), signal });
    const text = await response.text();
    if (!response.ok) state.error = text.slice(0, 300);
    return response.ok;
  }

  async function send(batch: readonly ReplayRow[], id: string): Promise<void> {
    const sent = await post(`/v1/models/${encodeURIComponent(options.model)}/predict`, {
      id,
      rows: batch.map(({ row }) => faults.reduce(applyFault, row)),
    }).catch(() => false);
    if (sent) batch.forEach(({ label, knownMs }, i) => waiting.push({ id: `${id}/${i}`, label, knownMs }));
    else state.failed++;
    state.sent += batch.length;
    state.clockMs = batch.at(-1)?.timeMs ?? state.clockMs;
    waiting.sort((a, b) => a.knownMs - b.knownMs);
    const due = waiting.findIndex(({ knownMs }) => knownMs > state.clockMs);
    const known = waiting.splice(0, due === -1 ? waiting.length : due);
    if (known.length === 0) return;
    const feedback = known.map(({ id: of, label }) => ({ id: of, label }));
    if (await post('/v1/feedback', { feedback }).catch(() => false)) state.labelled += known.length;
    else state.failed++;
  }

  async function run(): Promise<void> {
    const prefix = `replay-${Date.now().toString(36)}`;
    const startedMs = performance.now();
    for (let from = 0; from < rows.length && !closed.signal.aborted; from += rowsPerRequest) {
      await send(rows.slice(from, from + rowsPerRequest), `${prefix}-${from}`);
      const aheadMs = (1000 * (from + rowsPerRequest)) / options.rowsPerSecond - (performance.now() - startedMs);
      if (aheadMs > 0) {
        await new Promise((resolve) => {
          setTimeout(resolve, aheadMs).unref();
        });
      }
    }
  }

  run()
    .catch((error: unknown) => options.log(`Replay: ${error instanceof Error ? error.message : String(error)}`))
    .finally(() => {
      state.running = false;
    });

  return {
    state: () => ({ ...state }),
    setFaults(next) {
      faults = next;
      state.faults = next.map(({ id }) => id);
    },
    stop() {
      state.running = false;
      closed.abort();
    },
  };
}

/** A row as it comes from an upstream system that has changed. */
export function applyFault(row: Record<string, unknown>, fault: TrafficFault): Record<string, unknown> {
  const changed = { ...row };
  for (const column of fault.columns) {
    const value = changed[column];
    if (fault.prefix !== undefined && typeof value === 'string') changed[column] = fault.prefix + value;
    if (fault.factor !== undefined && typeof value === 'number') {
      // Whole numbers stay whole: their column may take nothing else.
      const scaled = value * fault.factor;
      changed[column] = fault.whole === true ? Math.round(scaled) : scaled;
    }
  }
  return changed;
}

async function rowsOf({ path, inputs, label, timeColumn, from, labelDelay }: ReplayOptions): Promise<ReplayRow[]> {
  const time = quoteIdentifier(timeColumn);
  const columns = inputs.map(({ name, type }) => {
    const column = quoteIdentifier(name);
    if (type === 'timestamp') return `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ') AS ${column}`;
    return type === 'int64' || type === 'float64' ? `${column}::DOUBLE AS ${column}` : column;
  });
  const known = labelDelay.column === undefined ? '0' : `coalesce(${quoteIdentifier(labelDelay.column)}::DOUBLE, 0)`;
  const delay = `${labelDelay.minutes} + ${known} * ${labelDelay.minutesPerUnit ?? 0}`;
  const found = await withDuckDb({ memoryBytes: 2 ** 31 }, (db) =>
    db.rows(
      `SELECT ${columns.join(', ')}, ${quoteIdentifier(label)} AS "label of the row",
        epoch_ms(${time})::DOUBLE AS "time of the row", (${delay})::DOUBLE AS "delay of the label"
      FROM read_parquet(${quotePath(path)})
      WHERE ${time} >= ${quoteLiteral(from)}::TIMESTAMP AND ${quoteIdentifier(label)} IS NOT NULL
      ORDER BY ${time} LIMIT ${maxRows}`,
    ),
  );
  return found.map((all) => {
    const { 'label of the row': of, 'time of the row': at, 'delay of the label': after, ...row } = all;
    return { row, label: of, timeMs: Number(at), knownMs: Number(at) + Number(after) * 60_000 };
  });
}
