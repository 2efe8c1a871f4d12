import { expect, it } from 'vitest';
import { overloadRun } from './overload-run.ts';

it('refuses what is too much at twice the capacity and answers everything, health included', async () => {
  const run = await overloadRun({ capacitySeconds: 1.5, seconds: 3, log: () => undefined });
  expect(run).toMatchObject({ figures: { hung: 0 }, failed: 0, unhealthy: 0, recovered: true });
  expect(run.admitted).toBeGreaterThan(0);
  expect(run.refused).toBeGreaterThan(0);
});
