import { type DuckDb, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../main/compute/duckdb/duckdb-error.ts';
import { numberedParquetRelation } from '../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier } from '../../main/compute/duckdb/quote.ts';
import { bindGenerated, type WrittenExpression } from '../../main/compute/duckdb/select-query.ts';
import { stepDuckDbOptions } from '../../main/compute/duckdb/step-options.ts';
import { storedColumn, tableFile, tablePath, writeTable } from '../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type JoinedView, joinedViewsOf } from '../../shared/features/joined-view.ts';
import type { Lineage } from '../../shared/graph/port-types.ts';
import type { InferResult, PortShape } from '../../shared/node/define-node.ts';
import type { DescribeContext, InputArtifact, Runner, StepContext } from '../../shared/node/runner.ts';
import { type PixelColumns, pixelColumnsOf } from '../../shared/table/pixel-columns.ts';
import type { Column } from '../../shared/table/schema.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';
import { commonLineage } from './common-lineage.ts';

/** Quoted name of the column with the place of each row in its input, from 0; it is there beside the input's columns. */
export const rowPlace = quoteIdentifier('slipway row');

/** One input table as the generated query sees it. */
export interface TableInput {
  /** Quoted name of its relation. */
  relation: string;
  /** Its columns, without `rowPlace`. */
  columns: readonly Column[];
}

/** A SELECT over the relations of the inputs, with an order of its own that leaves no ties. */
export interface TableQuery {
  select: string;
  /** What a person wrote into it. */
  expressions?: readonly WrittenExpression[];
}

export type TableInputs = Readonly<Record<string, readonly TableInput[]>>;

/** Throws AppErrors, with `details.field` where a param is at fault. */
type Compile<P> = (params: P, inputs: TableInputs) => TableQuery;

/**
 * Runner of a kind that is one generated query over its input tables. The query is bound to the columns of the inputs
 * before anything runs, so the schema of the result is known, and problems are shown at their parameter.
 */
export function tableStep<P>(
  compile: Compile<P>,
  /** Every row that comes out is one that came in, with all its columns: what was joined to them stays known. */
  { choosesRows = false }: { choosesRows?: boolean } = {},
): Pick<Runner<P>, 'run' | 'describe'> {
  return {
    run: async (ctx) => {
      const tables = openTables(ctx);
      if (choosesRows) {
        const metas = Object.values(ctx.inputs).map(([only]) => only?.manifest.meta ?? {});
        tables.joined = metas.flatMap(joinedViewsOf);
        tables.pixels = Object.assign({}, ...metas.map(pixelColumnsOf)) as PixelColumns;
      }
      return { table: await runTableQuery(ctx, tables, compile(ctx.params, tables.inputs)) };
    },
    describe: (ctx) => describeTableQuery(ctx, compile),
  };
}

export interface OpenTables {
  inputs: TableInputs;
  /** Relation name (unquoted) → Parquet file and columns. */
  files: Record<string, { path: string; columns: readonly Column[] }>;
  lineage: Lineage | undefined;
  /** Views that columns of the result were joined from. */
  joined: readonly JoinedView[];
  /** Columns of the result that were made of images. */
  pixels: PixelColumns;
}

/** The tables connected to a step. Errors: `data.query` for a column with the reserved name. */
export function openTables(ctx: Pick<StepContext<unknown>, 'inputs'>): OpenTables {
  const files: OpenTables['files'] = {};
  const inputs = relationsOf(ctx.inputs, (artifact: InputArtifact, name) => {
    const columns = artifact.manifest.schema?.columns ?? [];
    files[name] = { path: artifact.path(tableFile), columns };
    return columns;
  });
  const lineage = commonLineage(Object.values(ctx.inputs).flatMap((list) => list.map((a) => a.manifest.lineage)));
  return { inputs, files, lineage, joined: [], pixels: {} };
}

/** Runs a generated query and writes its rows as a table; `before` may look at the relations first. */
export async function runTableQuery(
  ctx: StepContext<unknown>,
  tables: OpenTables,
  query: TableQuery,
  before?: (db: DuckDb) => Promise<void>,
): ReturnType<typeof writeTable> {
  const schemas = Object.fromEntries(
    Object.entries(tables.files).map(([name, { columns }]) => [name, [...columns, placeColumn]]),
  );
  const { threads } = await bindGenerated(query.select, schemas, query.expressions ?? [], ctx.signal);
  return withDuckDb({ ...stepDuckDbOptions(ctx), threads: threads === 'one' ? 1 : ctx.threads }, async (db) => {
    try {
      for (const [name, { path, columns }] of Object.entries(tables.files)) {
        const { relation, ordinal } = numberedParquetRelation(path, columns);
        const rows = `SELECT * EXCLUDE (${ordinal}), ${ordinal} AS ${rowPlace} FROM ${relation}`;
        await db.run(`CREATE VIEW ${quoteIdentifier(name)} AS ${rows}`);
      }
      await db.restrictToFiles([
        ...Object.values(tables.files).map(({ path }) => path),
        tablePath({ workDir: ctx.workDir }),
      ]);
      await before?.(db);
      const { lineage } = tables;
      return await writeTable(db, query.select, {
        workDir: ctx.workDir,
        ...(lineage === undefined ? {} : { lineage }),
        joined: tables.joined,
        pixels: tables.pixels,
      });
    } catch (error) {
      throw duckDbError(error, { code: 'data.query', doing: 'The step failed' });
    }
  });
}

/** The schema of what a generated query gives, or its problems. */
export async function describeTableQuery<P>(
  ctx: DescribeContext<P>,
  compile: Compile<P>,
  outputs: InferResult['outputs'] = {},
): Promise<InferResult> {
  try {
    const schemas: Record<string, readonly Column[]> = {};
    const inputs = relationsOf(ctx.inputs, (shape: PortShape, name) => {
      const columns = shape.type === 'table' ? shape.schema.columns : [];
      schemas[name] = [...columns, placeColumn];
      return columns;
    });
    const query = compile(ctx.params, inputs);
    const { columns } = await bindGenerated(query.select, schemas, query.expressions ?? [], ctx.signal);
    const shapes = Object.values(ctx.inputs).flat();
    const lineage = commonLineage(shapes.map((shape) => ('lineage' in shape ? shape.lineage : undefined)));
    const schema = { columns: columns.map(storedColumn) };
    const table = { type: 'table' as const, schema, ...(lineage === undefined ? {} : { lineage }) };
    return { outputs: { table, ...outputs }, problems: [] };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === 'run.cancelled' || error.category === 'bug') throw error;
    const field = error.details?.['field'];
    const problem = { message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
    return { outputs, problems: [typeof field === 'string' ? { field, ...problem } : problem] };
  }
}

const placeColumn: Column = { name: 'slipway row', type: 'int64', sqlType: 'BIGINT' };

function relationsOf<T>(
  given: Readonly<Record<string, readonly T[]>>,
  columnsFor: (input: T, name: string) => readonly Column[],
): TableInputs {
  return Object.fromEntries(
    Object.entries(given).map(([port, list]) => [
      port,
      list.map((input, index): TableInput => {
        const name = list.length === 1 ? port : `${port} ${index + 1}`;
        const columns = columnsFor(input, name);
        if (columns.some((column) => column.name.toLowerCase() === placeColumn.name)) {
          throw new AppError(
            'data.query',
            `A column of the table is called “${placeColumn.name}”, which is reserved.`,
            {
              fix: 'Rename it in an SQL step.',
            },
          );
        }
        return { relation: quoteIdentifier(name), columns };
      }),
    ]),
  );
}

/** The only table at a port. */
export function inputTable(inputs: TableInputs, port = 'input'): TableInput {
  const input = inputs[port]?.[0];
  if (input === undefined) throw new AppError('data.query', `Input “${port}” is not connected.`);
  return input;
}

/** The column of that name. Errors: `data.column-missing`, at the param `field`. */
export function columnNamed(columns: readonly Column[], name: string, field: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = columns.map((column) => column.name);
  const near = nearMisses(name, names);
  throw new AppError(
    'data.column-missing',
    name === '' ? 'No column is chosen.' : `Column “${name}” is not in the table.`,
    {
      fix: near.length === 0 ? `It has ${names.slice(0, 12).join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
      details: { column: name, columns: names.slice(0, 1000), field },
    },
  );
}

/** The columns of those names; see `columnNamed`. */
export function columnsNamed(columns: readonly Column[], names: readonly string[], field: string): Column[] {
  return names.map((name) => columnNamed(columns, name, field));
}

/** A list of quoted names for a SELECT, perhaps of a relation. */
export function columnList(columns: readonly { name: string }[], relation?: string): string {
  const prefix = relation === undefined ? '' : `${relation}.`;
  return columns.map(({ name }) => `${prefix}${quoteIdentifier(name)}`).join(', ');
}

/** A problem of the params that the form shows at `field`. */
export function paramError(field: string, message: string, fix: string): AppError {
  return new AppError('params.invalid', message, { fix, details: { field } });
}
