import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestSearch } from '../../../shared/rpc/engine-contract.ts';
import type { DuckDb } from '../../compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral } from '../../compute/duckdb/quote.ts';
import { loggedLines, timingType } from '../prediction-log/logged-lines.ts';
import type { LoggedVersion } from './logged-versions.ts';

/** A value of logged rows: an SQL expression over one source. */
interface LoggedField {
  name: string;
  side: 'input' | 'output';
  /** The class whose probability it is. */
  className: string | null;
  sql: string;
  sqlType: string;
}

/** One relation with logged rows of a version. */
interface Source {
  model: string;
  version: string;
  relation: string;
  fields: LoggedField[];
  failed: boolean;
  hasTiming: boolean;
}

export interface HistoryColumn {
  name: string;
  side: LoggedField['side'];
  className: string | null;
  isNumber: boolean;
}

/** Search over everything that an endpoint has logged, as one SQL query. */
export interface HistoryQuery {
  columns: HistoryColumn[];
  /**
   * Rows that match: `time`, `id`, `version`, `status`, `error`, `features`, `label`, `timing`, and each column as text named
   * `c0`, `c1`, …, in their order. Undefined where nothing is logged.
   */
  sql: string | undefined;
  /** All rows, matching or not. */
  countSql: string | undefined;
}

/** Probabilities of more classes are not shown one by one. */
const maxClasses = 64;

/** The first output where a model has classes: the one with the highest probability. */
const predictionField = 'prediction';

export async function historyQuery(
  db: DuckDb,
  stateDir: string,
  versions: readonly LoggedVersion[],
  search: Omit<RequestSearch, 'limit' | 'offset'>,
): Promise<HistoryQuery> {
  const sources: Source[] = [];
  for (const version of versions) {
    if (search.version !== undefined && search.version !== version.version) continue;
    sources.push(...(await sourcesOf(db, version)));
  }
  const columns = columnsOf(sources);
  if (sources.length === 0) return { columns, sql: undefined, countSql: undefined };
  const labels = labelsRelation(stateDir);
  const parts = sources.map((source) => `(${selectOf(source, columns, search)})`);
  const counts = sources.map(({ relation }) => `(SELECT count(*) AS n FROM ${relation})`);
  const labelled =
    labels === undefined
      ? `SELECT r.*, CAST(NULL AS VARCHAR) AS label FROM (${parts.join(' UNION ALL ')}) r`
      : `SELECT r.*, l.label FROM (${parts.join(' UNION ALL ')}) r LEFT JOIN ${labels} l ON l.id = r.id AND l.model = r.model`;
  return {
    columns,
    sql: `SELECT * FROM (${labelled}) WHERE ${labelCondition(search.label)}`,
    countSql: `SELECT CAST(sum(n) AS DOUBLE) AS n FROM (${counts.join(' UNION ALL ')})`,
  };
}

async function sourcesOf(db: DuckDb, version: LoggedVersion): Promise<Source[]> {
  const { model, version: number, parquet, lines, failures } = version;
  const relations = lines.map((path) => loggedLines(path)).filter((relation) => relation !== undefined);
  if (parquet.length > 0) {
    relations.push(`read_parquet([${parquet.map(quoteLiteral).join(', ')}], union_by_name = true)`);
  }
  const sources: Source[] = [];
  for (const relation of relations) {
    const columns = await db.columnsOf(`SELECT * FROM ${relation}`);
    const names = new Set(columns.map(({ name }) => name));
    const fields: LoggedField[] = [];
    for (const side of ['input', 'output'] as const) {
      if (!names.has(side)) continue;
      for (const { name, sqlType } of await db.columnsOf(`SELECT ${side}.* FROM ${relation}`)) {
        fields.push({ name, side, className: null, sql: `${side}.${quoteIdentifier(name)}`, sqlType });
      }
    }
    const base = { model, version: number, relation, failed: false, hasTiming: names.has('timing') };
    sources.push({ ...base, fields: withClasses(fields, version.classes) });
  }
  if (failures.length > 0) {
    const columns = `{time: 'TIMESTAMP', id: 'VARCHAR', status: 'SMALLINT', code: 'VARCHAR', timing: ${quoteLiteral(timingType)}, features: 'VARCHAR'}`;
    const relation = `read_json([${failures.map(quoteLiteral).join(', ')}], format = 'newline_delimited', ignore_errors = true, columns = ${columns})`;
    sources.push({ model, version: number, relation, fields: [], failed: true, hasTiming: true });
  }
  return sources;
}

/** In place of the list of probabilities: the most probable class, and each probability by its class. */
function withClasses(fields: readonly LoggedField[], classes: readonly string[] | null): LoggedField[] {
  const list = fields.find(({ name, side }) => side === 'output' && name === 'probabilities');
  if (list === undefined || classes === null || classes.length < 2) return [...fields];
  const names = `[${classes.map(quoteLiteral).join(', ')}]`;
  // What a request that asked for the class only was answered.
  const label = fields.find(
    ({ name, side, sqlType }) => side === 'output' && name === 'label' && sqlType === 'VARCHAR',
  );
  const best = `${names}[list_position(${list.sql}, list_max(${list.sql}))]`;
  const others = fields.filter((field) => field !== list && field !== label);
  const isNamed = others.some(({ name, side }) => side === 'output' && name === predictionField);
  return [
    ...others.filter(({ side }) => side === 'input'),
    ...(isNamed
      ? []
      : [
          {
            ...list,
            name: predictionField,
            sql: label === undefined ? best : `coalesce(${best}, ${label.sql})`,
            sqlType: 'VARCHAR',
          },
        ]),
    ...others.filter(({ side }) => side === 'output'),
    ...classes.slice(0, maxClasses).map((className, i) => ({
      ...list,
      name: `probability.${className}`,
      className,
      sql: `${list.sql}[${i + 1}]`,
      sqlType: 'DOUBLE',
    })),
  ];
}

/** The columns of all sources, inputs first; those with the same name are one. */
function columnsOf(sources: readonly Source[]): HistoryColumn[] {
  const columns = new Map<string, HistoryColumn>();
  for (const { fields } of sources) {
    for (const { name, side, className, sqlType } of fields) {
      const key = `${side}/${name}`;
      const isNumber = isNumeric(sqlType) && (columns.get(key)?.isNumber ?? true);
      columns.set(key, { name, side, className, isNumber });
    }
  }
  const all = [...columns.values()];
  return [...all.filter(({ side }) => side === 'input'), ...all.filter(({ side }) => side === 'output')];
}

function selectOf(source: Source, columns: readonly HistoryColumn[], search: Omit<RequestSearch, 'limit'>): string {
  const { model, version, relation, fields, failed, hasTiming } = source;
  const fieldOf = ({ name, side }: { name: string; side: string }) =>
    fields.find((field) => field.name === name && field.side === side);
  const values = columns.map((column, i) => {
    const field = fieldOf(column);
    const text = field === undefined ? 'CAST(NULL AS VARCHAR)' : `CAST(${field.sql} AS VARCHAR)`;
    return `${text} AS c${i}`;
  });
  const prediction = fields.find(({ name, side }) => side === 'output' && name === predictionField);
  const items = [
    'time',
    'id',
    `${quoteLiteral(model)} AS model`,
    `${quoteLiteral(version)} AS version`,
    failed ? 'CAST(status AS SMALLINT) AS status' : 'CAST(200 AS SMALLINT) AS status',
    failed ? 'code AS error' : 'CAST(NULL AS VARCHAR) AS error',
    hasTiming ? 'features' : 'CAST(NULL AS VARCHAR) AS features',
    hasTiming ? `CAST(timing AS ${timingType}) AS timing` : `CAST(NULL AS ${timingType}) AS timing`,
    `${prediction === undefined ? 'CAST(NULL AS VARCHAR)' : `CAST(${prediction.sql} AS VARCHAR)`} AS predicted`,
    ...values,
  ];
  return `SELECT ${items.join(', ')} FROM ${relation} WHERE ${conditions(source, search).join(' AND ')}`;
}

function conditions({ fields, failed, hasTiming }: Source, search: Omit<RequestSearch, 'limit'>): string[] {
  const { id, fromMs, toMs, status, slowerThanMs, column } = search;
  const all = ['time IS NOT NULL'];
  if (fromMs !== undefined) all.push(`time >= make_timestamp_ms(CAST(${Math.floor(fromMs)} AS BIGINT))`);
  if (toMs !== undefined) all.push(`time <= make_timestamp_ms(CAST(${Math.ceil(toMs)} AS BIGINT))`);
  if (id !== undefined) all.push(`contains(id, ${quoteLiteral(id)})`);
  if (status !== undefined && (status === 'failed') !== failed) all.push('false');
  if (slowerThanMs !== undefined) all.push(hasTiming ? `timing.total > ${slowerThanMs}` : 'false');
  if (column !== undefined) {
    const field = failed ? undefined : fields.find(({ name }) => name === column);
    all.push(field === undefined ? String(!failed && search.compare === 'missing') : comparison(field, search));
  }
  return all;
}

function comparison(
  { sql, sqlType }: LoggedField,
  { compare = 'is', value = '' }: Omit<RequestSearch, 'limit'>,
): string {
  if (compare === 'missing') return `${sql} IS NULL`;
  const wanted = wantedOf(sqlType, value);
  if (wanted === undefined) return compare === 'is-not' ? 'true' : 'false';
  switch (compare) {
    case 'is':
      return `coalesce(${sql} = ${wanted}, false)`;
    case 'is-not':
      return `${sql} IS DISTINCT FROM ${wanted}`;
    case 'below':
      return `coalesce(${sql} < ${wanted}, false)`;
    case 'above':
      return `coalesce(${sql} > ${wanted}, false)`;
  }
}

/** The value that a column is compared with; undefined where nothing of its type is meant. */
function wantedOf(sqlType: string, value: string): string | undefined {
  if (isNumeric(sqlType)) {
    const text = value.trim();
    if (sqlType !== 'DOUBLE' && /^-?\d{1,19}$/.test(text)) return `CAST(${quoteLiteral(text)} AS HUGEINT)`;
    const number = Number(text);
    // Not the text: it may be 0x10, which is a number here only.
    return text === '' || Number.isNaN(number) ? undefined : `CAST('${number}' AS DOUBLE)`;
  }
  if (sqlType === 'BOOLEAN') return /^(true|false)$/i.test(value.trim()) ? value.trim() : undefined;
  if (sqlType.startsWith('TIMESTAMP')) return `TRY_CAST(${quoteLiteral(value)} AS TIMESTAMP)`;
  return sqlType.endsWith(']') ? undefined : quoteLiteral(value);
}

function isNumeric(sqlType: string): boolean {
  return /^(DOUBLE|FLOAT|U?(BIG|SMALL|TINY|HUGE)?INT(EGER)?)$/.test(sqlType);
}

/** Labels by request id: the newest of each. Undefined where none came. */
function labelsRelation(stateDir: string): string | undefined {
  const files = ['feedback.1.ndjson', 'feedback.ndjson']
    .map((name) => join(stateDir, name))
    .filter((path) => existsSync(path));
  if (files.length === 0) return undefined;
  const columns = "{id: 'VARCHAR', label: 'JSON', model: 'VARCHAR', receivedMs: 'DOUBLE'}";
  const read = `read_json([${files.map(quoteLiteral).join(', ')}], format = 'newline_delimited', ignore_errors = true, columns = ${columns})`;
  return `(SELECT id, model, arg_max(label ->> '$', receivedMs) AS label FROM ${read} GROUP BY id, model)`;
}

function labelCondition(label: RequestSearch['label']): string {
  switch (label) {
    case undefined:
      return 'true';
    case 'with':
      return 'label IS NOT NULL';
    case 'without':
      return 'label IS NULL AND status = 200';
    case 'wrong':
      return 'label IS NOT NULL AND predicted IS NOT NULL AND label <> predicted';
  }
}
