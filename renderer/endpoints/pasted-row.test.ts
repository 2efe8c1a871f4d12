import { expect, it } from 'vitest';
import type { InputColumn } from '../../shared/model/signature.ts';
import { pastedRow } from './pasted-row.ts';

const inputs: InputColumn[] = [
  { name: 'amount', type: 'float64' },
  { name: 'count', type: 'int64' },
  { name: 'late', type: 'bool' },
  { name: 'origin', type: 'string' },
  { name: 'image', type: 'tensor', size: 2 },
];

it.each([
  [
    'amount,count,late,origin,more\n1.5,3,true,"SFO, ""west""",9',
    { amount: 1.5, count: 3, late: true, origin: 'SFO, "west"' },
  ],
  ['origin\tamount\r\nSFO\t-2\r\nLAX\t5\r\n', { origin: 'SFO', amount: -2 }],
  ['late;amount\nno;', { late: false, amount: null }],
  ['{"amount": 2, "origin": null, "image": [1, 2]}', { amount: 2, origin: null }],
  // Left for the form to mark.
  ['amount,count\nmany,3', { amount: 'many', count: 3 }],
])('reads %j', (text, row) => {
  expect(pastedRow(text, inputs)).toEqual(row);
});

it.each(['12', 'SFO', 'a,b\n1,2', '{"amount": ', '', 'amount', '[1, 2]', `amount\n${' '.repeat(200_000)}1`])(
  'leaves %j to be pasted as usual',
  (text) => {
    expect(pastedRow(text, inputs)).toBeUndefined();
  },
);
