import { Worker } from 'node:worker_threads';
import type { LogLevel } from '../server-settings.ts';
import type { EventSource, Payload, PayloadEvent } from './cloud-event.ts';
import type { PayloadWorkerData, PayloadWorkerMessage, PayloadWorkerReply } from './payload-log-worker.ts';

/** Where whole requests and answers are sent as CloudEvents. */
export interface PayloadLogOptions extends Pick<EventSource, 'service' | 'format' | 'redacted'> {
  url: string;
  mode: 'all' | 'request' | 'response';
  token: string;
}

export interface Exchange {
  /** Pairs a request with its answer. */
  id: string;
  model: { name: string; version: string };
  requestMs: number;
  request: Payload;
  response: Payload;
}

const flushPeriodMs = 200;
const maxEvents = 10_000;
const maxBytes = 64 * 2 ** 20;
const closingMs = 5_000;

/** Sends requests and answers to a sink, off the thread that answers; what does not fit its bounds is counted as lost. */
export class PayloadLog {
  /** Events by what became of them. */
  readonly counts = { sent: 0, lost: 0, withheld: 0 };
  readonly #options: PayloadLogOptions;
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  readonly #closed: Promise<void>;
  readonly #log: (level: LogLevel, text: string) => void;
  #pending: PayloadEvent[] = [];
  /** Of events that are not done. */
  #events = 0;
  #bytes = 0;
  #failing = false;
  #ended = false;

  constructor(options: PayloadLogOptions, log: (level: LogLevel, text: string) => void) {
    this.#options = options;
    this.#log = log;
    const { url, token, service, format, redacted } = options;
    const workerData: PayloadWorkerData = {
      url,
      token,
      service,
      format,
      redacted,
      source: `/endpoints/${encodeURIComponent(service)}`,
      namespace: process.env['POD_NAMESPACE'] ?? 'default',
    };
    this.#worker = new Worker(new URL('./payload-log-worker.ts', import.meta.url), { workerData });
    this.#worker.unref();
    this.#worker.on('message', (reply: PayloadWorkerReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#problem(error.message));
    this.#closed = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#ended = true;
        this.counts.lost += this.#events;
        this.#events = 0;
        this.#pending = [];
        resolve();
      });
    });
    this.#timer = setInterval(() => this.#flush(), flushPeriodMs);
    this.#timer.unref();
  }

  add({ id, model, requestMs, request, response }: Exchange): void {
    const { mode } = this.#options;
    const about = { id, model: model.name, version: model.version };
    if (mode !== 'response') this.#push({ ...about, kind: 'request', timeMs: requestMs, payload: request });
    if (mode !== 'request') this.#push({ ...about, kind: 'response', timeMs: Date.now(), payload: response });
  }

  /** Sends what waits, for a while. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    this.#send({ type: 'close' });
    const timer = setTimeout(() => void this.#worker.terminate(), closingMs);
    await this.#closed;
    clearTimeout(timer);
  }

  #push(event: PayloadEvent): void {
    const { length } = event.payload.body;
    if (this.#ended || this.#events >= maxEvents || this.#bytes + length > maxBytes) {
      this.counts.lost++;
      this.#problem('it is too slow');
      return;
    }
    this.#events++;
    this.#bytes += length;
    this.#pending.push(event);
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    this.#send({ type: 'events', events: this.#pending });
    this.#pending = [];
  }

  #send(message: PayloadWorkerMessage): void {
    this.#worker.postMessage(message);
  }

  #receive(reply: PayloadWorkerReply): void {
    if (reply.type === 'closed') return;
    this.#events--;
    this.#bytes -= reply.bytes;
    this.counts[reply.state]++;
    if (reply.state === 'lost') this.#problem(reply.reason ?? '');
    if (reply.state === 'sent') this.#failing = false;
  }

  /** Said once until it goes well again; the counts tell how much is lost. */
  #problem(reason: string): void {
    // What follows the path may hold a secret.
    const { origin, pathname } = new URL(this.#options.url);
    if (!this.#failing) this.#log('warn', `Payload log: events are lost, ${origin}${pathname}: ${reason}.`);
    this.#failing = true;
  }
}
