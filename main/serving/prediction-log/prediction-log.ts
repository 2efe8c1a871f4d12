import { Worker } from 'node:worker_threads';
import type { LogLevel } from '../server-settings.ts';
import type { LogWorkerMessage, LogWorkerReply } from './prediction-log-worker.ts';
import type { LogDelivery, LogDeliveryTargets } from './log-delivery.ts';
import type { PredictionLogFolder } from './prediction-log-writer.ts';
import { type FailedRequest, FailureRecorder } from './failure-recorder.ts';
import {
  type AnsweredRequest,
  type LogCounts,
  type PredictionLogMode,
  PredictionRecorder,
} from './prediction-recorder.ts';

export interface PredictionLogOptions {
  mode: PredictionLogMode;
  /** Columns that are never written. */
  redactColumns: readonly string[];
  retentionDays: number;
  /** Of the logs of all models and versions of the endpoint together; null or left out: no bound. */
  maxBytes?: number | null | undefined;
  /** Nowhere else when left out. */
  delivery?: LogDeliveryTargets | undefined;
}

const flushPeriodMs = 1_000;

/** Rows handed to the writer and not yet on the disk, above which new ones are counted as lost. */
const maxUnwrittenRows = 200_000;
/** The same of characters in texts. */
const maxUnwrittenText = 128 * 2 ** 20;

/** The request log of one model version: rows are flushed to the disk every second, by a thread of its own. */
export class PredictionLog {
  readonly #recorder: PredictionRecorder;
  readonly #failures: FailureRecorder;
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;
  readonly #log: (level: LogLevel, text: string) => void;
  readonly #closed: Promise<void>;
  #written = 0;
  #lost = 0;
  #unwritten = 0;
  #unwrittenText = 0;
  #lastProblem = '';

  constructor(
    folder: PredictionLogFolder & { delivery: LogDelivery },
    mode: PredictionLogMode,
    log: (level: LogLevel, text: string) => void,
  ) {
    this.#log = log;
    this.#failures = new FailureRecorder();
    this.#recorder = new PredictionRecorder(folder.columns, mode);
    this.#worker = new Worker(new URL('./prediction-log-worker.ts', import.meta.url), { workerData: folder });
    this.#worker.unref();
    this.#worker.on('message', (reply: LogWorkerReply) => this.#receive(reply));
    this.#worker.on('error', (error) => this.#problem(error.message));
    this.#closed = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#lost += this.#unwritten;
        this.#unwritten = 0;
        resolve();
      });
    });
    this.#timer = setInterval(() => this.#flush(), flushPeriodMs);
    this.#timer.unref();
  }

  get counts(): LogCounts & { written: number } {
    const { seen, unsampled, lost } = this.#recorder.counts;
    return { seen, unsampled, lost: lost + this.#lost, written: this.#written };
  }

  add(answered: AnsweredRequest): void {
    this.#recorder.add(answered);
  }

  addFailure(failed: FailedRequest): void {
    this.#failures.add(failed);
  }

  /** Writes what is left and finishes the file. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#flush();
    this.#send({ type: 'close' });
    await this.#closed;
  }

  #flush(): void {
    const failures = this.#failures.drain();
    if (failures !== '') this.#send({ type: 'failures', lines: failures });
    const batch = this.#recorder.drain();
    if (batch === undefined) return;
    const rows = batch.ids.length;
    if (this.#unwritten + rows > maxUnwrittenRows || this.#unwrittenText + batch.textLength > maxUnwrittenText) {
      this.#lost += rows;
      this.#problem('the disk is too slow');
      return;
    }
    this.#unwritten += rows;
    this.#unwrittenText += batch.textLength;
    this.#send({ type: 'write', batch });
  }

  #send(message: LogWorkerMessage): void {
    this.#worker.postMessage(message);
  }

  #receive(reply: LogWorkerReply): void {
    switch (reply.type) {
      case 'written':
        this.#unwritten -= reply.rows;
        this.#unwrittenText -= reply.textLength;
        this.#written += reply.rows;
        this.#lastProblem = '';
        return;
      case 'lost':
        this.#unwritten -= reply.rows;
        this.#unwrittenText -= reply.textLength;
        this.#lost += reply.rows;
        this.#problem(reply.reason);
        return;
      case 'problem':
        this.#problem(reply.reason);
        return;
      case 'recovered':
        this.#log('info', `The request log took over ${reply.files} files of a process that ended early.`);
        return;
      case 'notice':
        this.#log('warn', reply.text);
        return;
      case 'closed':
    }
  }

  /** Said once as long as it stays the same; the counts tell how much is lost. */
  #problem(reason: string): void {
    if (reason !== this.#lastProblem) this.#log('warn', `Request log: rows are being lost: ${reason}.`);
    this.#lastProblem = reason;
  }
}
