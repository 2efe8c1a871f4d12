import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiledCode } from '../../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../../product/memory-at-rest.ts';
import { type LogDelivery, openLogDelivery } from './log-delivery.ts';
import { type PredictionLogFolder, PredictionLogWriter } from './prediction-log-writer.ts';
import type { LogBatch } from './prediction-recorder.ts';

/** Thread that writes the request log of one model: nothing of it runs where requests are answered. */

export type LogWorkerMessage =
  | { type: 'write'; batch: LogBatch }
  | { type: 'failures'; lines: string }
  | { type: 'close' };

export type LogWorkerReply =
  | { type: 'written'; rows: number; textLength: number }
  | { type: 'lost'; rows: number; textLength: number; reason: string }
  | { type: 'problem'; reason: string }
  /** Of what is sent elsewhere; the log itself loses nothing. */
  | { type: 'notice'; text: string }
  | { type: 'recovered'; files: number }
  | { type: 'closed' };

if (parentPort === null) throw new Error('prediction-log-worker runs as a worker thread');
const port = parentPort;
const folder = workerData as PredictionLogFolder & { delivery: LogDelivery };
const writer = new PredictionLogWriter({ ...folder, isSentOn: folder.delivery.send !== null });

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
giveBackMemoryAtRest();

/** Messages are handled one after the other. */
let turn = attempt(async () => {
  const files = await writer.open();
  if (files > 0) reply({ type: 'recovered', files });
});
const delivery = openLogDelivery(folder.root, folder.delivery, {
  notice: (text) => reply({ type: 'notice', text }),
  finishFiles: () => {
    turn = turn.then(() => attempt(() => writer.roll()));
    return turn;
  },
});

port.on('message', (message: LogWorkerMessage) => {
  turn = turn.then(() => handle(message));
});

async function handle(message: LogWorkerMessage): Promise<void> {
  if (message.type === 'close') {
    await attempt(() => writer.roll(true));
    await delivery.close();
    reply({ type: 'closed' });
    port.close();
    return;
  }
  if (message.type === 'failures') {
    await attempt(() => writer.writeFailures(message.lines));
    return;
  }
  const { ids, textLength } = message.batch;
  const rows = ids.length;
  try {
    delivery.publish(writer.write(message.batch));
    reply({ type: 'written', rows, textLength });
  } catch (error) {
    reply({ type: 'lost', rows, textLength, reason: reasonOf(error) });
  }
  await attempt(() => writer.roll());
}
