// `npm run accept -- NAME [--json]`: long checks; ends with one line {name, figures, skipped}. Goals are not judged here.
import { parseArgs } from 'node:util';
import { refuseTelemetry } from '../../main/product/refuse-telemetry.ts';
import type { Benchmark } from './benchmark.ts';

const checks: Record<string, () => Promise<Benchmark>> = {
  'kill-200': async () => (await import('./acceptance/kill-200.ts')).kill200,
  'power-loss': async () => (await import('./acceptance/power-loss.ts')).powerLoss,
  'fuzz-100k': async () => (await import('./acceptance/fuzz-100k.ts')).fuzz100k,
  overload: async () => (await import('./acceptance/overload.ts')).overload,
  'swap-10min': async () => (await import('./acceptance/swap-10min.ts')).swap10min,
  'closed-loop': async () => (await import('./acceptance/closed-loop.ts')).closedLoop,
  'guided-tour': async () => (await import('./acceptance/guided-tour.ts')).guidedTour,
  'app-memory': async () => (await import('./acceptance/app-memory.ts')).appMemory,
  soak: async () => (await import('./acceptance/soak.ts')).soak,
  'cbpe-weeks': async () => (await import('./acceptance/cbpe-weeks.ts')).cbpeWeeks,
  'drift-calibration': async () => (await import('./acceptance/drift-calibration.ts')).driftCalibration,
  arm64: async () => (await import('./acceptance/arm64.ts')).arm64,
};

refuseTelemetry();
const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const name = positionals[0];
const load = name !== undefined && Object.hasOwn(checks, name) ? checks[name] : undefined;
if (name === undefined || load === undefined) {
  process.stderr.write(`Name a check: ${Object.keys(checks).join(', ')}\n`);
  process.exit(2);
}
const log = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const { figures, skipped } = await (await load()).measure(log);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ name, figures, skipped })}\n`);
} else {
  for (const [key, value] of Object.entries(figures)) process.stdout.write(`${key}\t${value}\n`);
  for (const key of skipped) process.stdout.write(`${key}\tskipped\n`);
}
