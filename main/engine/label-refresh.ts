import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { PlanService } from '../../shared/plan/plan.ts';
import type { EndpointObserver } from '../monitoring/endpoint-observer.ts';
import { joinLabels } from '../monitoring/label-table.ts';
import type { Engine } from './engine.ts';
import { lastEvent } from './graph-endpoints.ts';

interface LabelRefreshOptions {
  engine: Engine;
  document: unknown;
  baseDir: string;
  /** The step and port that give the table of labels. */
  source: PlanService['inputs'][string][number];
  keys: readonly string[];
  column: string;
  everyMs: number;
  observer: EndpointObserver;
  log(text: string): void;
}

/**
 * Makes the table of labels again and again, on its sources as they are then, and joins it with the requests. A table
 * that cannot be made, because it is not there yet or its server is away, is told once and tried again.
 */
export function startLabelRefresh(options: LabelRefreshOptions): { close(): void } {
  const { engine, document, baseDir, source, observer, log } = options;
  const closed = new AbortController();
  let lastProblem = '';

  async function tableDigest(): Promise<string> {
    const { steps } = await engine.planStates(document, { baseDir, to: source.step });
    const state = steps.find(({ id }) => id === source.step);
    const known = state?.hit === true ? state.outputs[source.port]?.digest : undefined;
    if (known !== undefined) return known;
    const { runId } = await engine.startRun({ document, baseDir, to: source.step, source: 'labels' });
    const finished = await lastEvent(engine, runId);
    const digest = finished.outputs[`${source.step}.${source.port}`]?.digest;
    if (digest !== undefined && finished.status === 'succeeded') return digest;
    throw new AppError(
      'data.query',
      `The labels of "${source.step}" could not be read: run ${runId} ${finished.status}.`,
      {
        fix: 'Open the run to see which step failed and why.',
      },
    );
  }

  async function refresh(): Promise<void> {
    await observer.refresh();
    const manifest = observer.source()?.manifest;
    if (observer.log === undefined || manifest == null) return;
    const artifact = await engine.store.open(await tableDigest());
    if (artifact === undefined) return;
    const table = { path: artifact.path('data.parquet'), keys: options.keys, column: options.column };
    const count = await joinLabels(observer.log, manifest, table, closed.signal);
    if (count > 0) log(`${count} requests have got their label from "${source.step}".`);
    lastProblem = '';
  }

  let timer = setTimeout(next, 0);
  function next(): void {
    refresh()
      .catch((error: unknown) => {
        const { message } = toAppError(error);
        if (!closed.signal.aborted && message !== lastProblem) log(`Labels: ${message}`);
        lastProblem = message;
      })
      .finally(() => {
        if (!closed.signal.aborted) timer = setTimeout(next, options.everyMs);
      });
  }
  return {
    close() {
      clearTimeout(timer);
      closed.abort();
    },
  };
}
