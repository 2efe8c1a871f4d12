import { expect, it } from 'vitest';
import { createScheduler, type Lease } from './scheduler.ts';

const never = new AbortController().signal;
const gib = 1024 ** 3;
const settle = () =>
  new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });

it('shares the cores among steps that are ready together', async () => {
  const scheduler = createScheduler({ cores: 8, memoryBytes: 8 * gib, maxWorkers: 4 });
  const both = await Promise.all([
    scheduler.acquire({ cpu: 8, memoryBytes: gib }, never),
    scheduler.acquire({ cpu: 8, memoryBytes: gib }, never),
  ]);
  expect(both.map(({ threads }) => threads)).toEqual([4, 4]);
  for (const lease of both) lease.release();
  expect((await scheduler.acquire({ cpu: Number.POSITIVE_INFINITY, memoryBytes: 0 }, never)).threads).toBe(8);
  expect((await scheduler.acquire({ cpu: 1, memoryBytes: 0 }, never)).threads).toBe(1);
});

it('gives a graphics processor that nobody has or waits for to who can do without', async () => {
  const scheduler = createScheduler({ cores: 4, memoryBytes: gib, maxWorkers: 4, gpus: 1 });
  const either = { cpu: 1, memoryBytes: 0, gpusIfFree: 1 };
  const [first, second] = await Promise.all([scheduler.acquire(either, never), scheduler.acquire(either, never)]);
  expect([first.gpus, second.gpus]).toEqual([1, 0]);
  const waiting = scheduler.acquire({ cpu: 1, memoryBytes: 0, gpus: 1 }, never);
  await settle();
  first.release();
  expect((await waiting).gpus).toBe(1);
  expect((await scheduler.acquire(either, never)).gpus).toBe(0);
});

it('never runs more than its workers or its memory allow, and loses no request', async () => {
  const scheduler = createScheduler({ cores: 4, memoryBytes: 4 * gib, maxWorkers: 3 });
  let running = 0;
  let memory = 0;
  let most = 0;
  const work = Array.from({ length: 40 }, async (_, at) => {
    const memoryBytes = ((at * 7) % 4) * gib;
    const lease = await scheduler.acquire({ cpu: 1 + (at % 3), memoryBytes }, never);
    running++;
    memory += memoryBytes;
    most = Math.max(most, running);
    expect(running).toBeLessThanOrEqual(3);
    expect(memory).toBeLessThanOrEqual(4 * gib);
    await settle();
    running--;
    memory -= memoryBytes;
    lease.release();
  });
  await Promise.all(work);
  expect(most).toBe(3);
});

it('runs a step that fits nowhere alone', async () => {
  const scheduler = createScheduler({ cores: 2, memoryBytes: gib, maxWorkers: 2 });
  const small = await scheduler.acquire({ cpu: 1, memoryBytes: 0 }, never);
  let large: Lease | undefined;
  const wanted = scheduler.acquire({ cpu: 1, memoryBytes: 100 * gib }, never).then((lease) => {
    large = lease;
  });
  await settle();
  expect(large).toBeUndefined();
  small.release();
  await wanted;
  expect(large).toBeDefined();
});

it('gives a graphics processor to one step at a time, and lets others pass', async () => {
  const scheduler = createScheduler({ cores: 8, memoryBytes: 8 * gib, maxWorkers: 8, gpus: 1 });
  const order: string[] = [];
  let onGpu = 0;
  const step = async (name: string, gpus: number) => {
    const lease = await scheduler.acquire({ cpu: 1, memoryBytes: 0, gpus }, never);
    onGpu += Math.min(gpus, 1);
    order.push(name);
    expect(onGpu).toBeLessThanOrEqual(1);
    await settle();
    await settle();
    onGpu -= Math.min(gpus, 1);
    lease.release();
  };
  // The last asks for more than there are: it gets all.
  await Promise.all([step('gpu 1', 1), step('gpu 2', 1), step('cpu', 0), step('gpu 3', 4)]);
  expect(order).toEqual(['gpu 1', 'cpu', 'gpu 2', 'gpu 3']);
});

it('lets no step pass one that waits for several graphics processors', async () => {
  const scheduler = createScheduler({ cores: 8, memoryBytes: 8 * gib, maxWorkers: 8, gpus: 2 });
  const ask = (gpus: number) => scheduler.acquire({ cpu: 1, memoryBytes: 0, gpus }, never);
  const first = await ask(1);
  const order: string[] = [];
  const both = ask(2).then((lease) => {
    order.push('both');
    return lease;
  });
  const later = ask(1).then((lease) => {
    order.push('later');
    return lease;
  });
  await settle();
  expect(order).toEqual([]);
  first.release();
  (await both).release();
  (await later).release();
  expect(order).toEqual(['both', 'later']);
});

it('tells a step once that it waits for a graphics processor', async () => {
  const scheduler = createScheduler({ cores: 2, memoryBytes: gib, maxWorkers: 2 });
  scheduler.setGpus(1);
  let told = 0;
  const ask = () => scheduler.acquire({ cpu: 1, memoryBytes: 0, gpus: 1, onGpuWait: () => void told++ }, never);
  const held = await ask();
  expect(told).toBe(0);
  const waiting = ask();
  await settle();
  (await scheduler.acquire({ cpu: 1, memoryBytes: 0 }, never)).release();
  expect(told).toBe(1);
  held.release();
  (await waiting).release();
});

it('lets go of a request that is aborted', async () => {
  const scheduler = createScheduler({ cores: 2, memoryBytes: gib, maxWorkers: 1 });
  const held = await scheduler.acquire({ cpu: 1, memoryBytes: 0 }, never);
  const stop = new AbortController();
  const waiting = scheduler.acquire({ cpu: 1, memoryBytes: 0 }, stop.signal);
  stop.abort(new Error('stop'));
  await expect(waiting).rejects.toThrow('stop');
  held.release();
  held.release();
  expect((await scheduler.acquire({ cpu: 1, memoryBytes: 0 }, never)).threads).toBe(1);
});
