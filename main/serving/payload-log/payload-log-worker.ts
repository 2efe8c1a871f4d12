import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiledCode } from '../../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../../product/memory-at-rest.ts';
import { encodeEvent, type EventSource, type PayloadEvent } from './cloud-event.ts';

/** Thread that sends the payload log: nothing of it runs where requests are answered. */

export interface PayloadWorkerData extends EventSource {
  url: string;
  /** Sent as `Authorization: Bearer`; empty for none. */
  token: string;
}

export type PayloadWorkerMessage = { type: 'events'; events: PayloadEvent[] } | { type: 'close' };

export type PayloadWorkerReply =
  | { type: 'done'; state: 'sent' | 'lost' | 'withheld'; reason?: string; bytes: number }
  | { type: 'closed' };

const concurrency = 4;
const attempts = 4;
const retryMs = 500;
const timeoutMs = 10_000;

if (parentPort === null) throw new Error('payload-log-worker runs as a worker thread');
const port = parentPort;
const { url, token, ...about } = workerData as PayloadWorkerData;
const waiting: PayloadEvent[] = [];
let sending = 0;
let closing = false;

keepCompiledCode();
giveBackMemoryAtRest();

function reply(message: PayloadWorkerReply): void {
  port.postMessage(message);
}

port.on('message', (message: PayloadWorkerMessage) => {
  if (message.type === 'close') closing = true;
  else waiting.push(...message.events);
  next();
});

function next(): void {
  while (sending < concurrency) {
    const event = waiting.shift();
    if (event === undefined) break;
    sending++;
    void handle(event).finally(() => {
      sending--;
      next();
    });
  }
  if (!closing || sending > 0 || waiting.length > 0) return;
  reply({ type: 'closed' });
  port.close();
}

async function handle(event: PayloadEvent): Promise<void> {
  const bytes = event.payload.body.length;
  const encoded = encodeEvent(event, about);
  if (encoded === undefined) {
    reply({ type: 'done', state: 'withheld', bytes });
    return;
  }
  const headers = { ...encoded.headers, ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
  let reason = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    // At the end of the endpoint nobody waits for a sink that is away.
    if (attempt > 0) {
      if (closing) break;
      await new Promise((resolve) => setTimeout(resolve, retryMs * 2 ** (attempt - 1)));
    }
    try {
      const body = encoded.body as string | Uint8Array<ArrayBuffer>;
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
      await answer.body?.cancel();
      if (answer.ok) {
        reply({ type: 'done', state: 'sent', bytes });
        return;
      }
      reason = `it answered ${answer.status}`;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      reason = reasonOf(error);
    }
  }
  reply({ type: 'done', state: 'lost', reason, bytes });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
