import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byNeed, donorFor } from './core-sharing.ts';

const holder = fc.record({
  queueMs: fc.double({ min: 0, max: 1000, noNaN: true }),
  share: fc.double({ min: 0.01, max: 100, noNaN: true }),
  replicas: fc.integer({ min: 0, max: 5 }),
  minReplicas: fc.integer({ min: 0, max: 3 }),
});

it('takes a core only from a model with one to spare that needs it less than half as much', () => {
  fc.assert(
    fc.property(holder, fc.array(holder, { maxLength: 8 }), (wanting, holders) => {
      const donor = donorFor(wanting, holders);
      const possible = holders.filter(
        ({ replicas, minReplicas, queueMs, share }) =>
          replicas > 1 && replicas > minReplicas && queueMs * share < (wanting.queueMs * wanting.share) / 2,
      );
      if (donor === undefined) expect(possible).toEqual([]);
      else expect(donor).toBe(possible.toSorted((a, b) => a.queueMs * a.share - b.queueMs * b.share)[0]);
    }),
    { seed: 6 },
  );
});

it('weighs waits by share: who has four times as much comes first with a third of the wait', () => {
  const [small, large] = [
    { queueMs: 30, share: 1 },
    { queueMs: 10, share: 4 },
  ];
  expect([small, large].toSorted(byNeed)).toEqual([large, small]);
  const rest = { replicas: 2, minReplicas: 1 };
  expect(donorFor({ queueMs: 100, share: 1 }, [{ ...rest, queueMs: 20, share: 4 }])).toBeUndefined();
  expect(donorFor({ queueMs: 100, share: 1 }, [{ ...rest, queueMs: 20, share: 1 }])).toBeDefined();
});
