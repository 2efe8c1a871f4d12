import type { StepContext } from '../../shared/node/runner.ts';
import type { FitHooks } from './fitted-model.ts';

const partialPeriodMs = 250;

/** Hooks that show progress and curve of a step, at most four times a second. */
export function trainingHooks(ctx: StepContext<unknown>): FitHooks {
  let shownMs = 0;
  let isDue = false;
  return {
    threads: ctx.threads,
    memoryBytes: ctx.memoryBytes,
    signal: ctx.signal,
    onProgress(done, total, unit) {
      const now = performance.now();
      isDue = now - shownMs >= partialPeriodMs || done >= total;
      if (!isDue) return;
      shownMs = now;
      ctx.progress({ done, total, unit });
    },
    onCurve(curve) {
      if (isDue) ctx.partial({ curve });
    },
  };
}
