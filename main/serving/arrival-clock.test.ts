import { expect, it } from 'vitest';
import { ArrivalClock } from './arrival-clock.ts';

function open() {
  const time = { nowMs: 0, idleMs: 0 };
  let endTurn: () => void = () => undefined;
  const clock = new ArrivalClock({
    nowMs: () => time.nowMs,
    idleMs: () => time.idleMs,
    atEndOfTurn: (callback) => {
      endTurn = callback;
    },
  });
  const pass = (busyMs: number, idleMs: number) => {
    time.nowMs += busyMs + idleMs;
    time.idleMs += idleMs;
  };
  return { clock, pass, endTurn: () => endTurn() };
}

it('takes the time that the thread was busy for time that a request waited unread', () => {
  const { clock, pass, endTurn } = open();
  expect(clock.lateMs()).toBe(0);
  endTurn();
  pass(30, 0);
  expect(clock.lateMs()).toBe(30);
  endTurn();
  pass(2, 50);
  expect(clock.lateMs()).toBe(2);
});

it('gives all requests of one turn the same, and knows nothing after a long pause', () => {
  const { clock, pass, endTurn } = open();
  clock.lateMs();
  endTurn();
  pass(5, 1);
  expect(clock.lateMs()).toBe(5);
  pass(4, 0);
  expect(clock.lateMs()).toBe(5);
  endTurn();
  pass(400, 5_000);
  expect(clock.lateMs()).toBe(0);
});

it('sees a busy event loop', async () => {
  const clock = new ArrivalClock();
  const lateAfter = async (spend: () => Promise<void> | void): Promise<number> => {
    clock.lateMs();
    await new Promise((resolve) => setImmediate(resolve));
    await spend();
    const lateMs = clock.lateMs();
    await new Promise((resolve) => setImmediate(resolve));
    return lateMs;
  };
  const busy = () => {
    const untilMs = performance.now() + 60;
    while (performance.now() < untilMs);
  };
  const idle = () => new Promise<void>((resolve) => setTimeout(resolve, 20));
  // Looked at again where the system itself held the thread up.
  await expect.poll(() => lateAfter(busy)).toBeGreaterThanOrEqual(60);
  await expect.poll(() => lateAfter(idle)).toBeLessThan(60);
});
