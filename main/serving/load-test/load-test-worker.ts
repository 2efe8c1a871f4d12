import { parentPort, workerData } from 'node:worker_threads';
import type { LoadTest } from '../../../shared/rpc/engine-contract.ts';
import { toWireError, type WireError } from '../../../shared/errors/app-error.ts';
import type { LoadStep } from './load-step.ts';
import { runLoadTest } from './run-load-test.ts';

/** Thread that loads an endpoint: where requests are made, nothing else may wait. */

export interface LoadTestStart {
  url: string;
  model: string;
  objectiveMs: number;
  seconds: number;
}

export type LoadTestReply =
  | { type: 'step'; step: LoadStep }
  | { type: 'finished'; result: NonNullable<LoadTest['result']> }
  | { type: 'failed'; error: WireError };

if (parentPort === null) throw new Error('load-test-worker runs as a worker thread');
const port = parentPort;
const start = workerData as LoadTestStart;
const stop = new AbortController();
port.on('message', () => stop.abort());

function reply(message: LoadTestReply): void {
  port.postMessage(message);
}

try {
  const { figures } = await runLoadTest({
    url: new URL(start.url),
    model: start.model,
    rows: 1,
    key: process.env['SLIPWAY_KEY'],
    body: undefined,
    objectiveMs: start.objectiveMs,
    seconds: start.seconds,
    maxConnections: 1_024,
    signal: stop.signal,
    onStep: (step) => reply({ type: 'step', step }),
  });
  reply({ type: 'finished', result: figures });
} catch (error) {
  reply({ type: 'failed', error: toWireError(error) });
}
port.close();
