import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { RunFinished } from '../../../shared/events/run-events.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import type { PlanStep } from '../../../shared/plan/plan.ts';
import type { ExportContext } from '../../cluster/export-context.ts';
import { shareCount } from '../../../shared/plan/fan-out.ts';
import { itemShares, itemSteps } from '../../../shared/plan/item-steps.ts';
import { metricsOf } from '../../engine/registration.ts';
import { type ArtifactStore, createArtifactStore } from '../../store/artifact-store.ts';
import { createDirectoryDriver } from '../../store/directory-driver.ts';
import { largestScoreDifference } from './model-scores.ts';
import { numericSteps } from './numeric-steps.ts';

/** Tolerances for steps whose maths may differ between machines; everything else must be equal by digest. */
const scoreTolerance = 1e-4;
const metricTolerance = 1e-3;

const entry = join(dirname(fileURLToPath(import.meta.url)), '..', 'slipway.ts');

export interface ParityEntry {
  /** `node.port` */
  output: string;
  how: 'digest' | 'scores' | 'metrics';
  /** 0 where the digests are equal. */
  largestDifference: number;
  equal: boolean;
}

export interface ParityReport {
  passed: boolean;
  outputs: ParityEntry[];
}

interface LocalResult {
  store: ArtifactStore;
  /** By `node.port`. */
  outputs: RunFinished['outputs'];
}

/**
 * Runs every step of the exported plan as its container would (same command, a clean folder, only the plan and the shared
 * store) and compares its outputs with those of the local run.
 */
export async function checkParity(
  context: ExportContext,
  local: LocalResult,
  options: { signal: AbortSignal; log: (text: string) => void },
): Promise<ParityReport> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-parity-'));
  try {
    const planFile = join(folder, 'plan.json');
    const storeDir = join(folder, 'store');
    await writeFile(planFile, JSON.stringify(context.plan));
    const store = createArtifactStore(createDirectoryDriver(storeDir));
    const numeric = numericSteps(context.plan, context.definitionOf);
    const outputs: ParityEntry[] = [];
    const maps = itemSteps(context.plan.steps);
    for (const step of context.plan.steps) {
      options.signal.throwIfAborted();
      options.log(`  ${step.id} …`);
      const shares = shareCount(step, context.definitionOf, context.mostPods);
      const workDir = join(folder, 'steps', step.id);
      const place = { planFile, storeDir, signal: options.signal };
      for (const map of maps.filter(({ startBefore }) => startBefore === step.id)) {
        const pods = itemShares(map, context.mostPods);
        for (let pod = 0; pod < pods; pod++) {
          const part = ['--items', map.id, '--share', `${pod}/${pods}`];
          await runAsContainer(step, { ...place, workDir: join(workDir, `item-${pod}`), part });
        }
      }
      for (let share = 0; share < shares; share++) {
        const part = ['--step', step.id, '--share', `${share}/${shares}`];
        await runAsContainer(step, { ...place, workDir: join(workDir, `share-${share}`), part });
      }
      const made = await runAsContainer(step, { ...place, workDir: join(workDir, 'step'), part: ['--step', step.id] });
      for (const [name, output] of Object.entries(made.outputs)) {
        const expected = local.outputs[name];
        if (expected === undefined) throw new AppError('internal.bug', `The local run gave no ${name}.`);
        const pair = { expected: await open(local.store, expected.digest), made: await open(store, output.digest) };
        outputs.push(await compare(name, pair, numeric.has(step.id)));
      }
    }
    return { passed: outputs.every((output) => output.equal), outputs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function open(store: ArtifactStore, digest: string): Promise<InputArtifact> {
  const artifact = await store.open(digest);
  if (artifact !== undefined) return artifact;
  throw new AppError('artifact.not-found', `The artifact ${digest} is not in ${store.uri}.`);
}

async function compare(
  output: string,
  pair: { expected: InputArtifact; made: InputArtifact },
  numeric: boolean,
): Promise<ParityEntry> {
  const same = pair.expected.digest === pair.made.digest;
  if (same || !numeric) return { output, how: 'digest', largestDifference: 0, equal: same };
  if (pair.expected.type === 'model') {
    const largestDifference = await largestScoreDifference(pair.expected, pair.made);
    return { output, how: 'scores', largestDifference, equal: largestDifference <= scoreTolerance };
  }
  const a = metricsOf(pair.expected.manifest);
  const b = metricsOf(pair.made.manifest);
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const differences = [...names].map((name) => Math.abs((a[name] ?? Number.NaN) - (b[name] ?? Number.NaN)));
  const largestDifference = differences.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(0, ...differences);
  return { output, how: 'metrics', largestDifference, equal: names.size > 0 && largestDifference <= metricTolerance };
}

/** The environment holds what the manifest sets and nothing of this machine's. */
async function runAsContainer(
  step: PlanStep,
  {
    planFile,
    storeDir,
    workDir,
    signal,
    part,
  }: { planFile: string; storeDir: string; workDir: string; signal: AbortSignal; part: string[] },
): Promise<RunFinished> {
  await mkdir(workDir, { recursive: true });
  const store = pathToFileURL(storeDir).href;
  const args = ['run', '--json', '--plan', planFile, ...part, '--store', store];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, ...args], {
      cwd: workDir,
      env: { SLIPWAY_DATA_DIR: join(workDir, 'data'), HOME: workDir },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const last = stdout.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0) resolve(JSON.parse(last) as RunFinished);
      else {
        reject(
          new AppError('step.failed', `The exported step "${step.id}" failed: ${stderr.trim()}`, { nodeId: step.id }),
        );
      }
    });
  });
}

/** The report as it stands in the bundle. */
export function parityText(report: ParityReport): string {
  const lines = report.outputs.map(
    (entry) =>
      `| \`${entry.output}\` | ${entry.how} | ${entry.largestDifference} | ${entry.equal ? 'equal' : 'DIFFERENT'} |`,
  );
  return [
    '# Parity with the local run',
    '',
    'Every step was run as its container would run it: same command, a clean folder, only the plan and the shared store;',
    'a step or the items of a map that are spread over several pods in as many shares.',
    `Outputs are compared by digest; those that depend on numeric training within ${scoreTolerance} for scores and`,
    `${metricTolerance} for metrics.`,
    '',
    `**${report.passed ? 'All outputs are equal.' : 'Some outputs differ.'}**`,
    '',
    '| output | compared by | largest difference | result |',
    '| --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}
