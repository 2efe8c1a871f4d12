import { expect, test } from 'vitest';
import { chunkRows } from './operations.ts';
import { KernelPool } from './pool.ts';

test.each([1, 2, 5])('%i threads run every chunk once, job after job', async (threads) => {
  await using pool = await KernelPool.open(threads);
  const rows = chunkRows * 7 + 3;
  const values = pool.allocate(rows * 4);
  const edges = pool.allocate(256 * 4);
  const out = pool.allocate(rows * 4);
  pool.f32(values, rows).set(Float32Array.from({ length: rows }, (_, row) => (row % 11 === 0 ? Number.NaN : row % 5)));
  pool.f32(edges, 256).fill(Number.POSITIVE_INFINITY).set([0.5, 1.5, 2.5, 3.5]);
  for (let job = 0; job < 200; job++) {
    pool.u8(out, rows * 4).fill(255);
    pool.run('binNumbers', [values, rows, edges, 9, out], 8);
    const bytes = pool.u8(out, rows * 4);
    let wrong = 0;
    for (let row = 0; row < rows; row++) {
      if (bytes[row * 4] !== (row % 11 === 0 ? 9 : row % 5) || bytes[row * 4 + 1] !== 255) wrong++;
    }
    expect(wrong).toBe(0);
    if (job % 50 !== 49) continue;
    // Helpers fall asleep between jobs; later ones must wake them.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test('memory is zeroed, aligned and refused beyond 4 GiB', async () => {
  await using pool = await KernelPool.open(1);
  const first = pool.allocate(10);
  const second = pool.allocate(100_000);
  expect([first % 64, second % 64]).toEqual([0, 0]);
  expect(second).toBeGreaterThanOrEqual(first + 10);
  expect(pool.u8(second, 100_000).every((byte) => byte === 0)).toBe(true);
  expect(() => pool.allocate(2 ** 32)).toThrow(expect.objectContaining({ code: 'step.out-of-memory' }));
});
