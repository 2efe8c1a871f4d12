import { expect, it } from 'vitest';
import { killDuringRuns } from './kill-during-runs.ts';

it.skipIf(process.platform !== 'linux')('loses nothing over a few random kills of engine and workers', async () => {
  const figures = await killDuringRuns({ kills: 6, seed: 11, log: () => undefined });
  expect(figures).toEqual({ kills: 6, lostSteps: 0, corruptArtifacts: 0, openFailures: 0 });
});
