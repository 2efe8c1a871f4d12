import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createEngine, type Engine } from '../../../main/engine/engine.ts';
import type { RunEvent, RunFinished } from '../../../shared/events/run-events.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';
import { seededShares } from '../../fault/seeded-shares.ts';

/** Keys of figures.json. */
export interface KillFigures {
  kills: number;
  /** Steps that were reported as finished before a kill and are executed again after it. */
  lostSteps: number;
  /** Artifacts with a file that is not what its hash says, or with other content than an undisturbed run gives. */
  corruptArtifacts: number;
  /** Times the store could not be opened after a kill. */
  openFailures: number;
}

const script = fileURLToPath(new URL('./engine-to-kill.ts', import.meta.url));

/**
 * Kills the engine or one of its workers at a random moment of a run, opens the data directory again, lets the run go on
 * and compares; again and again in one data directory. Linux only: it finds workers in /proc.
 */
export async function killDuringRuns(options: {
  kills: number;
  seed: number;
  log: (text: string) => void;
}): Promise<KillFigures> {
  const { log } = options;
  const random = seededShares(options.seed);
  const figures: KillFigures = { kills: 0, lostSteps: 0, corruptArtifacts: 0, openFailures: 0 };
  const dir = await mkdtemp(join(tmpdir(), 'slipway-kills-'));
  try {
    const dataDir = join(dir, 'data');
    const graphPath = join(dir, 'graph.json');
    const wholeMs = await measureRun(join(dir, 'whole'), graphPath);
    log(`an undisturbed run takes ${Math.round(wholeMs)} ms`);
    for (let round = 1; figures.kills < options.kills; round++) {
      const graph = roundGraph(round);
      await writeFile(graphPath, JSON.stringify(graph));
      const killed = await runUntilKilled(dataDir, graphPath, {
        afterMs: random() * wholeMs,
        victim: random() < 0.3 ? 'worker' : 'engine',
      });
      if (!killed.hit) continue;
      figures.kills += 1;
      const done = killed.events.filter((event) => event.type === 'step.finished' && event.status === 'executed');
      let engine: Engine;
      try {
        engine = await createEngine({ dataDir });
      } catch (error) {
        log(`kill ${figures.kills}: the store does not open: ${String(error)}`);
        figures.openFailures += 1;
        continue;
      }
      try {
        const end = await finish(engine, graph, dataDir);
        const cached = new Set(end.steps.filter(({ status }) => status === 'cached').map(({ id }) => id));
        const lost = done.filter((event) => event.type === 'step.finished' && !cached.has(event.id));
        figures.lostSteps += lost.length;
        if (lost.length > 0) log(`kill ${figures.kills}: lost ${JSON.stringify(lost)}`);
        if (end.status !== 'succeeded') throw new Error(`After kill ${figures.kills}: ${JSON.stringify(end)}`);
        figures.corruptArtifacts += await countCorrupt(engine, Object.values(end.outputs), log);
      } finally {
        await engine.close();
      }
      if (figures.kills % 20 === 0) log(`${figures.kills} kills: ${JSON.stringify(figures)}`);
    }
    figures.corruptArtifacts += await compareWithUndisturbed(dataDir, join(dir, 'whole'), log);
    return figures;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Reads a file, filters, splits and aggregates; every round is work that no other round did. */
function roundGraph(round: number): GraphDocument {
  const node = (kind: string, params: Record<string, unknown>) => ({ kind, version: 1, params });
  return {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'kills',
    name: 'Kills',
    nodes: {
      penguins: node('data.file', {
        path: 'pkg:vega-datasets/data/penguins.json',
        maximumObjectSize: 16_777_216 + round,
      }),
      weather: node('data.file', { path: 'pkg:vega-datasets/data/seattle-weather.csv', nullValues: ['', `${round}!`] }),
      numbered: node('data.sql', { query: `SELECT *, ${round} AS round FROM input` }),
      rainy: node('data.sql', { query: `SELECT *, ${round} AS round FROM input WHERE precipitation > 0` }),
      split: node('data.split', { testShare: 0.25, seed: round }),
      both: node('data.sql', {
        inputs: ['p', 'w'],
        query: 'SELECT w.date, w.round, p.Species AS species FROM p JOIN w ON p.round = w.round LIMIT 20000',
        orderBy: ['date', 'species'],
      }),
    },
    edges: [
      { from: 'penguins.table', to: 'numbered.input' },
      { from: 'weather.table', to: 'rainy.input' },
      { from: 'numbered.table', to: 'split.input' },
      { from: 'split.train', to: 'both.p' },
      { from: 'rainy.table', to: 'both.w' },
    ],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
}

/** Milliseconds from the start to the end of an undisturbed run of an engine process. */
async function measureRun(dataDir: string, graphPath: string): Promise<number> {
  await writeFile(graphPath, JSON.stringify(roundGraph(0)));
  const { events } = await runUntilKilled(dataDir, graphPath, undefined);
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last?.type !== 'run.finished' || last.status !== 'succeeded') {
    throw new Error(`The undisturbed run failed: ${JSON.stringify(last)}`);
  }
  return last.time - first.time;
}

/** `hit`: the victim was killed while the run was going on. */
async function runUntilKilled(
  dataDir: string,
  graphPath: string,
  kill: { afterMs: number; victim: 'engine' | 'worker' } | undefined,
): Promise<{ events: RunEvent[]; hit: boolean }> {
  const child = spawn(process.execPath, [script, dataDir, graphPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const events: RunEvent[] = [];
  let hit = false;
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    events.push(JSON.parse(line) as RunEvent);
    if (kill !== undefined && timer === undefined) {
      timer = setTimeout(() => {
        if (events.at(-1)?.type === 'run.finished' || child.exitCode !== null) return;
        hit = true;
        killVictim(child, kill.victim);
      }, kill.afterMs);
    }
  }
  clearTimeout(timer);
  await closed;
  return { events, hit };
}

/** Kills a worker where there is one, else the engine. */
function killVictim(engine: ChildProcess, victim: 'engine' | 'worker'): void {
  const worker = victim === 'worker' ? childrenOf(engine.pid)[0] : undefined;
  if (worker === undefined) {
    engine.kill('SIGKILL');
    return;
  }
  try {
    process.kill(worker, 'SIGKILL');
  } catch {
    // It ended in this very moment.
    engine.kill('SIGKILL');
  }
}

function childrenOf(pid: number | undefined): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

async function finish(engine: Engine, document: GraphDocument, baseDir: string): Promise<RunFinished> {
  const { runId } = await engine.startRun({ document, baseDir });
  let last: RunEvent | undefined;
  for await (const event of engine.runEvents(runId, 0)) last = event;
  if (last?.type !== 'run.finished') throw new Error('the run has no end');
  return last;
}

async function countCorrupt(
  engine: Engine,
  artifacts: readonly { digest: string }[],
  log: (text: string) => void,
): Promise<number> {
  let corrupt = 0;
  for (const { digest } of artifacts) {
    const problems = await engine.store.verify(digest);
    if (problems.length === 0) continue;
    log(`${digest}: ${problems.join(', ')}`);
    corrupt += 1;
  }
  return corrupt;
}

/** Verifies every artifact of the store; then round 1, made under kills, must give what an undisturbed store gives. */
async function compareWithUndisturbed(dataDir: string, wholeDir: string, log: (text: string) => void): Promise<number> {
  const engine = await createEngine({ dataDir });
  const whole = await createEngine({ dataDir: wholeDir });
  try {
    const all: { digest: string }[] = [];
    for await (const manifest of engine.store.list()) all.push(manifest);
    log(`${all.length} artifacts in the store`);
    let corrupt = await countCorrupt(engine, all, log);
    const disturbed = await finish(engine, roundGraph(1), dataDir);
    const expected = await finish(whole, roundGraph(1), wholeDir);
    for (const [port, { digest }] of Object.entries(expected.outputs)) {
      if (disturbed.outputs[port]?.digest === digest) continue;
      log(`${port}: ${disturbed.outputs[port]?.digest} instead of ${digest}`);
      corrupt += 1;
    }
    return corrupt;
  } finally {
    await engine.close();
    await whole.close();
  }
}
