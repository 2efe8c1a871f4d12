import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InputColumn, ModelManifest } from '../../../shared/model/signature.ts';
import { withDuckDb } from '../../compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral, quotePath } from '../../compute/duckdb/quote.ts';
import { type ColumnValues, readColumns } from '../../compute/duckdb/read-columns.ts';
import type { RecentRows } from '../../serving/request-log.ts';
import { columnSqlTypes } from '../training-window.ts';

const idColumn: InputColumn = { name: 'slipway.id', type: 'string' };
const timeColumn: InputColumn = { name: 'slipway.time', type: 'float64' };

/** Rows of one Parquet file of the request log, as a model's endpoint has them in memory. */
export async function readSegment(path: string, manifest: ModelManifest, signal?: AbortSignal): Promise<RecentRows> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-segment-'));
  const inputs = manifest.inputs.filter(({ type }) => type !== 'tensor');
  const outputs = outputsOf(manifest);
  try {
    const flat = join(folder, 'flat.parquet');
    await withDuckDb(signal === undefined ? {} : { signal }, async (db) => {
      const present = await fieldsOf(db, path);
      const field = (side: string, name: string) =>
        present.has(`${side}.${name}`) ? `${side}.${quoteIdentifier(name)}` : 'NULL';
      const columns = [
        `coalesce(id, '') AS ${quoteIdentifier(idColumn.name)}`,
        `epoch_us("time") / 1000.0 AS ${quoteIdentifier(timeColumn.name)}`,
        ...inputs.map(
          ({ name, type }) => `CAST(${field('input', name)} AS ${columnSqlTypes[type]}) AS ${quoteIdentifier(name)}`,
        ),
        ...outputs.map(({ name, tensor, element }) => {
          const value = field('output', tensor);
          const picked = element === undefined || value === 'NULL' ? value : `${value}[${element + 1}]`;
          return `CAST(${picked} AS DOUBLE) AS ${quoteIdentifier(`slipway.output.${name}`)}`;
        }),
      ];
      await db.run(
        `COPY (SELECT ${columns.join(', ')} FROM read_parquet(${quotePath(path)}) ORDER BY "row") TO ${quoteLiteral(flat)} (FORMAT parquet)`,
      );
    });
    const wanted: InputColumn[] = [
      idColumn,
      timeColumn,
      ...inputs,
      ...outputs.map(({ name }): InputColumn => ({ name: `slipway.output.${name}`, type: 'float64' })),
    ];
    const chunks: ColumnValues[][] = [];
    let rows = 0;
    for await (const chunk of readColumns(flat, wanted, signal === undefined ? {} : { signal })) {
      rows += chunk.rows;
      chunks.push(chunk.columns);
    }
    const columns = wanted.map((column, c) =>
      joinColumns(
        column.name,
        column.type,
        chunks.map((chunk) => chunk[c] as ColumnValues),
      ),
    );
    const [ids, times] = columns;
    return {
      logId: path,
      logged: rows,
      seen: rows,
      unsampled: 0,
      rows,
      ids: (ids?.values ?? []) as string[],
      timesMs: (times?.values ?? new Float64Array()) as Float64Array,
      columns: columns.slice(2, 2 + inputs.length),
      outputs: columns.slice(2 + inputs.length).map((column, i) => ({ ...column, name: outputs[i]?.name ?? '' })),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rows of several files after each other, under a log of their own. */
export function joinSegments(segments: readonly RecentRows[]): RecentRows {
  const rows = segments.reduce((sum, segment) => sum + segment.rows, 0);
  const join = (side: 'columns' | 'outputs') =>
    (segments[0]?.[side] ?? []).map((column) =>
      joinColumns(
        column.name,
        column.kind === 'number' ? 'float64' : column.kind === 'string' ? 'string' : 'timestamp',
        segments.flatMap((segment) => segment[side].filter(({ name }) => name === column.name)),
      ),
    );
  return {
    logId: 'segments',
    logged: rows,
    seen: rows,
    unsampled: 0,
    rows,
    ids: segments.flatMap(({ ids }) => ids),
    timesMs: Float64Array.from(segments.flatMap(({ timesMs }) => Array.from(timesMs))),
    columns: join('columns'),
    outputs: join('outputs'),
  };
}

/** Values that monitors read of the outputs, by the names they know. */
function outputsOf({ task, classes }: ModelManifest): { name: string; tensor: string; element?: number }[] {
  if (task === 'regression') return [{ name: 'prediction', tensor: 'prediction' }];
  if (classes.length === 2) return [{ name: 'probability', tensor: 'probabilities', element: 1 }];
  return classes.map((_, element) => ({ name: `probability.${element}`, tensor: 'probabilities', element }));
}

/** `input.NAME` and `output.NAME` of the structs in a file: redacted columns are missing. */
async function fieldsOf(db: Parameters<Parameters<typeof withDuckDb>[1]>[0], path: string): Promise<Set<string>> {
  const fields = new Set<string>();
  for (const { name } of await db.columnsOf(`SELECT * FROM read_parquet(${quotePath(path)})`)) {
    if (name !== 'input' && name !== 'output') continue;
    const unnested = await db.columnsOf(`SELECT unnest(${name}) FROM read_parquet(${quotePath(path)})`);
    for (const column of unnested) fields.add(`${name}.${column.name}`);
  }
  return fields;
}

function joinColumns(name: string, type: InputColumn['type'], parts: readonly ColumnValues[]): ColumnValues {
  if (type === 'string') return { name, kind: 'string', values: parts.flatMap(({ values }) => values as string[]) };
  if (type === 'timestamp') {
    const values = BigInt64Array.from(parts.flatMap((part) => Array.from(part.values as BigInt64Array)));
    return { name, kind: 'timestamp', values };
  }
  return {
    name,
    kind: 'number',
    values: Float64Array.from(parts.flatMap((part) => Array.from(part.values as Float64Array))),
  };
}
