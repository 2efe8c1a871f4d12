import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiledCode } from '../../product/code-cache.ts';
import { type PredictionLogFolder, PredictionLogWriter } from './prediction-log-writer.ts';
import type { LogBatch } from './prediction-recorder.ts';

/** Thread that writes the request log of one model: nothing of it runs where requests are answered. */

export type LogWorkerMessage = { type: 'write'; batch: LogBatch } | { type: 'close' };

export type LogWorkerReply =
  | { type: 'written'; rows: number }
  | { type: 'lost'; rows: number; reason: string }
  | { type: 'problem'; reason: string }
  | { type: 'recovered'; files: number }
  | { type: 'closed' };

if (parentPort === null) throw new Error('prediction-log-worker runs as a worker thread');
const port = parentPort;
const writer = new PredictionLogWriter(workerData as PredictionLogFolder);

function reply(message: LogWorkerReply): void {
  port.postMessage(message);
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    reply({ type: 'problem', reason: reasonOf(error) });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

keepCompiledCode();

/** Messages are handled one after the other. */
let turn = attempt(async () => {
  const files = await writer.open();
  if (files > 0) reply({ type: 'recovered', files });
});

port.on('message', (message: LogWorkerMessage) => {
  turn = turn.then(() => handle(message));
});

async function handle(message: LogWorkerMessage): Promise<void> {
  if (message.type === 'close') {
    await attempt(() => writer.roll(true));
    reply({ type: 'closed' });
    port.close();
    return;
  }
  const rows = message.batch.ids.length;
  try {
    writer.write(message.batch);
    reply({ type: 'written', rows });
  } catch (error) {
    reply({ type: 'lost', rows, reason: reasonOf(error) });
  }
  await attempt(() => writer.roll());
}
