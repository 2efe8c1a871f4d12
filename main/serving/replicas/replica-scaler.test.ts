import { expect, it } from 'vitest';
import { ReplicaScaler } from './replica-scaler.ts';

const options = { minReplicas: 1, maxReplicas: 3, targetQueueMs: 10 };

/** Changes asked for when the same is seen every quarter of a second; each change is made. */
function changes(
  scaler: ReplicaScaler,
  from: { ms: number; replicas: number },
  to: number,
  queueMs: number,
  busy: number,
) {
  const made: { afterMs: number; replicas: number }[] = [];
  let { replicas } = from;
  for (let nowMs = from.ms; nowMs < to; nowMs += 250) {
    const change = scaler.observe({ nowMs, replicas, queueMs, busy: Math.min(busy, replicas) });
    if (change === 0) continue;
    replicas += change;
    scaler.changed();
    made.push({ afterMs: nowMs - from.ms, replicas });
  }
  return made;
}

it('adds replicas while requests wait, up to the most', () => {
  const made = changes(new ReplicaScaler(options), { ms: 0, replicas: 1 }, 10_000, 40, 3);
  expect(made.map(({ replicas }) => replicas)).toEqual([2, 3]);
  expect(made[0]?.afterMs).toBe(750);
});

it('leaves a single burst alone', () => {
  const scaler = new ReplicaScaler(options);
  expect(scaler.observe({ nowMs: 0, replicas: 1, queueMs: 500, busy: 1 })).toBe(0);
  expect(scaler.observe({ nowMs: 250, replicas: 1, queueMs: 0, busy: 1 })).toBe(0);
  expect(scaler.observe({ nowMs: 5_000, replicas: 1, queueMs: 500, busy: 1 })).toBe(0);
});

it('takes replicas away only when those left can do the work, and never the last', () => {
  expect(
    changes(new ReplicaScaler(options), { ms: 0, replicas: 3 }, 120_000, 0, 0.5).map((made) => made.replicas),
  ).toEqual([2, 1]);
  // Two replicas that are half busy each: one could not do it with room to spare.
  expect(changes(new ReplicaScaler(options), { ms: 0, replicas: 2 }, 120_000, 0, 0.9)).toEqual([]);
});

it('does neither at a load between the two thresholds', () => {
  expect(changes(new ReplicaScaler(options), { ms: 0, replicas: 2 }, 300_000, 6, 1)).toEqual([]);
});
