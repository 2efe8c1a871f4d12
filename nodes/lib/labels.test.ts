import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parquetRelation, withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../main/compute/duckdb/quote.ts';
import { createGraphBuilder } from '../../main/compute/onnx/graph-builder.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { modelManifestSchema } from '../../shared/model/signature.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { type Labels, labelledRows, readLabels } from './labels.ts';
import { writeModel } from './write-model.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let tables = 0;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'labels-'));
});
afterAll(() => removeFolder(dir));

async function tableOf(query: string): Promise<InputArtifact> {
  const path = join(dir, `${tables++}.parquet`);
  return withDuckDb({}, async (db) => {
    await db.run(`COPY (${query}) TO ${quotePath(path)} (FORMAT parquet)`);
    const columns = await db.columnsOf(`SELECT * FROM ${parquetRelation(path)}`);
    return {
      digest: 'a'.repeat(64),
      type: 'table',
      manifest: {
        digest: 'a'.repeat(64),
        type: 'table',
        files: [],
        schema: { columns },
        meta: {},
        producer: { kind: 'data.sql', version: 1, key: '' },
        inputs: {},
      },
      path: () => path,
    };
  });
}

const warnings: string[] = [];
function labelsOf(table: InputArtifact, label: string, task: Labels['task'] | 'auto' = 'auto', inputs: string[] = []) {
  warnings.length = 0;
  return readLabels({
    table,
    label,
    task,
    inputs: inputs.map((name) => ({ name, type: 'float64' })),
    ctx: {
      threads: 1,
      memoryBytes: 2 ** 28,
      signal: new AbortController().signal,
      log: (_level, text) => warnings.push(text),
    },
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'none';
}

describe('readLabels', () => {
  test('orders classes of every type', async () => {
    const table = await tableOf(
      `SELECT * FROM (VALUES (true, 10, 'b', 2.0), (false, 9, 'a', 1.0), (true, 10, 'c', 2.0)) t(b, i, s, f)`,
    );
    expect(await labelsOf(table, 'b')).toEqual({
      task: 'binary',
      label: { column: 'b', type: 'bool' },
      classes: [false, true],
      values: Float64Array.of(1, 0, 1),
      rows: undefined,
    });
    expect((await labelsOf(table, 'i')).classes).toEqual([9, 10]);
    expect(await labelsOf(table, 'f')).toMatchObject({ task: 'regression', classes: [] });
    expect(await labelsOf(table, 'f', 'binary')).toMatchObject({ label: { type: 'int64' }, classes: [1, 2] });
    expect(await codeOf(labelsOf(table, 's'))).toBe('train.bad-label');
  });

  test('text classes and an integer target follow from the number of values', async () => {
    const table = await tableOf(`SELECT i % 3 AS c, 'k' || (i % 3) AS s, i AS n FROM range(100) t(i)`);
    expect(await labelsOf(table, 's')).toMatchObject({ task: 'multiclass', classes: ['k0', 'k1', 'k2'] });
    expect(await labelsOf(table, 'c')).toMatchObject({ task: 'multiclass', classes: [0, 1, 2] });
    expect(await labelsOf(table, 'n')).toMatchObject({ task: 'regression' });
    expect(await codeOf(labelsOf(table, 'n', 'multiclass'))).toBe('train.bad-label');
    expect(await codeOf(labelsOf(table, 's', 'regression'))).toBe('train.bad-label');
    expect(await codeOf(labelsOf(table, 's', 'binary'))).toBe('train.bad-label');
  });

  test('leaves out rows without a usable label and says how many', async () => {
    const table = await tableOf(
      `SELECT * FROM (VALUES (1.5::DOUBLE), (NULL), ('nan'::DOUBLE), (-2), ('inf'::DOUBLE)) t(y)`,
    );
    const labels = await labelsOf(table, 'y');
    expect(labels.values).toEqual(Float64Array.of(1.5, -2));
    expect(labels.rows).toEqual(Uint32Array.of(0, 3));
    expect(warnings[0]).toContain('3 of 5 rows');
    expect(warnings[0]).toContain('2 of them');
    expect(labelledRows(Float32Array.of(10, 11, 12, 13, 14), labels)).toEqual(Float32Array.of(10, 13));
  });

  test('names what is wrong with a label', async () => {
    const table = await tableOf(
      `SELECT i AS x, 1 AS one, NULL::DOUBLE AS nothing, i + 0.5::DOUBLE AS half FROM range(4) t(i)`,
    );
    expect(await codeOf(labelsOf(table, 'one'))).toBe('train.one-class');
    expect(await codeOf(labelsOf(table, 'nothing'))).toBe('train.bad-label');
    expect(await codeOf(labelsOf(table, 'half', 'multiclass'))).toBe('train.bad-label');
    expect(await codeOf(labelsOf(table, 'absent'))).toBe('data.column-missing');
    expect(await codeOf(labelsOf(table, 'x', 'auto', ['x']))).toBe('train.bad-label');
    expect(await codeOf(labelsOf(await tableOf('SELECT 1 AS y WHERE false'), 'y'))).toBe('train.no-rows');
  });
});

describe('writeModel', () => {
  test('writes a manifest that reads back, a bounded sample and the same bytes again', async () => {
    const table = await tableOf(
      `SELECT i AS n, CASE WHEN i > 0 THEN 'c' || (i % 5) END AS s, TIMESTAMP '2001-01-01' + INTERVAL (i) MINUTE AS t,
        i % 2 = 0 AS y FROM range(120000) r(i)`,
    );
    const labels = await labelsOf(table, 'y');
    const write = (workDir: string) =>
      writeModel({
        ctx: { workDir, signal: new AbortController().signal, memoryBytes: 2 ** 28 },
        table,
        inputs: [
          { name: 'n', type: 'int64' },
          { name: 's', type: 'string' },
          { name: 't', type: 'timestamp' },
        ],
        pipeline: {
          table: table.digest,
          inputs: [],
          features: [
            { name: 'n', width: 1, sources: ['n'] },
            { name: 's', width: 2, sources: ['s'] },
          ],
          width: 3,
          model: createGraphBuilder('features').toModel(),
        },
        labels,
        model: {
          onnx: Uint8Array.of(1),
          native: Uint8Array.of(2),
          trainer: { kind: 'train.trees', params: { trees: 1 } },
          curve: { metric: 'logLoss', train: [0.5], valid: [] },
          importance: [1, 2, 1],
        },
      });
    const first = await write(await mkdtemp(join(dir, 'model-')));
    const second = await write(await mkdtemp(join(dir, 'model-')));
    for (const name of ['model.json', 'reference.parquet']) {
      expect(await readFile(first.files[name] as string)).toEqual(await readFile(second.files[name] as string));
    }
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(first.files['model.json'] as string, 'utf8')));
    expect(manifest.importance).toEqual([
      { feature: 's', value: 0.75 },
      { feature: 'n', value: 0.25 },
    ]);
    // Row 0 has no `s`.
    expect(manifest.example).toMatchObject({
      s: expect.stringMatching(/^c\d$/),
      t: expect.stringMatching(/^2001-.*Z$/),
    });
    expect(manifest.choices).toEqual({ s: ['c0', 'c1', 'c2', 'c3', 'c4'] });
    const rows = await withDuckDb({}, (db) =>
      db.rows(
        `SELECT count(*)::INT AS rows, max(n)::INT AS last, bool_and((n % 2 = 0) = y) AS aligned
        FROM ${parquetRelation(first.files['reference.parquet'] as string)}`,
      ),
    );
    expect(rows).toEqual([{ rows: 50_000, last: expect.any(Number), aligned: true }]);
    expect(Number(rows[0]?.['last'])).toBeGreaterThan(119_990);
  });
});
