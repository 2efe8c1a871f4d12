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
  clock.lateMs();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const idle = clock.lateMs();
  await new Promise((resolve) => setImmediate(resolve));
  const untilMs = performance.now() + 60;
  while (performance.now() < untilMs);
  expect(clock.lateMs()).toBeGreaterThanOrEqual(60);
  expect(idle).toBeLessThan(60);
});
