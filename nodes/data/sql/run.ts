import type { z } from 'zod';
import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { checkSelect } from '../../../main/compute/duckdb/select-query.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, tableFile, tablePath, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Lineage } from '../../../shared/graph/port-types.ts';
import type { InferResult } from '../../../shared/node/define-node.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { commonLineage } from '../../lib/common-lineage.ts';
import { sqlNode } from './definition.ts';

type Params = z.output<typeof sqlNode.params>;

/** Not a name an input can have. */
const resultView = quoteIdentifier('the result');

export const runner = implementNode(sqlNode, {
  async run(ctx) {
    const { params } = ctx;
    const tables = params.inputs.map((name) => {
      const input = ctx.inputs[name]?.[0];
      if (input === undefined) throw new AppError('data.query', `Input “${name}” is not connected.`);
      return { name, path: input.path(tableFile), columns: input.manifest.schema?.columns ?? [] };
    });
    const schemas = Object.fromEntries(tables.map(({ name, columns }) => [name, columns]));
    const checked = await checkSelect(params.query, schemas, params.orderBy, ctx.signal);
    const lineage = commonLineage(params.inputs.map((name) => ctx.inputs[name]?.[0]?.manifest.lineage));
    const options = stepDuckDbOptions(ctx);
    return withDuckDb({ ...options, threads: checked.threads === 'one' ? 1 : ctx.threads }, async (db) => {
      try {
        for (const { name, path, columns } of tables) {
          await db.run(`CREATE VIEW ${quoteIdentifier(name)} AS FROM ${parquetRelation(path, columns)}`);
        }
        await db.restrictToFiles([...tables.map(({ path }) => path), tablePath({ workDir: ctx.workDir })]);
        await db.run(`CREATE VIEW ${resultView} AS ${checked.select}`);
        const query = `SELECT * FROM ${resultView}${checked.orderBy}`;
        return {
          table: await writeTable(db, query, { workDir: ctx.workDir, ...(lineage === undefined ? {} : { lineage }) }),
        };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The query failed' });
      }
    });
  },

  async describe(ctx): Promise<InferResult> {
    const { params } = ctx;
    const schemas: Record<string, readonly Column[]> = {};
    for (const name of params.inputs) {
      const shape = ctx.inputs[name]?.[0];
      if (shape?.type !== 'table') return { outputs: {}, problems: [] };
      schemas[name] = shape.schema.columns;
    }
    try {
      const { columns } = await checkSelect(params.query, schemas, params.orderBy, ctx.signal);
      const lineage = commonLineage(params.inputs.map((name) => lineageOf(ctx.inputs[name]?.[0])));
      const schema = { columns: columns.map(storedColumn) };
      return {
        outputs: { table: { type: 'table', schema, ...(lineage === undefined ? {} : { lineage }) } },
        problems: [],
      };
    } catch (error) {
      if (!(error instanceof AppError) || error.code === 'run.cancelled') throw error;
      return { outputs: {}, problems: [problemOf(error, params)] };
    }
  },
});

function problemOf(error: AppError, params: Params): InferResult['problems'][number] {
  const field = error.details?.['field'] === 'orderBy' && params.orderBy.length > 0 ? 'orderBy' : 'query';
  return { field, message: error.message, ...(error.fix === undefined ? {} : { fix: error.fix }) };
}

function lineageOf(shape: { type: string; lineage?: Lineage } | undefined): Lineage | undefined {
  return shape?.lineage;
}
