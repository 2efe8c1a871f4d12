// `npm run bench -- NAME [PART]… [--json]`: measures, and ends with one line {name, figures, skipped}. Goals are not judged here.
import { parseArgs } from 'node:util';
import { refuseTelemetry } from '../../main/product/refuse-telemetry.ts';
import type { Benchmark } from './benchmark.ts';

const benchmarks: Record<string, () => Promise<Benchmark>> = {
  startup: async () => (await import('./benchmarks/startup.ts')).startup,
  serve: async () => (await import('./benchmarks/serve.ts')).serve,
  features: async () => (await import('./benchmarks/features.ts')).features,
  'first-run': async () => (await import('./benchmarks/first-run.ts')).firstRun,
  engine: async () => (await import('./benchmarks/engine.ts')).engineCosts,
  data: async () => (await import('./benchmarks/data.ts')).dataSpeed,
  trees: async () => (await import('./benchmarks/trees.ts')).trees,
  mlp: async () => (await import('./benchmarks/mlp.ts')).mlp,
  linear: async () => (await import('./benchmarks/linear.ts')).linear,
  tracking: async () => (await import('./benchmarks/tracking.ts')).tracking,
  canvas: async () => (await import('./benchmarks/canvas.ts')).canvasCosts,
  drift: async () => (await import('./benchmarks/drift.ts')).drift,
  search: async () => (await import('./benchmarks/search.ts')).search,
  export: async () => (await import('./benchmarks/export.ts')).exportCosts,
};

refuseTelemetry();
const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const name = positionals[0];
const load = name !== undefined && Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (name === undefined || load === undefined) {
  process.stderr.write(`Name a benchmark: ${Object.keys(benchmarks).join(', ')}\n`);
  process.exit(2);
}
const log = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const benchmark = await load();
const parts = positionals.slice(1);
const unknown = parts.find((part) => benchmark.parts?.includes(part) !== true);
if (unknown !== undefined) {
  const known = benchmark.parts === undefined ? 'none' : benchmark.parts.join(', ');
  process.stderr.write(`${name} has no part “${unknown}”; it has: ${known}\n`);
  process.exit(2);
}
const { figures, skipped } = await benchmark.measure(log, parts.length === 0 ? undefined : parts);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ name, figures, skipped })}\n`);
} else {
  for (const [key, value] of Object.entries(figures)) process.stdout.write(`${key}\t${value}\n`);
  for (const key of skipped) process.stdout.write(`${key}\tskipped\n`);
}
