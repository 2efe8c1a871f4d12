import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { StepContext } from '../../../shared/node/runner.ts';
import { interpreterOf } from './interpreter.ts';
import { type PythonEnd, runPython } from './run-python.ts';

/** What Python, numpy and Arrow call it when the limit of memory is reached. */
const memoryErrors: ReadonlySet<string> = new Set(['MemoryError', '_ArrayMemoryError', 'ArrowMemoryError']);

const program = fileURLToPath(new URL('./step.py', import.meta.url));

const endSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    type: z.string(),
    message: z.string(),
    /** Null where only the script can tell. */
    fix: z.string().nullable(),
    line: z.number().nullable(),
    source: z.string().nullable(),
    missing: z.string().nullable(),
    traceback: z.string(),
  }),
]);

type Failure = Extract<z.output<typeof endSchema>, { ok: false }>;

/** Params that every kind with a script has. */
interface ScriptParams {
  script: string;
  seed: number;
  interpreter: string;
  timeoutS: number;
  memoryMb: number;
}

type ScriptContext = Pick<
  StepContext<ScriptParams>,
  'params' | 'nodeId' | 'workDir' | 'baseDir' | 'threads' | 'signal' | 'log'
>;

/** Where errors of kinds differ. */
export interface ScriptWords {
  /** What else to do when memory runs out, such as `read fewer columns`. */
  lessMemory: string;
  /** What a missing package is for, when it is not the script that imports it, and which packages to install. */
  missing(name: string): { use: string; install: string };
}

interface ScriptRun {
  /** Path of the Python file that gives the script its variables and takes what it set; see `step.py`. */
  exchange: string;
  /** What that file reads in the job, as JSON. */
  values: Readonly<Record<string, unknown>>;
  words: ScriptWords;
}

/** Runs the script of a step in a Python of its own. Leaves `python` and `python-*` in the folder of the step. Errors:
 * `environment.missing`, `run.cancelled`, `step.timeout`, `step.out-of-memory`, `step.crashed`, `step.failed`. */
export async function runScript(ctx: ScriptContext, { exchange, values, words }: ScriptRun): Promise<void> {
  const { script, seed, memoryMb, timeoutS } = ctx.params;
  const interpreter = interpreterOf(ctx.params.interpreter, ctx.baseDir);
  const folder = join(ctx.workDir, 'python');
  await mkdir(folder);
  const job = join(ctx.workDir, 'python-job.json');
  const result = join(ctx.workDir, 'python-result.json');
  const memoryBytes = memoryMb * 2 ** 20;
  await writeFile(job, JSON.stringify({ ...values, script, seed, memoryBytes, exchange, result }));
  const end = await runPython(ctx, { interpreter, program, job, folder, timeoutMs: timeoutS * 1000 });
  if (end.timedOut) {
    throw new AppError('step.timeout', `The script did not end within ${timeoutS} s.`, {
      fix: 'Raise its time limit, or make it faster.',
      nodeId: ctx.nodeId,
    });
  }
  const text = await readFile(result, 'utf8').catch(() => undefined);
  if (text === undefined) throw lostError(ctx, end, words);
  const said = endSchema.parse(JSON.parse(text));
  if (!said.ok) throw scriptError(ctx, said, interpreter, words);
}

/** Python ended before it could say why. */
function lostError(ctx: ScriptContext, end: PythonEnd, words: ScriptWords): AppError {
  if (end.signal === 'SIGKILL' || end.code === 137) return outOfMemory(ctx, words);
  const how = end.signal === null ? `with exit code ${end.code}` : `by ${end.signal}`;
  return new AppError('step.crashed', `Python ended ${how}. ${end.lastError}`.trim(), {
    fix: 'Look into the log of the step.',
    nodeId: ctx.nodeId,
  });
}

function outOfMemory({ params, nodeId }: ScriptContext, words: ScriptWords): AppError {
  return new AppError('step.out-of-memory', `The script ran out of its ${params.memoryMb} MiB of memory.`, {
    fix: `Raise its memory limit, or ${words.lessMemory}.`,
    nodeId,
  });
}

function scriptError(ctx: ScriptContext, said: Failure, interpreter: string, words: ScriptWords): AppError {
  const { nodeId } = ctx;
  if (memoryErrors.has(said.type)) return outOfMemory(ctx, words);
  if (said.missing !== null && said.line === null) {
    const { use, install } = words.missing(said.missing);
    return new AppError('environment.missing', `${interpreter} lacks the package ${said.missing}, ${use}.`, {
      fix: `Install it there: ${interpreter} -m pip install ${install}`,
      nodeId,
      details: { field: 'interpreter' },
    });
  }
  const where = said.line === null ? '' : ` (line ${said.line}${said.source === null ? '' : `: ${said.source}`})`;
  return new AppError('step.failed', `${said.message}${where}`, {
    fix: said.fix ?? (said.missing === null ? 'Correct the script.' : `Install ${said.missing} for ${interpreter}.`),
    nodeId,
    details: { field: 'script', line: said.line, traceback: said.traceback },
  });
}
