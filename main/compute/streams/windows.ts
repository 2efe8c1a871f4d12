import type { Column } from '../../../shared/table/schema.ts';
import type { DuckDb } from '../duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../duckdb/quote.ts';

export interface WindowOptions {
  /** Field → DuckDB type. */
  fields: Readonly<Record<string, string>>;
  /** Field with the time of an event. */
  eventTime: string;
  /** Events with an equal value are one event; empty for none. */
  dedupeKey: string;
  windowUs: number;
  /** Distance of window starts; equal to `windowUs` for tumbling windows. */
  slideUs: number;
  /** How far the watermark stays behind the latest event time. */
  latenessUs: number;
  groupBy: readonly string[];
  aggregates: readonly { function: 'count' | 'sum' | 'mean' | 'min' | 'max'; field: string; name: string }[];
  /** Nothing will come any more: every window is closed. */
  ended: boolean;
}

export interface EventCounts {
  events: number;
  /** Without a usable event time. */
  untimed: number;
  duplicates: number;
  /** Came after the window had been closed, counted once per window. */
  late: number;
}

/**
 * Loads the events before `endOffset` of NDJSON segments into the table `events`: one column per field, a value that is
 * not of the field's type is missing.
 */
export async function loadEvents(
  db: DuckDb,
  segments: readonly string[],
  endOffset: number,
  fields: WindowOptions['fields'],
): Promise<void> {
  const items = Object.entries(fields).map(([field, type]) => {
    const text = `json_extract_string(e, ${quoteLiteral(`/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`)})`;
    // Only the type with a time zone takes offsets in texts into account; the zone of the session is UTC.
    const value =
      type === 'TIMESTAMP' ? `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)` : `TRY_CAST(${text} AS ${type})`;
    return `${type === 'VARCHAR' ? text : value} AS ${quoteIdentifier(field)}`;
  });
  const source =
    segments.length === 0
      ? '(SELECT NULL::BIGINT AS o, NULL::JSON AS e WHERE false)'
      : `read_json([${segments.map(quotePath).join(', ')}], format = 'newline_delimited', columns = {o: 'BIGINT', e: 'JSON'})`;
  await db.run(`CREATE TABLE events AS SELECT ${['o', ...items].join(', ')} FROM ${source} WHERE o < ${endOffset}`);
}

/** Counts over the table `events`, and the SELECT of its closed windows, ordered by window and groups. */
export async function closedWindows(
  db: DuckDb,
  options: WindowOptions,
): Promise<{ select: string; counts: EventCounts }> {
  const time = quoteIdentifier(options.eventTime);
  const { windowUs, slideUs, latenessUs } = options;
  const key = options.dedupeKey === '' ? undefined : quoteIdentifier(options.dedupeKey);
  const first =
    key === undefined ? '' : `QUALIFY ${key} IS NULL OR row_number() OVER (PARTITION BY ${key} ORDER BY o) = 1`;
  await db.run(
    `CREATE TABLE timed AS SELECT *, epoch_us(${time}) AS us FROM events WHERE ${time} IS NOT NULL ${first}`,
  );
  // The watermark before an event, from all that came before it: what decides whether it is late.
  await db.run(
    `CREATE TABLE placed AS SELECT *, us - ((us % ${slideUs}) + ${slideUs}) % ${slideUs} - k * ${slideUs} AS window_us
     FROM (SELECT *, max(us) OVER (ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) - ${latenessUs} AS watermark
           FROM timed) CROSS JOIN range(${Math.ceil(windowUs / slideUs)}) AS r(k)
     WHERE window_us + ${windowUs} > us`,
  );
  const late = `coalesce(watermark >= window_us + ${windowUs}, false)`;
  const [counted] = await db.rows(
    `SELECT CAST((SELECT count(*) FROM events) AS DOUBLE) AS events,
       CAST((SELECT count(*) FROM events WHERE ${time} IS NULL) AS DOUBLE) AS untimed,
       CAST((SELECT count(*) FROM timed) AS DOUBLE) AS timed,
       CAST((SELECT count(*) FROM placed WHERE ${late}) AS DOUBLE) AS late`,
  );
  const [events, untimed, timed] = [counted?.['events'], counted?.['untimed'], counted?.['timed']].map(Number) as [
    number,
    number,
    number,
  ];
  const closed = options.ended ? 'true' : `window_us + ${windowUs} <= (SELECT max(us) FROM timed) - ${latenessUs}`;
  const groups = options.groupBy.map(quoteIdentifier);
  const keys = ['window_us', ...groups].join(', ');
  const aggregates = options.aggregates.map(
    (aggregate) => `${aggregateSql(aggregate)} AS ${quoteIdentifier(aggregate.name)}`,
  );
  const items = [
    'make_timestamp(window_us) AS window_start',
    `make_timestamp(window_us + ${windowUs}) AS window_end`,
    ...groups,
    ...aggregates,
  ];
  return {
    select: `SELECT ${items.join(', ')} FROM placed WHERE NOT ${late} AND ${closed} GROUP BY ${keys} ORDER BY ${keys}`,
    counts: { events, untimed, duplicates: events - untimed - timed, late: Number(counted?.['late']) },
  };
}

/** Sums of floats depend on the order of the rows, so that is fixed. */
function aggregateSql({ function: name, field }: WindowOptions['aggregates'][number]): string {
  if (name === 'count') return field === '' ? 'count(*)' : `count(${quoteIdentifier(field)})`;
  const column = quoteIdentifier(field);
  if (name === 'sum') return `sum(${column} ORDER BY o)`;
  if (name === 'mean') return `avg(${column} ORDER BY o)`;
  return `${name}(${column})`;
}

/** Fields of a table whose rows are events: those a field type exists for. */
export function fieldsOfColumns(columns: readonly Column[]): Record<string, string> {
  const types = { bool: 'BOOLEAN', int64: 'BIGINT', float64: 'DOUBLE', string: 'VARCHAR', timestamp: 'TIMESTAMP' };
  return Object.fromEntries(
    columns.flatMap(({ name, type }) => (type === 'tensor' || type === 'other' ? [] : [[name, types[type]]])),
  );
}
