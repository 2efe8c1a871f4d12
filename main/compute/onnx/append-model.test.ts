import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../duckdb/connection.ts';
import { appendModel } from './append-model.ts';
import { encodeRows } from './encode-rows.ts';
import { computeFeatureColumns, computeFeatureRows } from './feature-matrix.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from './graph-builder.ts';
import { featureTensorName, mergePipelines, type Pipeline } from './merge-pipelines.ts';
import { decodeModel } from './proto.ts';
import { openSession } from './session.ts';
import { signatureOf } from './signature.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let folder: string;
let table: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  table = join(folder, 't.parquet');
  await withDuckDb({}, (db) =>
    db.run(
      `COPY (SELECT i::DOUBLE AS a, (i % 3)::BIGINT AS b, 's' || i AS c, i % 2 = 0 AS y FROM range(10) r(i) ORDER BY i)
       TO '${table}' (FORMAT parquet)`,
    ),
  );
});
afterAll(() => removeFolder(folder));

/** feature NAME = FP32(column) * factor */
function scaled(name: string, factor: number, tableDigest = 't'): Pipeline {
  const b = createGraphBuilder(name);
  const raw = b.input(name, 'FP64', ['N', 1]);
  const x = b.node('Cast', [raw], { to: attribute.int(1) });
  b.output(featureTensorName(name), b.node('Mul', [x, b.float(factor)]), 'FP32', ['N', 1]);
  return {
    manifest: {
      table: tableDigest,
      inputs: [{ name, type: 'float64' }],
      outputs: [{ name, width: 1, sources: [name] }],
    },
    model: decodeModel(b.toBytes()),
  };
}

/** probabilities = [0.25, 0.75] rows where the first feature is above 8, else [0.5, 0.5] */
function threshold(b: GraphBuilder, features: string): string {
  const first = b.node('Gather', [features, b.int64([0])], { axis: attribute.int(1) });
  const above = b.initializer('FP32', [0.25, 0.75], [1, 2]);
  const even = b.initializer('FP32', [0.5, 0.5], [1, 2]);
  return b.node('Where', [b.node('Greater', [first, b.float(8)]), above, even]);
}

describe('merged pipelines', () => {
  it('share inputs, keep internals apart and run over a table', async () => {
    const merged = mergePipelines([scaled('a', 2), scaled('b', 10)]);
    const label = [{ name: 'y', type: 'bool' as const }];
    const columns = await computeFeatureColumns(merged, table, { threads: 1, extra: label, chunkRows: 4 });
    expect(columns.rows).toBe(10);
    expect(columns.columns.map((values) => Array.from(values))).toEqual([
      [0, 2, 4, 6, 8, 10, 12, 14, 16, 18],
      [0, 10, 20, 0, 10, 20, 0, 10, 20, 0],
    ]);
    expect(columns.extra['y']?.values).toEqual(Float64Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0));
    const rows = await computeFeatureRows(merged, table, { threads: 1, chunkRows: 3 });
    expect(Array.from(rows.values.subarray(0, 6))).toEqual([0, 0, 2, 10, 4, 20]);
  });

  it('refuses two features of one name, and steps of different tables', () => {
    expect(() => mergePipelines([scaled('a', 1), scaled('a', 2)])).toThrow(
      'Two feature steps give a feature called “a”',
    );
    expect(() => mergePipelines([scaled('a', 1), scaled('b', 2, 'u')])).toThrow('fitted on different tables');
  });

  it('stops between batches when cancelled', async () => {
    const controller = new AbortController();
    const work = computeFeatureColumns(mergePipelines([scaled('a', 1)]), table, {
      threads: 1,
      chunkRows: 2,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(work).rejects.toMatchObject({ code: 'run.cancelled' });
  });
});

describe('appended model', () => {
  it.each([
    { classes: [false, true], labelType: 'bool' as const, expected: [0n, 1n] },
    { classes: [3, 7], labelType: 'int64' as const, expected: [3n, 7n] },
    { classes: ['no', 'yes'], labelType: 'string' as const, expected: ['no', 'yes'] },
  ])('gives probabilities and $labelType labels', async ({ classes, labelType, expected }) => {
    const fused = await appendModel({
      pipeline: mergePipelines([scaled('a', 2)]),
      classification: { classes, labelType },
      build: threshold,
    });
    const session = await openSession(fused.bytes, { threads: 1 });
    const out = await session.run(encodeRows([{ a: 1 }, { a: 5 }], fused.inputs));
    expect(Array.from(out['probabilities']?.data as Float32Array)).toEqual([0.5, 0.5, 0.25, 0.75]);
    expect(Array.from(out['label']?.data as BigInt64Array)).toEqual(expected);
    expect(out['label']?.dims).toEqual([2, 1]);
    expect(signatureOf(decodeModel(fused.bytes))).toEqual({
      inputs: [{ name: 'a', type: 'FP64', shape: [-1, 1] }],
      outputs: [
        { name: 'probabilities', type: 'FP32', shape: [-1, 2] },
        { name: 'label', type: labelType === 'string' ? 'BYTES' : 'INT64', shape: [-1, 1] },
      ],
    });
  });

  it('drops raw inputs that the model does not use', async () => {
    const pipeline = mergePipelines([scaled('a', 2), scaled('b', 3)]);
    const fused = await appendModel({
      pipeline: { ...pipeline, features: pipeline.features.slice(0, 1), width: 1 },
      build: (b, features) => b.node('Add', [features, b.float(1)]),
    });
    expect(fused.inputs).toEqual([{ name: 'a', type: 'float64' }]);
    const session = await openSession(fused.bytes, { threads: 1 });
    expect(session.inputNames).toEqual(['a']);
    const out = await session.run(encodeRows([{ a: 4 }], fused.inputs));
    expect(Array.from(out['prediction']?.data as Float32Array)).toEqual([9]);
  });

  it('refuses a column named like an output', async () => {
    await expect(
      appendModel({ pipeline: mergePipelines([scaled('prediction', 1)]), build: (_, features) => features }),
    ).rejects.toThrow('The column “prediction” has the name of an output');
  });
});
