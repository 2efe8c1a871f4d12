import { type ChildProcess, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { largestScoreDifference } from '../../../main/cli/parity/model-scores.ts';
import { createArtifactStore } from '../../../main/store/artifact-store.ts';
import { createDirectoryDriver } from '../../../main/store/directory-driver.ts';
import { definitionOf } from '../../../nodes/catalog.ts';
import { type RunFinished, runEventSchema } from '../../../shared/events/run-events.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';
import { startOnArm64, whyNoArm64 } from '../../support/arm64-machine.ts';
import { examplesTogether } from '../../support/example-graphs.ts';
import { removeFolder } from '../../support/remove-folder.ts';
import { repositoryRoot, runSlipway, startSlipway } from '../../support/run-slipway.ts';
import type { Benchmark } from '../benchmark.ts';

const program = ['/opt/slipway/bin/node', '/opt/slipway/app/main/cli/slipway.ts'];
const template = 'resources/templates/penguins.slipway.json';

/**
 * The engine's ARM64 root, made here and run by an emulator: the examples of all kinds, compared with those of this
 * machine, and an endpoint on a data directory that was made here. Some ten minutes.
 */
export const arm64: Benchmark = {
  async measure(log) {
    const reason = whyNoArm64();
    if (reason !== undefined) return { figures: {}, skipped: [`arm64: ${reason}`] };
    const folder = mkdtempSync(join(tmpdir(), 'slipway-arm64-'));
    try {
      const root = join(folder, 'root');
      log('Making the root.');
      execFileSync(join(repositoryRoot, 'resources/container/build-root.sh'), ['--arch', 'arm64', '--debian', root], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const shared = join(folder, 'shared');
      for (const name of [join(root, 'proc'), join(root, 'dev'), shared]) mkdirSync(name, { recursive: true });
      const machine = { root, shared };
      return {
        figures: { ...(await compareExamples(machine, log)), ...(await compareEndpoints(machine, log)) },
        skipped: [],
      };
    } finally {
      await removeFolder(folder);
    }
  },
};

interface Machine {
  root: string;
  /** Its `/tmp`. */
  shared: string;
}

async function compareExamples(
  { root, shared }: Machine,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const graph = examplesTogether();
  const path = join(shared, 'examples.slipway.json');
  writeFileSync(path, JSON.stringify(graph));
  log('Running the examples here.');
  const here = finished((await runSlipway(['run', path], join(shared, 'here'))).last);
  log('Running them on ARM64.');
  const args = ['run', '/tmp/examples.slipway.json', '--data-dir', '/tmp/there', '--json'];
  let last = '';
  const child = startOnArm64(root, shared, [...program, ...args]);
  const said = wordsOf(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) last = line;
  if (last === '') throw new Error(`the run on ARM64 gave nothing: ${said()}`);
  const there = finished(JSON.parse(last) as Record<string, unknown>);

  const numeric = numericNodes(graph);
  const figures = {
    outputs: 0,
    equalOutputs: 0,
    unequalOutputs: 0,
    scoreDifference: 0,
    metricDifference: 0,
    failedSteps: 0,
  };
  figures.failedSteps = there.steps.filter(({ status }) => status === 'failed' || status === 'skipped').length;
  const stores = [here, there].map((_, i) =>
    createArtifactStore(createDirectoryDriver(join(shared, i ? 'there' : 'here'))),
  );
  for (const [output, { digest, type }] of Object.entries(here.outputs)) {
    const other = there.outputs[output]?.digest;
    const node = output.slice(0, output.lastIndexOf('.'));
    figures.outputs++;
    const kind = graph.nodes[node]?.kind ?? '';
    if (other === digest) figures.equalOutputs++;
    // Reports of what was written name the place.
    else if (other !== undefined && definitionOf(kind)?.determinism === 'external') continue;
    else if (!numeric.has(node)) {
      figures.unequalOutputs++;
      log(`${output} (${kind}) differs.`);
    } else if (type === 'model' && other !== undefined) {
      const [a, b] = [await stores[0]?.open(digest), await stores[1]?.open(other)];
      if (a === undefined || b === undefined) throw new Error(`${output} is not stored`);
      const difference = await largestScoreDifference(a, b);
      if (difference > 1e-4) log(`${output}: scores differ by ${difference}.`);
      figures.scoreDifference = Math.max(figures.scoreDifference, difference);
    }
  }
  for (const [node, metrics] of Object.entries(here.metrics)) {
    for (const [name, value] of Object.entries(metrics)) {
      const difference = Math.abs(value - (there.metrics[node]?.[name] ?? Number.NaN));
      if (!(difference <= 1e-3)) log(`${node}: ${name} differs by ${difference}.`);
      figures.metricDifference = Math.max(figures.metricDifference, difference);
    }
  }
  return figures;
}

function finished(event: Record<string, unknown>): RunFinished {
  const parsed = runEventSchema.parse(event);
  if (parsed.type !== 'run.finished') throw new Error(`the run ended with ${JSON.stringify(event).slice(0, 400)}`);
  return parsed;
}

/** Nodes that compute numerically, and all that depend on them. */
function numericNodes({ nodes, edges }: GraphDocument): Set<string> {
  const found = new Set(
    Object.keys(nodes).filter((id) => definitionOf(nodes[id]?.kind ?? '')?.determinism === 'numeric'),
  );
  const after = edges.map(({ from, to }) => [from, to].map((end) => end.slice(0, end.lastIndexOf('.'))));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [from = '', to = ''] of after) if (found.has(from)) found.add(to);
  }
  return found;
}

/** One model behind an endpoint here and, with a copy of the data directory, on ARM64. */
async function compareEndpoints(
  { root, shared }: Machine,
  log: (text: string) => void,
): Promise<Record<string, number>> {
  const dataDir = join(shared, 'served');
  await runSlipway(['run', template], dataDir);
  cpSync(dataDir, join(shared, 'moved'), { recursive: true });
  const here = await startSlipway(['up', template, '--http', '0'], dataDir);
  log('Starting the endpoint on ARM64.');
  const startedMs = Date.now();
  const graph = `/opt/slipway/app/${template}`;
  const args = ['up', graph, '--http', '0', '--json', '--data-dir', '/tmp/moved'];
  const child = startOnArm64(root, shared, [...program, ...args]);
  try {
    const url = await addressOf(child);
    const endpointReadySeconds = Math.round((Date.now() - startedMs) / 100) / 10;
    const answers = await Promise.all([here.url, url].map(predict));
    for (const path of ['/v2/health/ready', '/metrics']) {
      const response = await fetch(`${url}${path}`);
      if (!response.ok) throw new Error(`${path} answers ${response.status}`);
    }
    return { endpointReadySeconds, servedDifference: largestDifference(answers[0], answers[1]) };
  } finally {
    child.kill('SIGTERM');
    await here.stop();
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  const said = wordsOf(child);
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const event = JSON.parse(line) as { type?: string; http?: string };
      if (event.type === 'endpoint.ready' && event.http !== undefined) resolve(event.http);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said()}`)));
  });
}

/** Gives the end of what a process said on stderr so far. */
function wordsOf(child: ChildProcess): () => string {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-800);
  });
  return () => said;
}

async function predict(url: string): Promise<unknown> {
  const rows = [
    {
      beak_length_mm: 39.1,
      beak_depth_mm: 18.7,
      flipper_length_mm: 181,
      body_mass_g: 3750,
      island: 'Torgersen',
      sex: 'MALE',
    },
    {
      beak_length_mm: 46.5,
      beak_depth_mm: 17.9,
      flipper_length_mm: 192,
      body_mass_g: 3500,
      island: 'Dream',
      sex: 'FEMALE',
    },
    {
      beak_length_mm: 50,
      beak_depth_mm: 16.3,
      flipper_length_mm: 230,
      body_mass_g: 5700,
      island: 'Biscoe',
      sex: 'MALE',
    },
    { island: 'Dream' },
  ];
  const response = await fetch(`${url}/v1/models/penguins/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rows }),
  });
  if (!response.ok) throw new Error(`the endpoint answers ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { predictions: unknown }).predictions;
}

/** Of the numbers at equal places of two values; infinite where anything else differs. */
function largestDifference(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? 0 : Number.POSITIVE_INFINITY;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  const at = (value: object, key: string): unknown => (value as Record<string, unknown>)[key];
  return Math.max(0, ...[...keys].map((key) => largestDifference(at(a, key), at(b, key))));
}
