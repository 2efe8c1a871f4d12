import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier, quotePath } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { environmentDigest, interpreterOf } from '../../../main/compute/python/interpreter.ts';
import { runPython } from '../../../main/compute/python/run-python.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type ArtifactDraft, implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { commonLineage } from '../../lib/common-lineage.ts';
import { promisedColumns, pythonNode } from './definition.ts';

type Params = z.output<typeof pythonNode.params>;

const bootstrap = fileURLToPath(new URL('./bootstrap.py', import.meta.url));

const endSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    type: z.string(),
    message: z.string(),
    line: z.number().nullable(),
    source: z.string().nullable(),
    missing: z.string().nullable(),
    traceback: z.string(),
  }),
]);

export const runner = implementNode(pythonNode, {
  async run(ctx) {
    const { params } = ctx;
    const outputs = Object.fromEntries(
      params.outputs.map((name) => [name, join(ctx.workDir, `python-${name}.parquet`)]),
    );
    await runScript(ctx, outputs);
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

async function runScript(ctx: StepContext<Params>, outputs: Record<string, string>): Promise<void> {
  const { params } = ctx;
  const interpreter = interpreterOf(params.interpreter, ctx.baseDir);
  const folder = join(ctx.workDir, 'python');
  await mkdir(folder);
  const result = join(ctx.workDir, 'python-result.json');
  const job = join(ctx.workDir, 'python-job.json');
  const inputs = params.inputs.map((name): [string, string] => {
    const input = ctx.inputs[name]?.[0];
    if (input === undefined) throw new AppError('data.query', `Input “${name}” is not connected.`);
    return [name, input.path(tableFile)];
  });
  const { script, library, seed } = params;
  const memoryBytes = params.memoryMb * 2 ** 20;
  await writeFile(
    job,
    JSON.stringify({ script, library, seed, memoryBytes, inputs: Object.fromEntries(inputs), outputs, result }),
  );
  const end = await runPython(ctx, { interpreter, program: bootstrap, job, folder, timeoutMs: params.timeoutS * 1000 });
  if (end.timedOut) {
    throw new AppError('step.timeout', `The script did not end within ${params.timeoutS} s.`, {
      fix: 'Raise its time limit, or make it faster.',
      nodeId: ctx.nodeId,
    });
  }
  const text = await readFile(result, 'utf8').catch(() => undefined);
  if (text === undefined) {
    if (end.signal === 'SIGKILL' || end.code === 137) throw outOfMemory(ctx);
    const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`;
    throw new AppError('step.crashed', `Python ended ${how}. ${end.lastError}`.trim(), {
      fix: 'Look into the log of the step.',
      nodeId: ctx.nodeId,
    });
  }
  const said = endSchema.parse(JSON.parse(text));
  if (!said.ok) throw scriptError(ctx, said, interpreter);
}

function outOfMemory(ctx: StepContext<Params>): AppError {
  return new AppError('step.out-of-memory', `The script ran out of its ${ctx.params.memoryMb} MiB of memory.`, {
    fix: 'Raise its memory limit, or read fewer columns.',
    nodeId: ctx.nodeId,
  });
}

function scriptError(
  ctx: StepContext<Params>,
  said: Extract<z.output<typeof endSchema>, { ok: false }>,
  interpreter: string,
): AppError {
  if (said.type === 'MemoryError' || said.type === 'ArrowMemoryError' || said.type === '_ArrayMemoryError')
    return outOfMemory(ctx);
  const needed = said.missing !== null && said.line === null;
  if (needed) {
    return new AppError('environment.missing', `${interpreter} lacks the package ${said.missing}, which tables need.`, {
      fix: `Install it there: ${interpreter} -m pip install pyarrow pandas`,
      nodeId: ctx.nodeId,
      details: { field: 'interpreter' },
    });
  }
  const where = said.line === null ? '' : ` (line ${said.line}${said.source === null ? '' : `: ${said.source}`})`;
  return new AppError('step.failed', `${said.message}${where}`, {
    fix: said.missing === null ? 'Correct the script.' : `Install ${said.missing} for ${interpreter}.`,
    nodeId: ctx.nodeId,
    details: { field: 'script', line: said.line, traceback: said.traceback },
  });
}
