import type { RunnerLoader } from '../shared/node/runner.ts';

/** Kind → lazy import of its runner, for batch kinds. Engine only. */
export const runners: Record<string, RunnerLoader> = {};
