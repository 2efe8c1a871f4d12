import { expect, it } from 'vitest';
import { uniformGenerator } from '../stats/random.ts';
import { groupNumbers, groupTexts, slicesByLoss } from './slices.ts';

it('finds the slice where the model is worse, and no other', () => {
  const random = uniformGenerator(11);
  const rows = 4_000;
  const city = Array.from({ length: rows }, () => ['Oslo', 'Rome', 'Kyiv', 'Lima'][Math.floor(random() * 4)] as string);
  const noise = Float64Array.from({ length: rows }, () => random());
  const loss = Float64Array.from(city, (name) => random() + (name === 'Lima' ? 0.3 : 0));
  const slices = slicesByLoss(loss, [groupTexts('city', city, '?'), groupNumbers('noise', noise)]);
  expect(slices[0]).toMatchObject({ column: 'city', value: 'Lima', worse: true });
  expect(slices.filter(({ worse }) => worse)).toHaveLength(1);
  expect(slices.filter(({ column }) => column === 'noise')).toHaveLength(4);
});

it('raises few false alarms over many slices without a difference', () => {
  const random = uniformGenerator(7);
  let alarms = 0;
  for (let trial = 0; trial < 50; trial++) {
    const loss = Float64Array.from({ length: 2_000 }, () => random());
    const columns = Array.from({ length: 5 }, (_, c) =>
      groupNumbers(
        String(c),
        Float64Array.from({ length: 2_000 }, () => random()),
      ),
    );
    if (slicesByLoss(loss, columns).some(({ worse }) => worse)) alarms++;
  }
  expect(alarms).toBeLessThanOrEqual(8);
});

it('leaves out slices that are too small', () => {
  const values = Array.from({ length: 200 }, (_, row) => (row < 10 ? 'rare' : 'common'));
  const loss = Float64Array.from(values, (value) => (value === 'rare' ? 9 : 1));
  expect(slicesByLoss(loss, [groupTexts('kind', values, '?')])).toEqual([]);
});

it('groups numbers by value where there are few, by quarters where there are many, missing ones apart', () => {
  expect(groupNumbers('n', Float64Array.of(1, 2, 2, Number.NaN)).names).toEqual(['1', '2', '(missing)']);
  const many = groupNumbers(
    'n',
    Float64Array.from({ length: 101 }, (_, i) => i),
  );
  expect(many.names).toEqual(['≤ 25', '25 – 50', '50 – 75', '> 75']);
  expect(many.group.slice(24, 27)).toEqual(Int32Array.of(0, 0, 1));
  expect(groupNumbers('n', Float64Array.of(Number.NaN)).names).toEqual(['(missing)']);
});

it('groups texts by the most frequent ones', () => {
  const values = [...Array.from({ length: 30 }, (_, i) => `v${i}`), 'v3', '?', '?'];
  const { names, group } = groupTexts('t', values, '?');
  expect(names.slice(0, 2).toSorted()).toEqual(['(missing)', 'v3']);
  expect(names).toHaveLength(21);
  expect(names[group[29] as number]).toBe('(other)');
});
