import { AppError } from '../../shared/errors/app-error.ts';
import type { InferResult } from '../../shared/node/define-node.ts';
import type { DescribeContext } from '../../shared/node/runner.ts';
import type { WorkerPool } from './worker-pool.ts';

/** A step whose output shapes are asked for. */
export type StepDescription = Pick<DescribeContext, 'params' | 'inputs' | 'baseDir'> & { kind: string };

export interface Described {
  result: InferResult;
  /** Asking again soon would only fail the same way, at the same cost. */
  gaveUp: boolean;
}

const kindsApart: ReadonlySet<string> = new Set(['data.excel', 'data.sqlite']);
/** What DuckDB reads itself, in threads of its own that an abort ends. */
const readByDuckDb = /\.(?:csv|txt|tsv|tab|parquet|pq|ndjson|jsonl|json)(?:\.gz|\.zst)?$/i;

const describeMs = 20_000;

/**
 * Whether the files of a step may keep the process that looks at them for good, or take all its memory: a query of SQLite runs
 * on the thread that asks and cannot be stopped, two cells of a workbook span a table of any size, and an Arrow file of 400
 * bytes has any number of rows. A pattern may find an Arrow file under any name.
 */
export function isDescribedApart({ kind, params }: Pick<StepDescription, 'kind' | 'params'>): boolean {
  const { format, path } = params;
  if (path === '') return false;
  if (kind !== 'data.file') return kindsApart.has(kind);
  return format === 'arrow' || (format === 'auto' && !(typeof path === 'string' && readByDuckDb.test(path)));
}

/**
 * Describes a step in a worker, so that opening a graph can neither stop nor end the engine. A worker that takes too long or
 * dies is a problem of the step. Errors: the reason of `signal`, those of the kind.
 */
export async function describeApart(
  workers: Pick<WorkerPool, 'describe'>,
  description: StepDescription,
  signal: AbortSignal,
  limitMs = describeMs,
): Promise<Described> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const late = new AppError('data.unreadable', `Its columns were not found within ${limitMs / 1000} s.`, {
    fix: 'Read less, or run the step to see its columns.',
  });
  const timer = setTimeout(() => stop.abort(late), limitMs);
  try {
    return { result: await workers.describe(description, stop.signal), gaveUp: false };
  } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    const { code, message, fix } = error;
    if (error !== late && code !== 'step.out-of-memory' && code !== 'step.crashed') throw error;
    // A run has no such limit, so that being late is no reason not to run.
    const severity = error === late ? 'warning' : 'error';
    return {
      result: { outputs: {}, problems: [{ message, severity, ...(fix === undefined ? {} : { fix }) }] },
      gaveUp: true,
    };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
