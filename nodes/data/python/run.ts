import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier, quotePath } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { environmentDigest, interpreterOf } from '../../../main/compute/python/interpreter.ts';
import { runScript, type ScriptWords } from '../../../main/compute/python/run-script.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type ArtifactDraft, implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { commonLineage } from '../../lib/common-lineage.ts';
import { promisedColumns, pythonNode } from './definition.ts';

type Params = z.output<typeof pythonNode.params>;

const exchange = fileURLToPath(new URL('./tables.py', import.meta.url));

const words: ScriptWords = {
  lessMemory: 'read fewer columns',
  missing: () => ({ use: 'which tables need', install: 'pyarrow pandas' }),
};

export const runner = implementNode(pythonNode, {
  async run(ctx) {
    const { params } = ctx;
    const outputs = Object.fromEntries(
      params.outputs.map((name) => [name, join(ctx.workDir, `python-${name}.parquet`)]),
    );
    await runScript(ctx, { exchange, values: tablesOf(ctx, outputs), words });
    const lineage = commonLineage(Object.values(ctx.inputs).flatMap((list) => list.map((a) => a.manifest.lineage)));
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const drafts: Record<string, ArtifactDraft> = {};
      for (const [index, name] of params.outputs.entries()) {
        const scan = `SELECT * FROM read_parquet(${quotePath(outputs[name] ?? '')})`;
        try {
          const found = (await db.columnsOf(scan)).map((column) => column.name);
          const select = index === 0 ? promisedSelect(params, found, scan) : scan;
          const file = `${name}.parquet`;
          const draft = await writeTable(db, select, {
            workDir: ctx.workDir,
            file,
            ...(lineage === undefined ? {} : { lineage }),
          });
          drafts[name] = draft;
        } catch (error) {
          throw duckDbError(error, { code: 'data.column-type', doing: `The output “${name}” cannot be stored` });
        }
      }
      return drafts;
    });
  },

  probe: ({ params, baseDir, signal }) => environmentDigest(interpreterOf(params.interpreter, baseDir), signal),
});

/** The output with the columns that were promised, in their order. Errors: `data.column-missing`. */
function promisedSelect(params: Params, found: readonly string[], scan: string): string {
  const promised = promisedColumns(params.columns);
  if (promised.length === 0) return scan;
  const absent = promised.find(({ name }) => !found.includes(name));
  const extra = found.find((name) => !promised.some((column) => column.name === name));
  if (absent !== undefined || extra !== undefined) {
    throw new AppError(
      'data.column-missing',
      absent === undefined
        ? `The script gives a column “${extra}”, which is not among its columns.`
        : `The script gives no column “${absent.name}”, which it should.`,
      { fix: 'Change the script, or columns.', details: { field: 'columns', found } },
    );
  }
  const items = promised.map(
    ({ name, sqlType }) => `CAST(${quoteIdentifier(name)} AS ${sqlType}) AS ${quoteIdentifier(name)}`,
  );
  return `SELECT ${items.join(', ')} FROM (${scan})`;
}

/** What the script reads and writes, for `tables.py`. */
function tablesOf(ctx: StepContext<Params>, outputs: Record<string, string>) {
  const inputs = ctx.params.inputs.map((name): [string, string] => {
    const input = ctx.inputs[name]?.[0];
    if (input === undefined) throw new AppError('data.query', `Input “${name}” is not connected.`);
    return [name, input.path(tableFile)];
  });
  return { library: ctx.params.library, inputs: Object.fromEntries(inputs), outputs };
}
