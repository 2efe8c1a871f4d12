import { expect, it } from 'vitest';
import { closedLoopRuns } from './closed-loop.ts';

it('sees an upstream break over HTTP, retrains, and answers better without a failed request', {
  timeout: 240_000,
}, async () => {
  const { figures } = await closedLoopRuns(1, 0.3, () => undefined);
  expect(figures).toMatchObject({ runs: 1, missed: 0, spurious: 0, failedRequests: 0 });
  expect(figures['recoveredShare']).toBeGreaterThan(0.3);
});
