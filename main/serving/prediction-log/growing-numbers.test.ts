import { expect, it } from 'vitest';
import { GrowingNumbers } from './growing-numbers.ts';

it('gives numbers at their places, others as not a number, and starts again', () => {
  const numbers = new GrowingNumbers();
  expect(numbers.take(3)).toBeUndefined();
  numbers.set(1, 0.5);
  numbers.set(70, 7);
  const first = numbers.take(100) as Float64Array;
  expect([...first.slice(0, 3), first[70], first[99], first.length]).toEqual([
    Number.NaN,
    0.5,
    Number.NaN,
    7,
    Number.NaN,
    100,
  ]);
  numbers.set(0, 1);
  expect([...(numbers.take(2) ?? [])]).toEqual([1, Number.NaN]);
  expect(numbers.take(2)).toBeUndefined();
});
