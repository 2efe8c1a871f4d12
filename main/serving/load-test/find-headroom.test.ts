import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBy, findHeadroom } from './find-headroom.ts';
import type { LoadStep } from './load-step.ts';

function step(rate: number, changes: Partial<LoadStep>): LoadStep {
  return {
    offeredPerSecond: rate,
    answeredPerSecond: rate,
    offered: rate,
    answered: rate,
    refused: 0,
    failed: 0,
    p50Ms: 1,
    p90Ms: 2,
    p99Ms: 5,
    p999Ms: 9,
    maxMs: 10,
    generatorLagMs: 1,
    ...changes,
  };
}

const search = { objectiveMs: 20, startPerSecond: 10, maxPerSecond: 1e6, bisections: 6, isStopped: () => false };

describe('findHeadroom', () => {
  it('finds the rate at which latency breaks, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 11, max: 500_000 }), async (limit) => {
        const found = await findHeadroom({
          ...search,
          hold: async (rate) => step(rate, { p99Ms: rate > limit ? 100 : 5 }),
        });
        expect(found.limit).toBe('latency');
        expect(found.sustainedPerSecond).toBeLessThanOrEqual(limit);
        expect(found.breaksAtPerSecond).toBeGreaterThan(limit);
        expect((found.breaksAtPerSecond ?? 0) / found.sustainedPerSecond).toBeLessThan(1.05);
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it('takes one bad step for a hiccup', async () => {
    let turn = 0;
    const found = await findHeadroom({
      ...search,
      maxPerSecond: 100,
      hold: async (rate) => step(rate, { p99Ms: turn++ === 1 ? 500 : 5 }),
    });
    expect(found).toMatchObject({ sustainedPerSecond: 80, breaksAtPerSecond: null, limit: 'end' });
  });

  it('says what broke', () => {
    expect(brokenBy(step(1_000, {}), 20)).toBeUndefined();
    expect(brokenBy(step(1_000, { failed: 2 }), 20)).toBe('failures');
    expect(brokenBy(step(1_000, { refused: 2 }), 20)).toBe('refusals');
    expect(brokenBy(step(1_000, { p99Ms: 21 }), 20)).toBe('latency');
    expect(brokenBy(step(1_000, { p99Ms: null }), 20)).toBe('latency');
    expect(brokenBy(step(1_000, { answered: 900 }), 20)).toBe('throughput');
    expect(brokenBy(step(1_000, { p99Ms: 400, generatorLagMs: 400 }), 20)).toBe('generator');
  });

  it('gives nothing for an endpoint that breaks at once, and stops when told to', async () => {
    const broken = await findHeadroom({ ...search, bisections: 0, hold: async (rate) => step(rate, { failed: rate }) });
    expect(broken).toMatchObject({ sustainedPerSecond: 0, breaksAtPerSecond: 10, limit: 'failures' });
    let rates = 0;
    const stopped = await findHeadroom({
      ...search,
      isStopped: () => rates >= 3,
      hold: async (rate) => {
        rates++;
        return step(rate, {});
      },
    });
    expect(stopped).toMatchObject({ sustainedPerSecond: 40, limit: 'end' });
  });
});
