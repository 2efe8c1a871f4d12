import { expect, it } from 'vitest';
import { soakFor } from './soak-engine.ts';

it.skipIf(process.platform !== 'linux')('runs, serves and watches without an error for half a minute', async () => {
  const problems: string[] = [];
  const figures = await soakFor({ minutes: 0.5, warmUpMinutes: 0.25, seed: 1, log: (text) => problems.push(text) });
  expect(problems).toEqual([]);
  expect(figures.errors).toBe(0);
  expect(figures.handleGrowth).toBeLessThanOrEqual(20);
});
