import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InferJob } from './batcher.ts';
import { contentKey, ResponseCache } from './response-cache.ts';
import type { Tensor } from './tensor.ts';

const tensor = (values: number[]): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const job = (inputs: Tensor[], changes: Partial<InferJob> = {}): InferJob => ({
  inputs,
  outputs: ['y'],
  parameterKey: '',
  rows: 1,
  ...changes,
});

describe('contentKey', () => {
  it('differs with every part of a request', () => {
    const text = (data: string[]): Tensor => ({ name: 'x', datatype: 'BYTES', shape: [data.length], data });
    const jobs = [
      job([tensor([1])]),
      job([tensor([2])]),
      job([tensor([1])], { outputs: ['z'] }),
      job([tensor([1])], { outputs: [] }),
      job([tensor([1])], { parameterKey: 'a' }),
      job([{ ...tensor([1]), name: 'w' }]),
      job([{ ...tensor([1]), datatype: 'INT32' }]),
      job([{ ...tensor([1, 2]), shape: [2, 1] }]),
      job([tensor([1, 2])]),
      job([tensor([1]), tensor([2])]),
      job([text(['a', 'b'])]),
      job([text(['ab', ''])]),
    ];
    expect(new Set(jobs.map(contentKey)).size).toBe(jobs.length);
    expect(contentKey(job([tensor([1])]))).toBe(contentKey(job([tensor([1])], { rows: 7 })));
  });

  it('is that of the view, not of the memory around it', () => {
    const whole = Float32Array.of(1, 2, 3);
    const view = { ...tensor([2]), data: whole.subarray(1, 2) };
    expect(contentKey(job([view]))).toBe(contentKey(job([tensor([2])])));
  });
});

describe('ResponseCache', () => {
  it('gives what was put in, copied, and forgets the entry unused for longest', () => {
    const cache = new ResponseCache(2_000);
    const batch = Float32Array.of(1, 2);
    cache.set('a', [{ ...tensor([2]), data: batch.subarray(1) }]);
    batch[1] = 9;
    expect(cache.get('a')?.[0]?.data).toEqual(Float32Array.of(2));
    for (const key of ['b', 'c', 'd']) cache.set(key, [tensor([1])]);
    expect(cache.get('a')).toBeDefined();
    cache.set('e', [tensor([1])]);
    expect(cache.get('b')).toBeUndefined();
    expect(cache.get('a')).toBeDefined();
  });

  it('keeps to its bound, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(2_000))), (puts) => {
        const cache = new ResponseCache(10_000);
        for (const [key, length] of puts) {
          cache.set(String(key), [tensor(Array.from({ length }, () => 0))]);
          expect(cache.bytes).toBeLessThanOrEqual(10_000);
          expect(cache.entries === 0).toBe(cache.bytes === 0);
        }
      }),
      { seed: 6 },
    );
  });
});
