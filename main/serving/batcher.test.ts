import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../shared/errors/app-error.ts';
import { plainLevel } from './batching-policy.ts';
import { Batcher, type BatchExecutor, type BatchResult, type BatcherLimits, WorkerLost } from './batcher.ts';
import type { Tensor } from './tensor.ts';

const limits: BatcherLimits = { maxBatchRows: 8, maxQueueRows: 100, queueTimeoutMs: 60_000, objectiveMs: null };
const policy = { maxDelayMs: 0, preferredRows: [], levels: [plainLevel], defaultLevel: 0 };
const batchers: Batcher[] = [];

afterEach(() => {
  for (const batcher of batchers.splice(0)) batcher.close(new AppError('serve.not-ready', 'test over'));
});

/** Doubles every number; records the rows of each run. */
class DoublingExecutor implements BatchExecutor {
  readonly runs: { rows: number; outputs: readonly string[] }[] = [];
  fail: (values: readonly number[]) => Error | undefined = () => undefined;

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<BatchResult> {
    const [input] = inputs as [Tensor];
    const values = Array.from(input.data as Float32Array);
    this.runs.push({ rows: input.shape[0] as number, outputs });
    await Promise.resolve();
    const failure = this.fail(values);
    if (failure !== undefined) throw failure;
    const doubled = Float32Array.from(values, (value) => value * 2);
    return { outputs: outputs.map((name) => ({ ...input, name, data: doubled })), inferMs: 0 };
  }
}

function open(executor: BatchExecutor, overrides: Partial<BatcherLimits> = {}, mergeable = true): Batcher {
  const observer = { queued: () => undefined, ran: () => undefined };
  const batcher = new Batcher(executor, { ...limits, ...overrides }, observer, mergeable);
  batchers.push(batcher);
  batcher.setPaused(false);
  return batcher;
}

function rowsOf(values: number[], width = 1): Tensor {
  return { name: 'x', datatype: 'FP32', shape: [values.length / width, width], data: Float32Array.from(values) };
}

function submit(
  batcher: Batcher,
  values: number[],
  options: { width?: number; outputs?: string[]; key?: string } = {},
) {
  const input = rowsOf(values, options.width);
  return batcher.submit({
    inputs: [input],
    outputs: options.outputs ?? ['y'],
    parameterKey: options.key ?? '',
    rows: input.shape[0] as number,
  });
}

const numbers = (outputs: Tensor[]) => Array.from((outputs[0] as Tensor).data as Float32Array);

describe('Batcher', () => {
  it('gives every caller its own rows in its own order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
        const executor = new DoublingExecutor();
        const batcher = open(executor);
        let next = 0;
        const requests = sizes.map((size) => Array.from({ length: size }, () => next++));
        const results = await Promise.all(requests.map((values) => submit(batcher, values)));
        expect(results.map(numbers)).toEqual(requests.map((values) => values.map((value) => value * 2)));
        expect(results.map(([output]) => output?.shape)).toEqual(sizes.map((size) => [size, 1]));
        for (const run of executor.runs) expect(run.rows <= 8 || sizes.includes(run.rows)).toBe(true);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it('merges what is queued at the same time, counting rows', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor);
    await Promise.all([[1, 2, 3], [4, 5, 6], [7, 8], [9]].map((values) => submit(batcher, values)));
    expect(executor.runs.map((run) => run.rows)).toEqual([8, 1]);
  });

  it('runs a request of more rows than a batch holds alone', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor, { maxBatchRows: 2 });
    await Promise.all([[1, 2, 3, 4, 5], [6]].map((values) => submit(batcher, values)));
    expect(executor.runs.map((run) => run.rows)).toEqual([5, 1]);
  });

  it('never merges different extents, outputs or parameters', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor);
    await Promise.all([
      submit(batcher, [1, 2]),
      submit(batcher, [1, 2, 3, 4], { width: 2 }),
      submit(batcher, [3, 4], { outputs: ['z'] }),
      submit(batcher, [5, 6], { key: 'a' }),
      submit(batcher, [7, 8]),
    ]);
    expect(executor.runs.map((run) => [run.rows, run.outputs[0]])).toEqual([
      [4, 'y'],
      [2, 'y'],
      [2, 'z'],
      [2, 'y'],
    ]);
  });

  it('repeats a failed shared run request by request; only the culprit fails', async () => {
    const executor = new DoublingExecutor();
    executor.fail = (values) => (values.includes(13) ? new Error('unlucky') : undefined);
    const batcher = open(executor);
    const [a, b, c] = await Promise.allSettled([submit(batcher, [1]), submit(batcher, [13]), submit(batcher, [2])]);
    expect(a?.status === 'fulfilled' && numbers(a.value)).toEqual([2]);
    expect(c?.status === 'fulfilled' && numbers(c.value)).toEqual([4]);
    expect(b?.status === 'rejected' && b.reason).toMatchObject({ code: 'serve.inference' });
    expect(executor.runs.map((run) => run.rows)).toEqual([3, 1, 1, 1]);
  });

  it('does not split an output whose first extent is not the batch, and stops merging', async () => {
    const runs: number[] = [];
    const batcher = open({
      async run([input]) {
        runs.push(input?.shape[0] as number);
        const data = Float32Array.of(input?.data.length ?? 0);
        return { outputs: [{ name: 'y', datatype: 'FP32', shape: [1], data }], inferMs: 0 };
      },
    });
    const results = await Promise.all([submit(batcher, [1, 2]), submit(batcher, [3])]);
    expect(results.map(numbers)).toEqual([[2], [1]]);
    await Promise.all([submit(batcher, [1]), submit(batcher, [2])]);
    expect(runs).toEqual([3, 2, 1, 1, 1]);
  });

  it('is not idle before the last repetition of a shared run that failed has ended', async () => {
    const ended: (() => void)[] = [];
    const batcher = open({
      async run([input]) {
        if (input?.shape[0] !== 1) throw new Error('not together');
        await new Promise<void>((resolve) => ended.push(resolve));
        return { outputs: [{ ...input, name: 'y' }], inferMs: 0 };
      },
    });
    expect(batcher.isIdle).toBe(true);
    const both = [submit(batcher, [1]), submit(batcher, [2])];
    expect(batcher.isIdle).toBe(false);
    for (const answer of both) {
      await expect.poll(() => ended).toHaveLength(1);
      expect(batcher.isIdle).toBe(false);
      ended.pop()?.();
      await answer;
    }
    await expect.poll(() => batcher.isIdle).toBe(true);
  });

  it('hands further runs over ahead of the end of the first only when they are full', async () => {
    const ended: (() => void)[] = [];
    const runs: number[] = [];
    const batcher = open({
      async run([input]) {
        runs.push(input?.shape[0] as number);
        await new Promise<void>((resolve) => ended.push(resolve));
        return { outputs: [{ ...(input as Tensor), name: 'y' }], inferMs: 0 };
      },
    });
    const first = submit(batcher, [1]);
    await expect.poll(() => runs).toEqual([1]);
    const rest = Array.from({ length: 20 }, (_, i) => submit(batcher, [i]));
    await expect.poll(() => runs).toEqual([1, 8]);
    for (const end of ended.splice(0)) end();
    await expect.poll(() => runs).toEqual([1, 8, 8]);
    for (const end of ended.splice(0)) end();
    await expect.poll(() => runs).toEqual([1, 8, 8, 4]);
    for (const end of ended.splice(0)) end();
    expect(numbers(await first)).toEqual([1]);
    expect((await Promise.all(rest)).map(numbers)).toEqual(Array.from({ length: 20 }, (_, i) => [i]));
  });

  it('refuses a request whose own time to wait is over, and only that', async () => {
    let end: () => void = () => undefined;
    const batcher = open({
      async run([input]) {
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        return { outputs: [{ ...(input as Tensor), name: 'y' }], inferMs: 0 };
      },
    });
    const first = submit(batcher, [1]);
    await new Promise((resolve) => setImmediate(resolve));
    const late = batcher.submit({ inputs: [rowsOf([2])], outputs: ['y'], parameterKey: '', rows: 1, timeoutMs: 0.001 });
    const patient = submit(batcher, [3]);
    end();
    await expect(late).rejects.toMatchObject({ code: 'serve.overloaded' });
    expect(numbers(await first)).toEqual([1]);
    end();
    expect(numbers(await patient)).toEqual([3]);
  });

  it('hands long runs their successor late where there is an objective', async () => {
    let running = 0;
    const seen: number[] = [];
    const executor: BatchExecutor = {
      async run([input]) {
        seen.push(++running);
        await new Promise((resolve) => setTimeout(resolve, 30));
        running--;
        return { outputs: [{ ...(input as Tensor), name: 'y' }], inferMs: 30 };
      },
    };
    const batcher = open(executor, { maxBatchRows: 1, objectiveMs: 500 });
    await submit(batcher, [1]);
    const all = [submit(batcher, [2]), submit(batcher, [3])];
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([1, 1]);
    await Promise.all(all);
    expect(seen).toHaveLength(3);
  });

  it('leaves out what has waited unread for too long while others are refused', async () => {
    let end: () => void = () => undefined;
    const executor: BatchExecutor = {
      async run([input]) {
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        return { outputs: [{ ...(input as Tensor), name: 'y' }], inferMs: 0 };
      },
    };
    const batcher = open(executor, { maxQueueRows: 2, objectiveMs: 1_000 });
    const first = submit(batcher, [1]);
    await new Promise((resolve) => setImmediate(resolve));
    const request = { inputs: [rowsOf([2])], outputs: ['y'], parameterKey: '', rows: 1 };
    const late = batcher.submit({ ...request, arrivedMs: performance.now() - 60_000 });
    const patient = submit(batcher, [3]);
    const tooMany = submit(batcher, [4]);
    end();
    await expect(tooMany).rejects.toMatchObject({ code: 'serve.overloaded' });
    await expect(late).rejects.toMatchObject({ code: 'serve.overloaded' });
    expect(numbers(await first)).toEqual([1]);
    end();
    expect(numbers(await patient)).toEqual([3]);
  });

  it('runs requests singly for a model without a batch axis', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor, {}, false);
    await Promise.all([submit(batcher, [1]), submit(batcher, [2])]);
    expect(executor.runs.map((run) => run.rows)).toEqual([1, 1]);
  });

  it('refuses what does not fit the queue, and takes a large request when nothing waits', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor, { maxQueueRows: 3 });
    const large = submit(batcher, [1, 2, 3, 4, 5]);
    await expect(submit(batcher, [6])).rejects.toMatchObject({ code: 'serve.overloaded' });
    expect(numbers(await large)).toEqual([2, 4, 6, 8, 10]);
    expect(numbers(await submit(batcher, [6]))).toEqual([12]);
    expect(batcher.queuedRows).toBe(0);
  });

  it('drops a queued request whose client went away', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor);
    const gone = new AbortController();
    const input = rowsOf([1]);
    const lost = batcher.submit({ inputs: [input], outputs: ['y'], parameterKey: '', rows: 1, signal: gone.signal });
    const kept = submit(batcher, [2]);
    gone.abort();
    await expect(lost).rejects.toMatchObject({ code: 'run.cancelled' });
    expect(numbers(await kept)).toEqual([4]);
    expect(executor.runs.map((run) => run.rows)).toEqual([1]);
  });

  it('tries the requests of a lost worker once more, one by one', async () => {
    const executor = new DoublingExecutor();
    executor.fail = (values) => (values.includes(13) ? new WorkerLost() : undefined);
    const batcher = open(executor);
    const [a, b] = await Promise.allSettled([submit(batcher, [1]), submit(batcher, [13])]);
    expect(a?.status === 'fulfilled' && numbers(a.value)).toEqual([2]);
    expect(b?.status === 'rejected' && b.reason).toMatchObject({ code: 'serve.inference' });
    expect(executor.runs.map((run) => run.rows)).toEqual([2, 1, 1]);
  });

  it('keeps its queue while paused and refuses it when closed', async () => {
    const executor = new DoublingExecutor();
    const batcher = open(executor);
    batcher.setPaused(true);
    const waiting = submit(batcher, [1]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(batcher.queuedRows).toBe(1);
    batcher.close(new AppError('serve.not-ready', 'stopping'));
    await expect(waiting).rejects.toMatchObject({ code: 'serve.not-ready' });
    await expect(submit(batcher, [2])).rejects.toMatchObject({ code: 'serve.not-ready' });
    expect(executor.runs).toEqual([]);
  });

  it('waits for others only as long as it is told, and not for a full or preferred batch', async () => {
    const executor = new DoublingExecutor();
    const batching = { ...policy, maxDelayMs: 60_000, preferredRows: [4] };
    const batcher = open(executor, { batching });
    await Promise.all([[1], [2, 3, 4]].map((values) => submit(batcher, values)));
    // Four of five rows are preferred to all; the last one has nobody to wait for but others.
    const both = [submit(batcher, [1, 2, 3, 4]), submit(batcher, [5])];
    await both[0];
    expect(executor.runs.map((run) => run.rows)).toEqual([4, 4]);
    expect(batcher.queuedRows).toBe(1);
    const full = submit(batcher, [6, 7, 8, 9, 10, 11, 12]);
    expect(numbers((await both[1]) as Tensor[])).toEqual([10]);
    await full;
    expect(executor.runs.map((run) => run.rows)).toEqual([4, 4, 8]);
    const short = open(executor, { batching: { ...policy, maxDelayMs: 5 } });
    expect(numbers(await submit(short, [1]))).toEqual([2]);
  });

  it('runs by priority, and refuses the newest of the lowest in a full queue', async () => {
    const executor = new DoublingExecutor();
    const batching = { ...policy, levels: [plainLevel, plainLevel, plainLevel], defaultLevel: 2 };
    const batcher = open(executor, { maxBatchRows: 1, maxQueueRows: 3, batching });
    batcher.setPaused(true);
    const order: number[] = [];
    const send = (value: number, priority?: number) =>
      batcher
        .submit({ inputs: [rowsOf([value])], outputs: ['y'], parameterKey: '', rows: 1, priority })
        .then(() => order.push(value));
    const low = [send(1), send(2), send(3)];
    const high = send(4, 1);
    const lowest = send(5, 3);
    const unknown = send(6, 99);
    batcher.setPaused(false);
    await expect(low[2]).rejects.toMatchObject({ code: 'serve.overloaded' });
    await expect(lowest).rejects.toMatchObject({ code: 'serve.overloaded' });
    await expect(unknown).rejects.toMatchObject({ code: 'serve.overloaded' });
    await Promise.all([low[0], low[1], high]);
    expect(order).toEqual([4, 1, 2]);
    expect(batcher.queuedRows).toBe(0);
  });

  it('bounds each level, and puts what waited too long behind the others where the level says so', async () => {
    const executor = new DoublingExecutor();
    const levels = [
      { ...plainLevel, maxQueueRows: 2, timeoutMs: 0.001, onTimeout: 'delay' as const },
      { ...plainLevel, timeoutMs: 0.001, allowOverride: false },
    ];
    const batcher = open(executor, { maxBatchRows: 1, batching: { ...policy, levels } });
    batcher.setPaused(true);
    const order: number[] = [];
    const send = (value: number, priority: number, timeoutMs?: number) => {
      const request = { inputs: [rowsOf([value])], outputs: ['y'], parameterKey: '', rows: 1, priority, timeoutMs };
      return batcher.submit(request).then(() => order.push(value));
    };
    const delayed = send(1, 1);
    const refused = send(2, 2, 60_000);
    const second = send(3, 1);
    await expect(send(4, 1)).rejects.toMatchObject({ code: 'serve.overloaded' });
    await new Promise((resolve) => setTimeout(resolve, 2));
    batcher.setPaused(false);
    await expect(refused).rejects.toMatchObject({ code: 'serve.overloaded' });
    await Promise.all([delayed, second]);
    expect(order).toEqual([1, 3]);
  });

  it('answers every request once with its own rows, whatever the policy', async () => {
    const request = fc.record({
      rows: fc.integer({ min: 1, max: 6 }),
      priority: fc.integer({ min: 0, max: 4 }),
      bad: fc.boolean(),
      gone: fc.boolean(),
    });
    const level = fc.record({
      maxQueueRows: fc.integer({ min: 0, max: 12 }),
      timeoutMs: fc.constantFrom(null, 0.01, 60_000),
      onTimeout: fc.constantFrom('reject' as const, 'delay' as const),
      allowOverride: fc.boolean(),
    });
    const someLevels = fc.array(level, { minLength: 1, maxLength: 3 });
    const policies = fc.record({
      maxDelayMs: fc.constantFrom(0, 1),
      preferredRows: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
      levels: someLevels,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 20 }), policies, async (requests, given) => {
        const executor = new DoublingExecutor();
        // Whole numbers are good; a half makes the whole run fail.
        executor.fail = (values) => (values.some((value) => value % 1 !== 0) ? new Error('half') : undefined);
        const batcher = open(executor, {
          maxQueueRows: 20,
          batching: { ...given, defaultLevel: given.levels.length - 1 },
        });
        const answers = requests.map(async ({ rows, priority, bad, gone }, i) => {
          const values = Array.from({ length: rows }, (_, row) => i * 10 + row + (bad && row === 0 ? 0.5 : 0));
          const client = new AbortController();
          const job = { inputs: [rowsOf(values)], outputs: ['y'], parameterKey: '', rows, priority };
          const answer = batcher.submit({ ...job, signal: client.signal });
          if (gone) client.abort();
          const [settled] = (await Promise.allSettled([answer])) as [PromiseSettledResult<Tensor[]>];
          if (settled.status === 'fulfilled') {
            expect(bad).toBe(false);
            expect(numbers(settled.value)).toEqual(values.map((value) => value * 2));
          } else {
            const { code } = settled.reason as AppError;
            expect(['serve.inference', 'serve.overloaded', 'run.cancelled']).toContain(code);
            if (code === 'serve.inference') expect(bad).toBe(true);
            if (code === 'run.cancelled') expect(gone).toBe(true);
          }
        });
        await Promise.all(answers);
        expect(batcher.queuedRows).toBe(0);
        await expect.poll(() => batcher.isIdle).toBe(true);
        batcher.close(new AppError('serve.not-ready', 'test over'));
      }),
      { seed: 11, numRuns: 80 },
    );
  });
});
