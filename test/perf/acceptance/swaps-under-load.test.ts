import { expect, it } from 'vitest';
import { swapsUnderLoad } from './swaps-under-load.ts';

it('answers every request while models are swapped under load', async () => {
  const { figures, swaps, answered } = await swapsUnderLoad({
    capacitySeconds: 1,
    seconds: 4,
    swapEverySeconds: 0.5,
    settledAfterSeconds: 0,
    log: () => undefined,
  });
  expect(figures.failures).toBe(0);
  expect(swaps).toBeGreaterThan(2);
  expect(answered).toBeGreaterThan(100);
});
