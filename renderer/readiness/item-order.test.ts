import { expect, it } from 'vitest';
import { orderItems } from './item-order.ts';

const items = [
  { id: 'slices', state: 'met' },
  { id: 'drift', state: 'missing' },
  { id: 'owner', state: 'waived' },
  { id: 'parity', state: 'stale' },
  { id: 'alerts', state: 'missing' },
] as const;

it('puts what is missing first, then what is stale, in the order of the report', () => {
  expect(orderItems(items).map(({ id }) => id)).toEqual(['drift', 'alerts', 'parity', 'slices', 'owner']);
});

it('keeps what is held in its place whatever its state, and puts what is new below it', () => {
  const held = ['parity', 'gone', 'drift', 'owner'];
  expect(orderItems(items, held).map(({ id }) => id)).toEqual(['parity', 'drift', 'owner', 'alerts', 'slices']);
});
