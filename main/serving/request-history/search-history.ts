import type { FoundRequests, RequestSearch } from '../../../shared/rpc/engine-contract.ts';
import { type DuckDb, withDuckDb } from '../../compute/duckdb/connection.ts';
import { loggedTiming, timingParts } from '../request-timing.ts';
import { type HistoryColumn, type HistoryQuery, historyQuery } from './history-query.ts';
import { loggedVersions } from './logged-versions.ts';

const duckDb = { threads: 2, memoryBytes: 2 ** 29 };

/**
 * Searches the request log of an endpoint, newest first: what has been written, a second after its answer. `stateDir`:
 * the folder of the endpoint. Undefined where nothing was ever logged. Errors: `run.cancelled` (the signal).
 */
export async function searchHistory(
  stateDir: string,
  search: RequestSearch,
  signal?: AbortSignal,
): Promise<FoundRequests | undefined> {
  const { versions, leftOut } = loggedVersions(stateDir, search);
  if (versions.length === 0) return undefined;
  return withDuckDb({ ...duckDb, ...(signal === undefined ? {} : { signal }) }, async (db) => {
    const { columns, sql, countSql } = await historyQuery(db, stateDir, versions, search);
    const inputs = columns.filter(({ side }) => side === 'input');
    const outputs = columns.filter(({ side }) => side === 'output');
    const shape = {
      source: 'log' as const,
      leftOutFiles: leftOut,
      inputs: inputs.map(({ name }) => name),
      outputs: outputs.map(({ name, className }) => ({ name, className })),
    };
    if (sql === undefined || countSql === undefined) {
      return { ...shape, searched: 0, matched: 0, latency: null, rows: [] };
    }
    const [searched] = await db.rows(countSql);
    const { matched, latency } = await summaryOf(db, sql);
    const page = `${sql} ORDER BY time DESC, id DESC LIMIT ${search.limit} OFFSET ${search.offset ?? 0}`;
    const rows = await db.rows(`SELECT epoch_ms(time)::DOUBLE AS "timeMs", * FROM (${page})`);
    return {
      ...shape,
      searched: Number(searched?.['n'] ?? 0),
      matched,
      latency,
      rows: rows.map((row) => foundRow(row, columns)),
    };
  });
}

/**
 * Opens the log for an export: `work` gets a query of all rows that match, without an order. Undefined where nothing was ever
 * logged.
 */
export async function withHistory<T>(
  stateDir: string,
  search: Omit<RequestSearch, 'limit' | 'offset'>,
  work: (db: DuckDb, query: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T | undefined> {
  const { versions } = loggedVersions(stateDir, search);
  return withDuckDb({ ...duckDb, ...(signal === undefined ? {} : { signal }) }, async (db) => {
    const query = await historyQuery(db, stateDir, versions, search);
    return query.sql === undefined ? undefined : work(db, tableQuery(query, query.sql));
  });
}

/** One table with plain columns: inputs and outputs under their names, those that would meet another with their side. */
function tableQuery({ columns }: HistoryQuery, sql: string): string {
  const fixed = ['time', 'id', 'version', 'status', 'error', 'label', 'features'];
  const timings = [...timingParts, 'batch'].map(
    (part) => `timing.${part} AS "${part === 'batch' ? 'batch_rows' : `${part}_ms`}"`,
  );
  const taken = new Set(['time', 'id', 'version', 'status', 'error', 'label', 'features', 'batch_rows']);
  for (const part of timingParts) taken.add(`${part}_ms`);
  const values = columns.map(({ name, side, isNumber }, i) => {
    let unique = name;
    while (taken.has(unique.toLowerCase())) unique = `${side}.${unique}`;
    taken.add(unique.toLowerCase());
    return `${isNumber ? `TRY_CAST(c${i} AS DOUBLE)` : `c${i}`} AS "${unique.replaceAll('"', '""')}"`;
  });
  return `SELECT ${[...fixed, ...values, ...timings].join(', ')} FROM (${sql})`;
}

async function summaryOf(db: DuckDb, sql: string): Promise<Pick<FoundRequests, 'matched' | 'latency'>> {
  const items = timingParts.map((part) => `quantile_cont(timing.${part}, [0.5, 0.99])::DOUBLE[] AS ${part}`);
  const [row] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n, ${items.join(', ')} FROM (${sql})`);
  const latency = timingParts.flatMap((part) => {
    const values = row?.[part];
    return Array.isArray(values) ? [{ part, p50: Number(values[0]), p99: Number(values[1]) }] : [];
  });
  return { matched: Number(row?.['n'] ?? 0), latency: latency.length === 0 ? null : latency };
}

function foundRow(row: Record<string, unknown>, columns: readonly HistoryColumn[]): FoundRequests['rows'][number] {
  const values = columns.map(({ isNumber }, i) => {
    const text = row[`c${i}`];
    if (typeof text !== 'string') return null;
    const number = Number(text);
    return isNumber && Number.isFinite(number) && (Number.isSafeInteger(number) || !/^-?\d+$/.test(text))
      ? number
      : text;
  });
  const inputs = columns.filter(({ side }) => side === 'input').length;
  const timing = row['timing'] as Record<string, number | null> | null;
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : null);
  return {
    id: text('id') ?? '',
    timeMs: Number(row['timeMs']),
    version: text('version') ?? '',
    status: Number(row['status']),
    error: text('error'),
    label: text('label'),
    features: text('features'),
    timing: timing === null ? null : loggedTiming((part) => timing[part] ?? null),
    batchRows: timing?.['batch'] ?? null,
    inputs: values.slice(0, inputs),
    outputs: values.slice(inputs),
  };
}
