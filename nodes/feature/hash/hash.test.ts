import { BIGINT, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { FeatureSteps, featuresOfRows, featuresOfTable } from '../../../test/support/feature-steps.ts';
import { imputeNode } from '../impute/definition.ts';
import { runner as impute } from '../impute/run.ts';
import { type HashParams, hashNode } from './definition.ts';
import { runner } from './run.ts';

let steps: FeatureSteps;
beforeAll(async () => {
  steps = await FeatureSteps.create();
});
afterAll(() => steps[Symbol.asyncDispose]());

const params = (more: Partial<HashParams>): HashParams => hashNode.params.parse({ columns: ['x'], ...more });

/** MurmurHash3, the 32-bit variant for x86, after Austin Appleby's published description. */
function murmur3(bytes: Uint8Array, seed: number): number {
  const mix = (k: number) => {
    const once = Math.imul(k, 0xcc9e2d51);
    return Math.imul((once << 15) | (once >>> 17), 0x1b873593);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = seed;
  for (let at = 0; at < whole; at += 4) {
    hash ^= mix(view.getUint32(at, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at--) tail = (tail << 8) | (bytes[at] as number);
  if (whole < bytes.length) hash ^= mix(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function bucketOf(value: string | number | null, { buckets, seed }: HashParams): number {
  if (value === null) return buckets;
  const bytes =
    typeof value === 'string'
      ? // ONNX Runtime for Node ends a text at U+0000.
        new TextEncoder().encode(value.split('\u0000')[0])
      : new Uint8Array(new Float64Array([value + 0]).buffer);
  return murmur3(bytes, seed) % buckets;
}

const text = fc.oneof(
  fc.constantFrom(null, '', ' ', 'a', 'A', '1', 'ä', 'a\u0308', '日本', '🙂', '(missing)', "it's", 'a\u0000b'),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const integer = fc.oneof(
  fc.constantFrom(null, 0, -1, 1, 16_777_216, 16_777_217, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  fc.maxSafeInteger(),
);

describe('hash', () => {
  it.each([
    { name: 'text', type: VARCHAR, value: text, toSql: (value: string | number) => value },
    { name: 'integers', type: BIGINT, value: integer, toSql: (value: string | number) => BigInt(value) },
  ])('puts $name into the bucket of MurmurHash3, in training and serving', async ({ type, value, toSql }) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array<string | number | null>(value, { minLength: 1, maxLength: 20 }),
        fc.array<string | number | null>(value, { minLength: 1, maxLength: 10 }),
        fc.record({
          buckets: fc.constantFrom(2, 3, 10, 256, 10_000),
          seed: fc.constantFrom(0, 1, 2_147_483_647),
        }),
        async (training, serving, more) => {
          const given = params(more);
          const table = await steps.table([
            { name: 'x', type, values: training.map((item) => (item === null ? null : toSql(item))) },
          ]);
          const features = await steps.fit(runner, given, table);
          const rows = serving.map((x) => ({ x }));
          const whole = await featuresOfRows([features], rows, rows.length);
          expect(await featuresOfRows([features], rows, 1)).toEqual(whole);
          expect(whole['x']).toEqual([serving.map((item) => bucketOf(item, given))]);
          expect(await featuresOfTable([features], table)).toEqual({
            x: [training.map((item) => bucketOf(item, given))],
          });
        },
      ),
      { seed: 6, numRuns: 40 },
    );
  });

  it('gives 0 and -0 one bucket', async () => {
    const table = await steps.table([{ name: 'x', type: BIGINT, values: [0n] }]);
    const features = await steps.fit(runner, params({ buckets: 10_000 }), table);
    const { x } = await featuresOfRows([features], [{ x: 0 }, { x: -0 }], 2);
    expect(x?.[0]?.[0]).toBe(x?.[0]?.[1]);
  });

  it('spreads one-hot over buckets and missing values', async () => {
    const values = ['a', 'b', null, ''];
    const table = await steps.table([{ name: 'x', type: VARCHAR, values }]);
    const given = params({ buckets: 4, output: 'one-hot' });
    const features = await steps.fit(runner, given, table);
    const columns = (await featuresOfTable([features], table))['x'] as number[][];
    const expected = values.map((value) => bucketOf(value, given));
    expect(columns).toEqual([0, 1, 2, 3, 4].map((bucket) => expected.map((at) => (at === bucket ? 1 : 0))));
    const { manifest } = await readPipeline(features);
    expect(manifest.outputs).toEqual([
      { name: 'x', width: 5, sources: ['x'], labels: ['0', '1', '2', '3', '(missing)'] },
    ]);
  });

  it('hashes text that an imputation filled', async () => {
    const table = await steps.table([{ name: 'x', type: VARCHAR, values: ['a', 'a', null] }]);
    const filled = await steps.fit(impute, imputeNode.params.parse({ columns: ['x'] }), table);
    const given = params({ buckets: 100 });
    const features = await steps.fit(runner, given, filled);
    const a = bucketOf('a', given);
    const [last] = (await featuresOfTable([features], table))['x'] as number[][];
    expect(last?.slice(0, 2)).toEqual([a, a]);
    expect(last?.[2]).not.toBe(100);
  });
});
