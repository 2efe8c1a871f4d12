import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quotePath } from '../compute/duckdb/quote.ts';
import { uniformGenerator } from '../compute/stats/random.ts';
import { LabelledLog } from './labelled-log.ts';
import { comparePaired } from './paired-test.ts';
import { chooseTrainingWindow, qualityProblems, writeTrainingTable } from './training-window.ts';

const manifest: Pick<ModelManifest, 'task' | 'classes' | 'inputs' | 'label'> = {
  task: 'binary',
  classes: ['no', 'yes'],
  inputs: [
    { name: 'miles', type: 'int64' },
    { name: 'origin', type: 'string' },
  ],
  label: { column: 'late', type: 'string' },
};

/** Rows of which every fifth has no label. */
function logOf(rows: number): LabelledLog {
  const log = new LabelledLog(manifest, 100_000);
  const numbers = Float64Array.from({ length: rows }, (_, i) => i);
  log.add(
    {
      logId: 'a',
      logged: rows,
      seen: rows,
      unsampled: 0,
      missed: [],
      rows,
      ids: Array.from(numbers, String),
      timesMs: numbers,
      columns: [
        { name: 'miles', kind: 'number', values: numbers },
        { name: 'origin', kind: 'string', values: Array.from(numbers, (n) => (n % 2 === 0 ? 'SFO' : 'LAX')) },
      ],
      outputs: [{ name: 'probability', kind: 'number', values: numbers.map((n) => n / rows) }],
    },
    'm1',
  );
  numbers.forEach((n) => {
    if (n % 5 !== 0) log.label(String(n), n % 2 === 0 ? 'no' : 'yes');
  });
  return log;
}

it('keeps the newest labelled rows out and takes those before them, since the change where one is known', () => {
  const log = logOf(1_000);
  const common = { windowRows: 300, holdoutRows: 100 };
  const sliding = chooseTrainingWindow(log, { ...common, policy: 'sliding', changedAt: 900 });
  expect([sliding.train.rows, sliding.holdout.rows]).toEqual([300, 100]);
  expect(sliding.train.positions.at(-1)).toBeLessThan(sliding.holdout.positions[0] ?? 0);
  expect(sliding.holdout.positions.at(-1)).toBe(999);
  const since = chooseTrainingWindow(log, { ...common, policy: 'since-change', changedAt: 600 });
  expect(since.train.positions[0]).toBe(601);
  expect(since.train.rows + since.holdout.rows).toBe(320);
  const unknown = chooseTrainingWindow(log, { ...common, policy: 'since-change', changedAt: undefined });
  expect(unknown.train.rows).toBe(300);
});

it('refuses rows that nothing could be learned from', () => {
  const window = chooseTrainingWindow(logOf(1_000), {
    policy: 'sliding',
    windowRows: 500,
    holdoutRows: 100,
    changedAt: undefined,
  });
  // Of 600 rows a quarter is kept out.
  expect(qualityProblems(window, manifest, 400)).toEqual([]);
  expect(qualityProblems(window, manifest, 600)).toEqual(['450 labelled rows to train on, 600 are needed']);
  const oneClass = { ...window, train: { ...window.train, actual: new Float64Array(window.train.rows) } };
  expect(qualityProblems(oneClass, manifest, 400)).toEqual(['only 0 rows of class "yes" to train on']);
  window.train.columns[0] = { name: 'miles', kind: 'number', values: new Float64Array(450).fill(Number.NaN) };
  expect(qualityProblems(window, manifest, 400)).toEqual(['column "miles" has no value at all']);
});

it('writes a table with the types and labels of the first one, after its rows', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-window-'));
  try {
    const before = join(dir, 'before.parquet');
    const path = join(dir, 'train.parquet');
    const { train } = chooseTrainingWindow(logOf(100), {
      policy: 'sliding',
      windowRows: 50,
      holdoutRows: 10,
      changedAt: undefined,
    });
    const [first, types] = await withDuckDb({}, async (db) => {
      await db.run(
        `COPY (SELECT 7::BIGINT AS miles, 'OLD' AS origin, 1 AS other, 'no' AS late) TO ${quotePath(before)} (FORMAT parquet)`,
      );
      await writeTrainingTable(path, train, manifest, { before });
      const rows = await db.rows(
        `SELECT *, count(*) OVER ()::INTEGER AS n FROM read_parquet(${quotePath(path)}) LIMIT 2`,
      );
      return [rows, await db.columnsOf(`SELECT * FROM read_parquet(${quotePath(path)})`)] as const;
    });
    expect(types.map(({ name, sqlType }) => `${name} ${sqlType}`)).toEqual([
      'miles BIGINT',
      'origin VARCHAR',
      'late VARCHAR',
    ]);
    expect(first[0]).toMatchObject({ miles: '7', origin: 'OLD', late: 'no', n: 46 });
    const miles = Number(first[1]?.['miles']);
    expect(first[1]).toMatchObject(miles % 2 === 0 ? { origin: 'SFO', late: 'no' } : { origin: 'LAX', late: 'yes' });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it('is sure of a better model and not of one that is as good', () => {
  const random = uniformGenerator(3);
  const rows = 2_000;
  const chance = Float64Array.from({ length: rows }, () => random());
  const actual = chance.map((p) => (random() < p ? 1 : 0));
  const scores = (noise: number, seed: number) => {
    const noisy = uniformGenerator(seed);
    return Float64Array.from({ length: 2 * rows }, (_, i) => {
      const p = (chance[i >> 1] as number) * (1 - noise) + noise * (i % 2 === 1 ? noisy() : 0.5);
      return i % 2 === 1 ? p : 1 - p;
    });
  };
  const better = comparePaired('rocAuc', 2, actual, scores(0.6, 1), scores(0.1, 2));
  expect(better.pValue).toBeLessThan(0.05);
  expect(better.difference).toBeGreaterThan(0.02);
  const equal = comparePaired('rocAuc', 2, actual, scores(0.3, 1), scores(0.3, 2));
  expect(equal.low).toBeLessThan(0);
  expect(equal.high).toBeGreaterThan(0);
  const losses = comparePaired(
    'rmse',
    0,
    Float64Array.of(1, 2, 3),
    Float64Array.of(2, 3, 4),
    Float64Array.of(1, 2, 3.1),
  );
  expect(losses).toMatchObject({ champion: 1, rows: 3 });
  expect(losses.difference).toBeGreaterThan(0.9);
});
