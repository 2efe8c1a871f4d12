import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { pythonWith } from '../../../test/support/python-with.ts';
import { tableArtifact, tableRows } from '../../../test/support/table-artifact.ts';
import { pythonNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'python-node-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const python = pythonWith('pandas, pyarrow');
const polars = pythonWith('polars');
if (python === undefined) {
  process.stderr.write(
    'SKIPPED: no Python with pandas and pyarrow (SLIPWAY_PEERS_PYTHON), so data.python is not tested.\n',
  );
}

const input = await tableArtifact(
  dir,
  `SELECT * FROM (VALUES (1, 'a', 0.5::DOUBLE, TIMESTAMP '2001-02-03 04:05:06', true), (2, NULL, NULL, NULL, NULL)) AS t(id, s, x, day, ok)`,
);

function contextOf(params: object, given: object = {}) {
  const parsed = pythonNode.params.parse({ interpreter: python ?? '', ...params });
  return stepContext(dir, parsed, { inputs: { input: [input] }, ...given });
}

it('names a Python that is not there', async () => {
  const params = { interpreter: '/no/such/python' };
  const expected = { code: 'environment.missing', details: { field: 'interpreter' } };
  await expect(runner.run(contextOf(params))).rejects.toMatchObject(expected);
  await expect(runner.probe?.(contextOf(params))).rejects.toMatchObject(expected);
});

it('promises columns before it runs', () => {
  const infer = (params: object) => pythonNode.infer?.({}, pythonNode.params.parse(params));
  expect(infer({ columns: { a: 'date' } })?.outputs).toEqual({
    table: { type: 'table', schema: { columns: [{ name: 'a', type: 'timestamp', sqlType: 'DATE' }] } },
  });
  expect(infer({})?.outputs).toEqual({});
});

describe.skipIf(python === undefined)('data.python', () => {
  it('gives tables to the script and takes tables back', async () => {
    const script = `
import pyarrow
print('rows:', len(input))
table = input.assign(y=input['x'] * 2)
names = pyarrow.table({'n': ['a', 'b']})
listed = [{'a': 1}, {'a': 2}]
`;
    const context = contextOf({ script, outputs: ['table', 'names', 'listed'] });
    const { table, names, listed } = await runner.run(context);
    expect(await tableRows(table)).toEqual([
      ['id', 's', 'x', 'day', 'ok', 'y'],
      [1, 'a', 0.5, '2001-02-03T04:05:06Z', true, 1],
      [2, null, null, null, null, null],
    ]);
    expect(await tableRows(names)).toEqual([['n'], ['a'], ['b']]);
    expect(await tableRows(listed)).toEqual([['a'], [1], [2]]);
    expect(context.logs).toContain('info: rows: 2');
  });

  it('gives the same digest for the same seed', async () => {
    const script = 'import numpy, random\ntable = {"r": [random.random(), numpy.random.rand()], "h": [hash("x")] * 2}';
    const digest = async (seed: number) => (await runner.run(contextOf({ script, seed }))).table?.contentDigest;
    expect(await digest(1)).toBe(await digest(1));
    expect(await digest(2)).not.toBe(await digest(1));
  });

  it.skipIf(polars === undefined)('works with polars', async () => {
    const script = 'import polars as pl\ntable = input.select(pl.col("id") + 1)';
    const { table } = await runner.run(contextOf({ script, library: 'polars', interpreter: polars ?? '' }));
    expect(await tableRows(table)).toEqual([['id'], [2], [3]]);
  });

  it.each<[string, string, object]>([
    [
      'an error',
      'a = 1\ntable = input.nope',
      {
        code: 'step.failed',
        message: expect.stringContaining('(line 2: table = input.nope)'),
        details: { line: 2, field: 'script' },
      },
    ],
    [
      'an error in a function',
      'def f(x):\n  return 1 / x\n\ntable = f(0)',
      { message: expect.stringContaining('ZeroDivisionError: division by zero (line 2') },
    ],
    ['bad syntax', 'x = 1\ntable = (', { message: expect.stringContaining('line 2') }],
    ['a missing output', 'x = 1', { message: expect.stringContaining('sets no variable “table”') }],
    ['no table', 'table = 5', { message: expect.stringContaining('“table” is int, not a table') }],
    ['a missing package', 'import no_such_package', { fix: expect.stringContaining('Install no_such_package') }],
    ['a crash', 'import os\nos.abort()', { code: 'step.crashed', message: expect.stringContaining('SIGABRT') }],
    ['an exit', 'import sys\nsys.exit(3)', { code: 'step.failed', message: expect.stringContaining('SystemExit') }],
  ])('says what went wrong: %s', async (_, script, expected) => {
    await expect(runner.run(contextOf({ script }))).rejects.toMatchObject(expected);
  });

  it('keeps its promise of columns', async () => {
    const columns = { id: 'string', n: 'int64' };
    const script = 'table = input[["id"]].assign(n=7.0)';
    const { table } = await runner.run(contextOf({ script, columns }));
    expect(await tableRows(table)).toEqual([
      ['id', 'n'],
      ['1', 7],
      ['2', 7],
    ]);
    const more = contextOf({ script: 'table = input', columns });
    await expect(runner.run(more)).rejects.toMatchObject({
      code: 'data.column-missing',
      details: { field: 'columns' },
    });
  });

  it('is held to its limits', async () => {
    await expect(runner.run(contextOf({ script: 'while True: pass', timeoutS: 1 }))).rejects.toMatchObject({
      code: 'step.timeout',
    });
    if (process.platform !== 'linux') return;
    const script = 'import numpy\ntable = {"a": numpy.ones(300_000_000)}';
    await expect(runner.run(contextOf({ script, memoryMb: 512 }))).rejects.toMatchObject({
      code: 'step.out-of-memory',
    });
  });

  it('ends with all it started when it is cancelled', async () => {
    const controller = new AbortController();
    const script =
      'import subprocess, sys\np = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])\nprint("child", p.pid)\np.wait()';
    const context = contextOf({ script }, { signal: controller.signal });
    const running = runner.run(context);
    const ended = expect(running).rejects.toMatchObject({ code: 'run.cancelled' });
    const pid = await new Promise<number>((resolve) => {
      const timer = setInterval(() => {
        const found = /child (\d+)/.exec(context.logs.join('\n'))?.[1];
        if (found === undefined) return;
        clearInterval(timer);
        resolve(Number(found));
      }, 20);
    });
    controller.abort();
    await ended;
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it('sees no secrets, and not what lies beside the program', async () => {
    process.env['SLIPWAY_SECRET_PYTHON_TEST'] = 'hidden';
    try {
      const script =
        'import os, sys\ntable = {"n": [sum("SLIPWAY" in k for k in os.environ)], "p": [any(part in p for p in sys.path for part in ["data/python", "compute/python"])]}';
      const { table } = await runner.run(contextOf({ script }));
      expect((await tableRows(table))[1]).toEqual([0, false]);
    } finally {
      delete process.env['SLIPWAY_SECRET_PYTHON_TEST'];
    }
  });

  it('has its environment in the key', async () => {
    const digest = await runner.probe?.(contextOf({}));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(await runner.probe?.(contextOf({ script: 'x = 1' }))).toBe(digest);
  });
});

/** A process that has ended and was not collected yet counts as ended. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(
      execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return false;
  }
}
