import { spawn } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../main/engine/engine.ts';
import { removeStaleTempFolders } from '../../main/store/directory-driver.ts';
import { isAlive } from '../../main/compute/paths/process-identity.ts';
import type { RunEvent, RunFinished } from '../../shared/events/run-events.ts';
import { testGraph } from '../fixtures/kinds/graph.ts';
import { removeFolder } from '../support/remove-folder.ts';

const kindsModule = new URL('../fixtures/kinds/kinds.ts', import.meta.url).href;
const graph = testGraph({
  a: ['test.number', { value: 1, sleepMs: 40 }],
  b: ['test.number', { value: 2, sleepMs: 60 }],
  c: ['test.sum', { sleepMs: 40 }, ['a.value', 'b.value']],
  d: ['test.sum', { sleepMs: 60, digits: 3 }, ['a.value']],
  e: ['test.sum', { sleepMs: 40 }, ['c.value', 'd.value']],
  f: ['test.model', {}, ['e.value']],
});
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-kill-'));
  await writeFile(join(dir, 'graph.json'), JSON.stringify(graph));
});
afterAll(() => removeFolder(dir));

/** Runs the graph in an engine process and kills it with SIGKILL as soon as the given number of events was printed. */
async function runUntilKilled(dataDir: string, killAfterEvents: number): Promise<RunEvent[]> {
  const script = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, dataDir, join(dir, 'graph.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise((resolve) => {
    child.on('close', resolve);
  });
  const events: RunEvent[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    events.push(JSON.parse(line) as RunEvent);
    if (events.length === killAfterEvents) child.kill('SIGKILL');
  }
  await closed;
  return events;
}

async function finish(dataDir: string): Promise<{ last: RunFinished; before: string | undefined; problems: string[] }> {
  const engine = await createEngine({ dataDir, kindsModule });
  try {
    const before = engine.listRuns({ limit: 1 })[0]?.status;
    const { runId } = await engine.startRun({ document: graph, baseDir: dir });
    let last: RunEvent | undefined;
    for await (const event of engine.runEvents(runId, 0)) last = event;
    const problems: string[] = [];
    for await (const { digest } of engine.store.list()) problems.push(...(await engine.store.verify(digest)));
    if (last?.type !== 'run.finished') throw new Error('the run has no end');
    return { last, before, problems };
  } finally {
    await engine.close();
  }
}

/** Waits until the workers of the killed engine have noticed and ended; temporary files are named after their process. */
async function orphansEnd(dataDir: string): Promise<void> {
  for (;;) {
    const names = await readdir(join(dataDir, 'tmp'));
    const owners = names
      .map((name) => name.split('.'))
      .map(([pid, start]) => ({ pid: Number(pid), start: start ?? '' }));
    if (!owners.some((owner) => owner.pid !== process.pid && isAlive(owner))) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

/** Numbers from a seed: a linear congruential generator (Numerical Recipes constants). */
function* seeded(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

describe('kill -9 of the engine', () => {
  let expected: RunFinished;
  beforeAll(async () => {
    expected = (await finish(join(dir, 'whole'))).last;
    expect(expected.status).toBe('succeeded');
  });

  const random = seeded(9);
  const places = Array.from({ length: 10 }, () => 2 + (random.next().value % 30));
  it.each(places.map((place, at) => [at + 1, place]))(
    '%i: after event %i, a new run goes on from what was finished',
    async (at, place) => {
      const dataDir = join(dir, `killed-${at}`);
      const events = await runUntilKilled(dataDir, place);
      const done = events.filter((event) => event.type === 'step.finished').map((event) => event.id);
      const ended = events.at(-1)?.type === 'run.finished';
      const { last, before, problems } = await finish(dataDir);
      // The end of the run may have been stored just before the kill, and not printed any more.
      expect(ended ? ['succeeded'] : ['interrupted', 'succeeded']).toContain(before);
      expect(last.status).toBe('succeeded');
      expect(last.outputs).toEqual(expected.outputs);
      expect(last.metrics).toEqual(expected.metrics);
      expect(problems).toEqual([]);
      const cached = last.steps.filter(({ status }) => status === 'cached').map(({ id }) => id);
      expect(cached).toEqual(expect.arrayContaining(done));
      await orphansEnd(dataDir);
      await removeStaleTempFolders(dataDir);
      expect(await readdir(join(dataDir, 'tmp'))).toEqual([]);
    },
  );
});

describe('several engine processes on one data directory', () => {
  it('open it new at the same time, share results, and lose nothing when one is killed', async () => {
    const dataDir = join(dir, 'shared');
    const untilEnd = Number.POSITIVE_INFINITY;
    const runs = await Promise.all([
      runUntilKilled(dataDir, untilEnd),
      runUntilKilled(dataDir, 4),
      runUntilKilled(dataDir, untilEnd),
    ]);
    for (const events of [runs[0], runs[2]]) {
      expect(events?.at(-1)).toMatchObject({ type: 'run.finished', status: 'succeeded' });
    }
    await orphansEnd(dataDir);
    const { last, problems } = await finish(dataDir);
    expect(problems).toEqual([]);
    expect(last.status).toBe('succeeded');
    expect(last.steps.map(({ status }) => status)).toEqual(last.steps.map(() => 'cached'));
  });
});
