import { Worker } from 'node:worker_threads';
import { AppError, toWireError } from '../../../shared/errors/app-error.ts';
import type { LoadTest } from '../../../shared/rpc/engine-contract.ts';
import type { LoadTestReply, LoadTestStart } from './load-test-worker.ts';

/** The newest load test of each endpoint. */
export class LoadTests {
  readonly #tests = new Map<string, { state: LoadTest; worker: Worker }>();

  /** Errors: `serve.overloaded` while one runs. */
  start(id: string, start: LoadTestStart): LoadTest {
    if (this.#tests.get(id)?.state.status === 'running') {
      throw new AppError('serve.overloaded', 'A load test of this endpoint runs already.', {
        fix: 'Wait for its end, or cancel it.',
      });
    }
    const worker = new Worker(new URL('./load-test-worker.ts', import.meta.url), { workerData: start });
    worker.unref();
    const { objectiveMs } = start;
    const state: LoadTest = {
      status: 'running',
      objectiveMs,
      startedMs: Date.now(),
      steps: [],
      result: null,
      error: null,
    };
    worker.on('message', (reply: LoadTestReply) => receive(state, reply));
    worker.on('error', (error) => receive(state, { type: 'failed', error: toWireError(error) }));
    worker.on('exit', () => {
      if (state.status === 'running') state.status = 'cancelled';
    });
    this.#tests.set(id, { state, worker });
    return state;
  }

  state(id: string): LoadTest | null {
    return this.#tests.get(id)?.state ?? null;
  }

  /** Sends nothing more; the steps so far stay. */
  cancel(id: string): LoadTest | null {
    const test = this.#tests.get(id);
    if (test?.state.status === 'running') {
      test.state.status = 'cancelled';
      test.worker.postMessage('stop');
    }
    return test?.state ?? null;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tests.values()].map(({ worker }) => worker.terminate()));
  }
}

function receive(state: LoadTest, reply: LoadTestReply): void {
  switch (reply.type) {
    case 'step':
      state.steps.push(reply.step);
      return;
    case 'finished':
      state.result = reply.result;
      if (state.status === 'running') state.status = 'finished';
      return;
    case 'failed':
      state.error = reply.error;
      if (state.status === 'running') state.status = 'failed';
  }
}
