import { expect, it } from 'vitest';
import { fuzzRun } from './fuzz-run.ts';

it('answers two thousand fuzzed requests without a crash, a bug or a missed health check', async () => {
  const run = await fuzzRun({ cases: 2_000, warmUp: 500, seed: 7, log: () => undefined });
  expect(run).toMatchObject({ figures: { cases: 2_000, crashes: 0, notLive: 0 }, bugs: [], unanswered: [] });
  expect(Object.keys(run.statuses)).toEqual(expect.arrayContaining(['200', '400', '404', '405']));
});
