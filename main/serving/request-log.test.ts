import { expect, it } from 'vitest';
import { RequestLog } from './request-log.ts';
import type { Tensor, TensorSpec } from './tensor.ts';

const specs: TensorSpec[] = [
  { name: 't', datatype: 'BYTES', shape: [-1, 1], dimNames: ['N', ''] },
  { name: 'n', datatype: 'FP64', shape: [-1, 1], dimNames: ['N', ''] },
];

function row(text: string, n: number): Tensor[] {
  return [
    { name: 't', datatype: 'BYTES', shape: [1, 1], data: [text] },
    { name: 'n', datatype: 'FP64', shape: [1, 1], data: Float64Array.of(n) },
  ];
}

it('keeps fewer rows where their texts are long, and tells its readers of the others', () => {
  const log = new RequestLog(specs, [], null);
  const reader = { id: 'monitor', logId: log.recent(1).logId, readTo: 0 };
  log.recent(1, reader);
  const long = 'x'.repeat(2 ** 20);
  for (let i = 0; i < 100; i++) log.add(row(long, i), [], 1, i, String(i));
  const { rows, ids, columns, missed, logged } = log.recent(1_000, reader);
  expect([rows, logged]).toEqual([64, 100]);
  expect(ids).toEqual(Array.from({ length: 64 }, (_, i) => String(i + 36)));
  expect(columns.map(({ name, values }) => [name, values.length])).toEqual([
    ['t', 64],
    ['n', 64],
  ]);
  expect(columns[0]?.kind === 'string' && columns[0].values.every((text) => text === long)).toBe(true);
  expect((missed ?? []).reduce((sum, part) => sum + part.rows, 0)).toBe(36);
  expect(JSON.stringify(missed).length).toBeLessThan(100_000);
  // One that is too long by itself is kept alone; short ones take its place.
  log.add(row('y'.repeat(2 ** 27), 100), [], 1, 100, 'alone');
  expect(log.recent(1_000).ids).toEqual(['alone']);
  for (let i = 0; i < 10_005; i++) log.add(row('short', i), [], 1, 200 + i, `s${i}`);
  const last = log.recent(20_000);
  expect([last.rows, last.ids[0], last.ids.at(-1)]).toEqual([10_000, 's5', 's10004']);
});
