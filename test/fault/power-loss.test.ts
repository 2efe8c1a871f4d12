import { expect, it } from 'vitest';
import { whyNoFailingDisk } from './failing-disk.ts';
import { losePower } from './lose-power.ts';

const missing = whyNoFailingDisk();
if (missing !== undefined) process.stderr.write(`No disk whose power can be cut here (${missing}).\n`);

it.skipIf(missing !== undefined)(
  'a loss of power takes back nothing that was acknowledged, and leaves no half file',
  async () => {
    const problems: string[] = [];
    const { acknowledged, ...figures } = await losePower({ cuts: 3, seed: 5, log: (text) => problems.push(text) });
    expect(problems).toEqual([]);
    expect(figures).toEqual({ powerCuts: 3, lostAcknowledged: 0, damagedFiles: 0, openFailures: 0 });
    expect(acknowledged).toBeGreaterThan(0);
  },
);
