import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { StepContext } from '../../../shared/node/runner.ts';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { pythonWith } from '../../../test/support/python-with.ts';
import { runScript, type ScriptWords } from './run-script.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-script-'));
afterAll(() => removeFolder(dir));

const python = pythonWith('json');
if (python === undefined) process.stderr.write('SKIPPED: no Python 3, so scripts in it are not tested.\n');

const exchange = join(dir, 'numbers_by_json.py');
writeFileSync(
  exchange,
  `import json

def give(job):
    if job["needs"]:
        __import__(job["needs"])
    return {"n": job["n"], "call": lambda f: f()}

def take(scope, job):
    if "refused" in scope:
        error = ValueError("not like this")
        error.fix = "Do it like that."
        error.script_line = 2
        raise error
    with open(job["out"], "w") as file:
        json.dump(scope["result"], file)
`,
);

const words: ScriptWords = {
  lessMemory: 'count less',
  missing: (name) => ({ use: 'which numbers need', install: `${name} and-more` }),
};

async function run(script: string, { needs = '', ...more }: { needs?: string } & Partial<StepContext> = {}) {
  const params = { script, seed: 3, interpreter: python ?? '', timeoutS: 60, memoryMb: 512 };
  const context = { ...stepContext(dir, params), ...more, params };
  const out = join(context.workDir, 'out.json');
  await runScript(context, { exchange, values: { n: 20, needs, out }, words });
  return JSON.parse(readFileSync(out, 'utf8')) as unknown;
}

async function failure(script: string, given: { needs?: string } = {}): Promise<AppError> {
  const error = await run(script, given).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
}

describe.skipIf(python === undefined)('a script in Python', () => {
  it('is given values, and what it sets is taken', async () => {
    expect(await run('result = [n + 1, __name__]')).toEqual([21, '__main__']);
  });

  it('is seeded', async () => {
    const script = 'import random\nresult = random.random()';
    expect(await run(script)).toBe(await run(script));
  });

  it('can import neither the program nor the exchange', async () => {
    const script = `
import importlib.util
result = [name for name in ("step", "describe", "numbers_by_json") if importlib.util.find_spec(name)]`;
    expect(await run(script)).toEqual([]);
  });

  it('fails with its line, and a traceback of its own frames only', async () => {
    const error = await failure('def f():\n    return n / 0\n\nresult = call(f)');
    expect(error).toMatchObject({
      code: 'step.failed',
      nodeId: 'node',
      message: 'ZeroDivisionError: division by zero (line 2: return n / 0)',
      fix: 'Correct the script.',
      details: { field: 'script', line: 2 },
    });
    const traceback = String(error.details?.['traceback']);
    expect(traceback.match(/File "[^"]*", line \d+/g)).toEqual(['File "<script>", line 4', 'File "<script>", line 2']);
  });

  it('has no line and no traceback when what it set cannot be taken', async () => {
    expect(await failure('x = 1')).toMatchObject({
      code: 'step.failed',
      message: "KeyError: 'result'",
      details: { line: null, traceback: '' },
    });
  });

  it('has the remedy and the line that an error of the exchange names', async () => {
    expect(await failure('n = 1\nrefused = True\nresult = 1')).toMatchObject({
      code: 'step.failed',
      message: 'not like this (line 2: refused = True)',
      fix: 'Do it like that.',
      details: { field: 'script', line: 2 },
    });
    const own = 'class Own(Exception):\n    fix = "Do nothing."\nraise Own("mine")';
    expect(await failure(own)).toMatchObject({
      message: 'Own: mine (line 3: raise Own("mine"))',
      fix: 'Correct the script.',
    });
  });

  it('tells a package that the exchange needs from one that the script needs', async () => {
    expect(await failure('result = 1', { needs: 'no_such_package' })).toMatchObject({
      code: 'environment.missing',
      message: `${python} lacks the package no_such_package, which numbers need.`,
      fix: `Install it there: ${python} -m pip install no_such_package and-more`,
      details: { field: 'interpreter' },
    });
    expect(await failure('import no_such_package')).toMatchObject({
      code: 'step.failed',
      fix: `Install no_such_package for ${python}.`,
      details: { line: 1 },
    });
  });

  it.skipIf(process.platform === 'win32')('runs out of memory by an error of Python, or killed', async () => {
    for (const script of ['raise MemoryError()', 'import os\nos.kill(os.getpid(), 9)']) {
      expect(await failure(script)).toMatchObject({
        code: 'step.out-of-memory',
        message: 'The script ran out of its 512 MiB of memory.',
        fix: 'Raise its memory limit, or count less.',
      });
    }
  });

  it('crashes with the last line of its errors', async () => {
    const script = 'import os, sys\nprint("the end", file=sys.stderr, flush=True)\nos._exit(4)';
    expect(await failure(script)).toMatchObject({
      code: 'step.crashed',
      message: 'Python ended with exit code 4. the end',
    });
  });
});
