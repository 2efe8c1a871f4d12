import { type ClassLabel, MISSING_STRING, MISSING_TIMESTAMP } from '../../shared/model/signature.ts';
import type { FoundRequests, RequestSearch } from '../../shared/rpc/engine-contract.ts';
import type { ColumnValues } from '../compute/duckdb/read-columns.ts';
import type { RecentRows } from './request-log.ts';

type Value = string | number | null;

/**
 * Rows of a version's recent requests that a search is for, newest first: what can be known without a request log. `classes`
 * name the probabilities.
 */
export function searchRequests(
  versions: readonly { version: string; recent: RecentRows }[],
  search: RequestSearch,
  classes: readonly ClassLabel[],
): FoundRequests {
  if (search.status === 'failed' || search.label === 'with' || search.label === 'wrong') versions = [];
  if (search.slowerThanMs !== undefined) versions = [];
  const [first] = versions;
  const inputs = (first?.recent.columns ?? []).map(({ name }) => name);
  const outputs = (first?.recent.outputs ?? []).map(({ name }) => name);
  const rows: FoundRequests['rows'] = [];
  let searched = 0;
  for (const { version, recent } of versions) {
    if (search.version !== undefined && search.version !== version) continue;
    searched += recent.rows;
    const byName = new Map([...recent.columns, ...recent.outputs].map((column) => [column.name, column]));
    const compared = search.column === undefined ? undefined : byName.get(search.column);
    for (let row = 0; row < recent.rows; row++) {
      const id = recent.ids[row] as string;
      const timeMs = recent.timesMs[row] as number;
      if (search.id !== undefined && !id.includes(search.id)) continue;
      if (timeMs < (search.fromMs ?? 0) || timeMs > (search.toMs ?? Number.POSITIVE_INFINITY)) continue;
      if (search.column !== undefined && !fits(compared === undefined ? null : valueAt(compared, row), search))
        continue;
      const all = (names: readonly string[]) =>
        names.map((name) => {
          const column = byName.get(name);
          return column === undefined ? null : valueAt(column, row);
        });
      rows.push({ id, timeMs, version, ...unknown, inputs: all(inputs), outputs: all(outputs) });
    }
  }
  rows.sort((a, b) => b.timeMs - a.timeMs);
  const from = search.offset ?? 0;
  return {
    source: 'memory',
    searched,
    matched: rows.length,
    leftOutFiles: 0,
    inputs,
    outputs: outputs.map((name) => ({ name, className: classOf(name, classes) })),
    latency: null,
    rows: rows.slice(from, from + search.limit),
  };
}

/** What only a log knows of answered requests. */
const unknown = { status: 200, error: null, label: null, timing: null, batchRows: null, features: null };

/** Columns of `RecentRows` with probabilities: `probability` of the second of two classes, `probability.I` of more. */
function classOf(name: string, classes: readonly ClassLabel[]): string | null {
  const index = name === 'probability' ? 1 : Number(/^probability\.(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  const label = classes[index];
  return label === undefined ? null : String(label);
}

/** Times as ISO 8601; missing values as null. */
function valueAt(column: ColumnValues, row: number): Value {
  switch (column.kind) {
    case 'string': {
      const value = column.values[row] as string;
      return value === MISSING_STRING ? null : value;
    }
    case 'timestamp': {
      const micros = column.values[row] as bigint;
      const date = new Date(Number(micros / 1_000n));
      return micros === MISSING_TIMESTAMP || Number.isNaN(date.getTime()) ? null : date.toISOString();
    }
    case 'number': {
      const value = column.values[row] as number;
      return Number.isFinite(value) ? value : Number.isNaN(value) ? null : String(value);
    }
    case 'tensor':
      return null;
  }
}

function fits(value: Value, { compare = 'is', value: wanted = '' }: RequestSearch): boolean {
  if (compare === 'missing') return value === null;
  if (value === null) return compare === 'is-not';
  const isNumber = typeof value === 'number' && wanted.trim() !== '' && !Number.isNaN(Number(wanted));
  switch (compare) {
    case 'is':
      return isNumber ? value === Number(wanted) : String(value) === wanted;
    case 'is-not':
      return isNumber ? value !== Number(wanted) : String(value) !== wanted;
    case 'below':
      return isNumber ? value < Number(wanted) : String(value) < wanted;
    case 'above':
      return isNumber ? value > Number(wanted) : String(value) > wanted;
  }
}
