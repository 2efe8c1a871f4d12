import { AppError, fromWireError } from '../../shared/errors/app-error.ts';
import type { RunFinished } from '../../shared/events/run-events.ts';
import type { Engine } from './engine.ts';

/** Waits for a run; the error of its first failed step is thrown as that step's. */
export async function lastEvent(engine: Engine, runId: string): Promise<RunFinished> {
  for await (const event of engine.runEvents(runId, 0)) {
    if (event.type === 'step.finished' && event.error !== undefined) throw fromWireError(event.error);
    if (event.type === 'run.finished') return event;
  }
  throw new AppError('run.not-found', `Run ${runId} ended without a result.`);
}
