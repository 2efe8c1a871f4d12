import { Worker } from 'node:worker_threads';
import { AppError, fromWireError } from '../../shared/errors/app-error.ts';
import type { ComparisonJob, ComparisonReply } from './compare-worker.ts';
import type { TableDriftDetails } from '../compute/drift/table-drift.ts';

/** `compareTables` in a thread of its own. Errors: its own; `run.cancelled` when aborted. */
export function compareInWorker(job: ComparisonJob, signal: AbortSignal | undefined): Promise<TableDriftDetails> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./compare-worker.ts', import.meta.url), { workerData: job });
    const onAbort = () => {
      void worker.terminate();
      reject(new AppError('run.cancelled', 'Cancelled.'));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.once('message', (reply: ComparisonReply) => {
      if ('details' in reply) resolve(reply.details);
      else reject(fromWireError(reply.error));
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      signal?.removeEventListener('abort', onAbort);
      // After an answer this changes nothing.
      reject(new AppError('internal.bug', 'The comparison ended without an answer.'));
    });
  });
}
