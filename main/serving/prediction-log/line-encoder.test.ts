import { expect, it } from 'vitest';
import { LineEncoder } from './line-encoder.ts';
import type { LogColumn } from './log-columns.ts';
import { timingWidth } from './prediction-recorder.ts';

const column = (side: LogColumn['side'], name: string, kind: LogColumn['kind'] = 'number', width = 1): LogColumn => {
  return { side, name, tensor: name, kind, width };
};

it('writes rows of any names and values as lines, one batch after the other', () => {
  const columns = [column('input', '__proto__'), column('input', 'größe', 'integer'), column('output', 'p', 'list', 2)];
  const encoder = new LineEncoder(columns);
  const timings = new Float64Array(2 * timingWidth).fill(Number.NaN);
  timings[0] = 1.23456;
  const batch = {
    firstRow: 7,
    timesMs: Float64Array.of(0, 1),
    ids: ['a"', ''],
    timings,
    features: ['v1', ''],
    values: [
      Float64Array.of(0.5, Number.NaN),
      [2n ** 60n, -1n],
      Float64Array.of(0.25, 0.75, Number.POSITIVE_INFINITY, 1),
    ],
  };
  const lines = () => encoder.encode(batch).toString().trimEnd().split('\n');
  const expected = [
    `{"time":"1970-01-01T00:00:00.000","id":"a\\"","row":7,"timing":{"body":1.235},"features":"v1","input":{"__proto__":0.5,"größe":${2n ** 60n}},"output":{"p":[0.25,0.75]}}`,
    '{"time":"1970-01-01T00:00:00.001","id":null,"row":8,"input":{"__proto__":null,"größe":-1},"output":{"p":["Infinity",1]}}',
  ];
  expect(lines()).toEqual(expected);
  expect(lines()).toEqual(expected);
});
