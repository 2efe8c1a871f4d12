import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCodeDigests } from '../../../main/engine/code-digest.ts';
import { createEngine, type Engine } from '../../../main/engine/engine.ts';
import { loadKinds } from '../../../main/engine/kinds.ts';
import { createStepKeys, withInputs } from '../../../main/engine/step-keys.ts';
import type { RunFinished } from '../../../shared/events/run-events.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';
import { createPlan } from '../../../shared/plan/create-plan.ts';
import { stepKey } from '../../../shared/plan/step-key.ts';
import { testGraph } from '../../fixtures/kinds/graph.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';

const kindsModule = new URL('../../fixtures/kinds/kinds.ts', import.meta.url).href;
const rounds = 5;
const stepCount = 500;

/** Costs of the engine itself, with steps that do next to nothing. */
export const engineCosts: Benchmark = {
  async measure(log) {
    const dataDir = await mkdtemp(join(tmpdir(), 'slipway-bench-engine-'));
    try {
      const figures = {
        cached500Ms: await cachedRun(join(dataDir, 'cached'), log),
        keyMsPerStep: await keyComputation(log),
        stepOverheadMs: await stepOverhead(join(dataDir, 'steps'), log),
      };
      return { figures, skipped: [] };
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

/** Twenty rows of 25 steps: numbers, and sums of a number and the sum before. */
function wideGraph(): GraphDocument {
  const nodes: Parameters<typeof testGraph>[0] = {};
  for (let row = 0; row < 20; row++) {
    for (let at = 0; at < stepCount / 20; at++) {
      const value = row * 100 + at;
      nodes[`n${row}-${at}`] =
        at === 0
          ? ['test.number', { value }]
          : ['test.sum', { digits: 1 + (at % 9) }, [`n${row}-${at - 1}.value`, `n${(row + 19) % 20}-0.value`]];
    }
  }
  return testGraph(nodes);
}

async function timedRun(engine: Engine, document: GraphDocument): Promise<{ ms: number; end: RunFinished }> {
  const started = performance.now();
  const { runId } = await engine.startRun({ document, baseDir: engine.dataDir });
  for await (const event of engine.runEvents(runId, 0)) {
    if (event.type !== 'run.finished') continue;
    if (event.status !== 'succeeded') throw new Error(`The run ${event.status}.`);
    return { ms: performance.now() - started, end: event };
  }
  throw new Error('The run has no end.');
}

/** Milliseconds of a run of 500 steps that are all cached, in an engine that has just been opened. */
async function cachedRun(dataDir: string, log: (text: string) => void): Promise<number> {
  const document = wideGraph();
  const first = await createEngine({ dataDir, kindsModule });
  const cold = await timedRun(first, document);
  await first.close();
  log(`executing ${stepCount} steps: ${cold.ms.toFixed(0)} ms`);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const engine = await createEngine({ dataDir, kindsModule });
    try {
      const { ms, end } = await timedRun(engine, document);
      if (end.steps.some(({ status }) => status !== 'cached')) throw new Error('A step was not cached.');
      times.push(ms);
    } finally {
      await engine.close();
    }
  }
  log(`cached: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  return median(times);
}

/** Milliseconds per key over a graph of the catalog's own kinds, the digests of their code read anew. */
async function keyComputation(log: (text: string) => void): Promise<number> {
  const kinds = await loadKinds(undefined);
  const nodes: GraphDocument['nodes'] = {};
  for (let at = 0; at < stepCount; at++) {
    nodes[`n${at}`] = { kind: 'data.sql', version: 1, params: { query: `SELECT *, ${at} AS at FROM input` } };
  }
  const edges = Array.from({ length: stepCount - 1 }, (_, at) => ({ from: `n${at}.table`, to: `n${at + 1}.input` }));
  nodes['n0'] = { kind: 'data.file', version: 1, params: { path: 'nothing.csv' } };
  const { plan } = createPlan({ ...testGraph({}), nodes, edges }, kinds.definitionOf);
  const signal = new AbortController().signal;
  const steps = plan.steps.filter(({ kind }) => kind !== 'data.file');
  if (steps.length !== stepCount - 1) throw new Error(`The plan has ${steps.length} steps.`);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const keys = createStepKeys(kinds, createCodeDigests(kinds.runFile), {
      streamsDir: '/',
      featureService: () => Promise.reject(new Error('There is no service.')),
    });
    let above = '0'.repeat(64);
    for (const step of steps) {
      above = stepKey(withInputs(await keys.ownParts(step, '/', signal), { input: [{ digest: above }] }));
    }
    times.push((performance.now() - started) / steps.length);
  }
  log(`keys: ${times.map((ms) => ms.toFixed(3)).join(', ')} ms per step`);
  return median(times);
}

/** Milliseconds per executed step that writes one number, one at a time on one worker that has run before. */
async function stepOverhead(dataDir: string, log: (text: string) => void): Promise<number> {
  const engine = await createEngine({ dataDir, kindsModule, maxWorkers: 1 });
  try {
    const stepsPerRound = 50;
    await timedRun(engine, testGraph({ warm: ['test.number', { value: -1 }] }));
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const numbers = Array.from({ length: stepsPerRound }, (_, at) => round * stepsPerRound + at);
      const nodes = Object.fromEntries(
        numbers.map((value) => [`n${value}`, ['test.number', { value }] as [string, object]]),
      );
      times.push((await timedRun(engine, testGraph(nodes))).ms / stepsPerRound);
    }
    log(`executed steps: ${times.map((ms) => ms.toFixed(1)).join(', ')} ms each`);
    return median(times);
  } finally {
    await engine.close();
  }
}
