import { AppError } from '../../shared/errors/app-error.ts';
import type { TablePage } from '../../shared/rpc/engine-contract.ts';
import type { FormulaPreview } from './preview-formula.ts';
import type { WorkerPool } from './worker-pool.ts';

const previewMs = 6000;

/**
 * Previews of formulas, one at a time: a person who types asks often, and steps of a run need the cores. One that is
 * cancelled while it waits is never computed. Errors: `run.cancelled`, `data.query` after 6 s, those of `previewFormula`.
 */
export function createFormulaPreviews(workers: Pick<WorkerPool, 'preview'>) {
  let last: Promise<unknown> = Promise.resolve();
  const compute = async (preview: FormulaPreview, cancel: AbortSignal | undefined): Promise<TablePage> => {
    const cancelled = () => new AppError('run.cancelled', 'Cancelled.');
    if (cancel?.aborted) throw cancelled();
    const stop = new AbortController();
    const onCancel = () => stop.abort(cancelled());
    cancel?.addEventListener('abort', onCancel, { once: true });
    const timer = setTimeout(() => {
      const fix = 'Run the step to see its features.';
      stop.abort(new AppError('data.query', `The preview took more than ${previewMs / 1000} s.`, { fix }));
    }, previewMs);
    try {
      return await workers.preview(preview, stop.signal);
    } finally {
      clearTimeout(timer);
      cancel?.removeEventListener('abort', onCancel);
    }
  };
  return (preview: FormulaPreview, cancel?: AbortSignal): Promise<TablePage> => {
    const result = last.then(() => compute(preview, cancel));
    last = result.catch(() => undefined);
    return result;
  };
}
