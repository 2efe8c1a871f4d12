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
    textLength: 0,
  };
  const lines = () => encoder.encode(batch).toString().trimEnd().split('\n');
  const expected = [
    `{"time":"1970-01-01T00:00:00.000","id":"a\\"","row":7,"timing":{"body":1.235},"features":"v1","input":{"__proto__":0.5,"größe":${2n ** 60n}},"output":{"p":[0.25,0.75]}}`,
    '{"time":"1970-01-01T00:00:00.001","id":null,"row":8,"input":{"__proto__":null,"größe":-1},"output":{"p":["Infinity",1]}}',
  ];
  expect(lines()).toEqual(expected);
  expect(lines()).toEqual(expected);
});

it('writes lines that other programs read, whatever characters and however much text a client sent', () => {
  const encoder = new LineEncoder([column('input', 't', 'text'), column('input', 'n', 'integer')]);
  const texts = [
    'half \ud83d',
    '\\ud83d',
    'x'.repeat(30 * 2 ** 20),
    `${'y'.repeat(999)}\u{1f600}${'z'.repeat(2 ** 24)}`,
  ];
  const rows = texts.length;
  const batch = {
    firstRow: 0,
    timesMs: new Float64Array(rows),
    ids: ['\udc00', 'b', 'c', 'd'],
    timings: new Float64Array(rows * timingWidth).fill(Number.NaN),
    features: texts.map(() => ''),
    values: [texts, [2n ** 60n, 0n, 0n, 0n]],
    textLength: 0,
  };
  const lines = encoder.encode(batch).toString().trimEnd().split('\n');
  expect(lines[0]).toBe(
    `{"time":"1970-01-01T00:00:00.000","id":"\ufffd","row":0,"input":{"t":"half \ufffd","n":${2n ** 60n}}}`,
  );
  const read = lines.map((line) => (JSON.parse(line) as { input: { t: string } }).input.t);
  expect(read.slice(1)).toEqual(['\\ud83d', `${'x'.repeat(1_000)}…`, `${'y'.repeat(999)}\ufffd…`]);
});
