import { join } from 'node:path';
import type { StepContext } from '../../../shared/node/runner.ts';
import type { DuckDbOptions } from './connection.ts';

/** Part of a step's memory that DuckDB may take before it spills; the rest is for the process around it. */
const duckDbShare = 0.8;

/** DuckDB settings of a step: its threads, memory, signal and progress; spilled data go under its work folder. */
export function stepDuckDbOptions(
  ctx: Pick<StepContext, 'threads' | 'memoryBytes' | 'workDir' | 'signal' | 'progress'>,
): DuckDbOptions {
  return {
    threads: ctx.threads,
    memoryBytes: Math.floor(ctx.memoryBytes * duckDbShare),
    tempDir: join(ctx.workDir, 'spill'),
    signal: ctx.signal,
    onProgress: (fraction) => ctx.progress({ done: Math.round(fraction * 100), total: 100, unit: '%' }),
  };
}
