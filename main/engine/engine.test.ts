import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunEvent, RunFinished } from '../../shared/events/run-events.ts';
import { testGraph } from '../../test/fixtures/kinds/graph.ts';
import { createEngine, type Engine } from './engine.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const kindsModule = new URL('../../test/fixtures/kinds/kinds.ts', import.meta.url).href;
let dir: string;
let engine: Engine;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-engine-'));
  engine = await createEngine({ dataDir: join(dir, 'data'), kindsModule });
});

afterEach(async () => {
  await engine.close();
  await removeFolder(dir);
});

async function eventsOf(runId: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of engine.runEvents(runId, 0)) events.push(event);
  return events;
}

async function run(
  document: unknown,
  options: { to?: string; from?: string; force?: boolean } = {},
): Promise<RunFinished> {
  const { runId } = await engine.startRun({ document, baseDir: dir, ...options });
  const last = (await eventsOf(runId)).at(-1);
  if (last?.type !== 'run.finished') throw new Error('the run has no end');
  return last;
}

function statuses(finished: RunFinished): Record<string, string> {
  return Object.fromEntries(finished.steps.map((step) => [step.id, step.status]));
}

const chain = (value: number, digits = 9) =>
  testGraph({
    one: ['test.number', { value }],
    two: ['test.number', { value: 2 }],
    sum: ['test.sum', { digits }, ['one.value', 'two.value']],
    double: ['test.sum', {}, ['sum.value']],
  });

/** `chain` with its last two steps in a group. */
const groupedChain = (value: number) => ({
  ...chain(value),
  nodes: {
    ...testGraph({ one: ['test.number', { value }], two: ['test.number', { value: 2 }] }).nodes,
    box: { kind: 'graph.group', version: 1, params: { group: 'adding' } },
  },
  edges: [
    { from: 'one.value', to: 'box.numbers' },
    { from: 'two.value', to: 'box.numbers' },
  ],
  groups: {
    adding: {
      nodes: testGraph({ sum: ['test.sum'], double: ['test.sum'] }).nodes,
      edges: [{ from: 'sum.value', to: 'double.values' }],
      inputs: { numbers: { to: ['sum.values'] } },
      outputs: { total: { from: 'double.value' } },
    },
  },
});

describe('a run of a graph with a group', () => {
  it('has the results of the same graph without it, and events per inner step', async () => {
    await run(chain(1));
    const { runId } = await engine.startRun({ document: groupedChain(1), baseDir: dir });
    const events = await eventsOf(runId);
    expect(events[0]).toMatchObject({
      steps: [{ id: 'one' }, { id: 'two' }, { id: 'box--sum', path: ['box', 'sum'] }, { id: 'box--double' }],
    });
    const finished = events.at(-1) as RunFinished;
    expect(statuses(finished)).toEqual({ one: 'cached', two: 'cached', 'box--sum': 'cached', 'box--double': 'cached' });
    expect(finished.metrics['box--double']).toEqual({ value: 3 });
  });

  it('takes values for nodes inside, and runs up to the group', async () => {
    const report = await engine.planStates(groupedChain(1), {
      baseDir: dir,
      to: 'box',
      set: [{ node: 'box--sum', param: 'digits', value: 2 }],
    });
    expect(report.steps.map(({ id }) => id)).toEqual(['one', 'two', 'box--sum', 'box--double']);
    const none = engine.planStates(groupedChain(1), { baseDir: dir, set: [{ node: 'box--no', param: 'x', value: 1 }] });
    await expect(none).rejects.toMatchObject({ code: 'params.invalid' });
  });

  it('gives the group node shapes of its ports', async () => {
    const { outputs, inputs, diagnostics } = await engine.analyze(groupedChain(1), { baseDir: dir });
    expect(diagnostics).toEqual([]);
    expect(outputs['box']).toEqual({ total: { type: 'report' } });
    expect(inputs['box']?.['numbers']).toHaveLength(2);
    expect(outputs['box--sum']).toEqual({ value: { type: 'report' } });
  });
});

describe('a pinned node', () => {
  const pinnedChain = (value: number, pinned: boolean | string) => {
    const document = chain(value);
    const sum = document.nodes['sum'];
    return { ...document, nodes: { ...document.nodes, sum: { ...sum, pinned } } };
  };

  it('keeps its result whatever changes above, and says what it would differ in', async () => {
    await run(pinnedChain(1, true));
    const changed = await run(pinnedChain(5, true));
    expect(statuses(changed)).toEqual({ one: 'executed', two: 'cached', sum: 'cached', double: 'cached' });
    expect(changed.steps.find(({ id }) => id === 'sum')?.reason).toBe('pinned');
    expect(changed.metrics['double']).toEqual({ value: 3 });
    const forced = await run(pinnedChain(5, true), { force: true });
    expect(statuses(forced)).toMatchObject({ sum: 'cached', double: 'executed' });
    const digits = pinnedChain(5, true);
    digits.nodes.sum.params = { digits: 1 };
    const { steps } = await engine.planStates(digits, { baseDir: dir });
    expect(steps.find(({ id }) => id === 'sum')).toMatchObject({
      hit: true,
      pinned: true,
      reasons: ['pinned', 'without the pin: params.digits 9 → 1'],
    });
    const free = await run(pinnedChain(5, false));
    expect(free.metrics['double']).toEqual({ value: 7 });
  });

  it('says so when the version it is pinned to is gone', async () => {
    const finished = await run(pinnedChain(1, 'a'.repeat(64)));
    expect(statuses(finished)).toMatchObject({ one: 'executed', sum: 'failed', double: 'skipped' });
    expect(finished.steps.find(({ id }) => id === 'sum')?.reason).toContain('no longer stored');
  });
});

describe('a source', () => {
  const readNumber = (pinned?: string) => {
    const document = testGraph({ read: ['test.file', { path: 'number.txt' }] });
    return { ...document, nodes: { read: { ...document.nodes['read'], ...(pinned === undefined ? {} : { pinned }) } } };
  };

  it('of another kind of output than a table is no dataset', async () => {
    await writeFile(join(dir, 'number.txt'), '4');
    await run(readNumber());
    expect(engine.datasets.list()).toEqual([]);
  });
});

describe('a clock that was set back', () => {
  it('leaves the last result the last', async () => {
    await run(chain(1));
    vi.setSystemTime(new Date('2001-01-01T00:00:00Z'));
    try {
      await run(chain(5));
      const { steps } = await engine.planStates(chain(6), { baseDir: dir });
      expect(steps.find(({ id }) => id === 'one')?.reasons).toEqual(['params.value 5 → 6']);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('variants of a node', () => {
  const withVariants = () => {
    const document = chain(1);
    const variants = { many: { value: 100 }, none: { value: 0 } };
    return { ...document, nodes: { ...document.nodes, one: { ...document.nodes['one'], variants } } };
  };

  it('run as branches of their own when asked to, and share what is not theirs', async () => {
    expect(Object.keys(statuses(await run(withVariants())))).toEqual(['one', 'two', 'sum', 'double']);
    const { runId } = await engine.startRun({ document: withVariants(), baseDir: dir, variants: true });
    const finished = (await eventsOf(runId)).at(-1) as RunFinished;
    expect(statuses(finished)).toMatchObject({
      two: 'cached',
      'one--many': 'executed',
      'double--one_none': 'executed',
    });
    expect(finished.metrics).toMatchObject({
      double: { value: 3 },
      'double--one_many': { value: 102 },
      'double--one_none': { value: 2 },
    });
    expect(finished.steps.find(({ id }) => id === 'sum--one_many')?.variant).toEqual({
      of: 'sum',
      node: 'one',
      name: 'many',
    });
    const steps = (await engine.planStates(withVariants(), { baseDir: dir, variants: true, to: 'double--one_many' }))
      .steps;
    expect(steps.map(({ id, hit }) => [id, hit])).toEqual([
      ['one--many', true],
      ['two', true],
      ['sum--one_many', true],
      ['double--one_many', true],
    ]);
  });

  it('name what is wrong with their settings', async () => {
    const document = withVariants();
    document.nodes.one.variants.many = { value: 'x' as unknown as number };
    const { diagnostics } = await engine.planStates(document, { baseDir: dir, variants: true });
    expect(diagnostics).toMatchObject([{ path: '/nodes/one/variants/many/params/value', node: 'one--many' }]);
  });
});

describe('a paused run', () => {
  it('starts nothing until it is resumed', async () => {
    const { runId } = await engine.startRun({
      document: testGraph({ slow: ['test.number', { sleepMs: 300 }], after: ['test.sum', {}, ['slow.value']] }),
      baseDir: dir,
    });
    let resumed = 0;
    const seen: string[] = [];
    for await (const event of engine.runEvents(runId, 0)) {
      seen.push(`${event.type} ${'id' in event ? event.id : ''}`.trim());
      if (event.type === 'step.started' && event.id === 'slow') expect(engine.pauseRun(runId, true)).toBe(true);
      if (event.type === 'step.queued' && event.id === 'after') {
        setTimeout(() => {
          resumed = seen.length;
          engine.pauseRun(runId, false);
        }, 100);
      }
    }
    expect(seen).toContain('run.paused');
    expect(seen.indexOf('run.resumed')).toBeGreaterThanOrEqual(resumed);
    expect(seen.indexOf('step.started after')).toBeGreaterThan(seen.indexOf('run.resumed'));
    expect(seen.at(-1)).toBe('run.finished');
    expect(engine.pauseRun(runId, true)).toBe(false);
  });

  it('can be cancelled', async () => {
    const { runId } = await engine.startRun({ document: testGraph({ a: ['test.number'] }), baseDir: dir });
    engine.pauseRun(runId, true);
    await engine.cancelRun(runId);
    expect((await eventsOf(runId)).at(-1)).toMatchObject({ type: 'run.finished' });
  });
});

describe('limits of a node', () => {
  const misbehaving = (settings: object) => {
    const document = testGraph({ bad: ['test.misbehave', { how: 'exit' }] });
    return { ...document, nodes: { bad: { ...document.nodes['bad'], ...settings } } };
  };

  it('try a failing step as often as they say', async () => {
    const { runId } = await engine.startRun({
      document: misbehaving({ retry: { attempts: 3, backoffMs: 1 } }),
      baseDir: dir,
    });
    const attempts = (await eventsOf(runId)).flatMap((event) => (event.type === 'step.started' ? [event.attempt] : []));
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('say before it starts that a step will not fit', async () => {
    const document = misbehaving({ resources: { memoryBytes: 1e15 } });
    const { steps } = await engine.planStates(document, { baseDir: dir });
    expect(steps[0]?.willNotFit).toMatchObject({ neededBytes: 1e15 });
    const { runId } = await engine.startRun({ document, baseDir: dir });
    const told = (await eventsOf(runId)).find((event) => event.type === 'step.log');
    expect(told).toMatchObject({ level: 'warn', text: expect.stringContaining('memory') });
  });
});

describe('steps that ask for a graphics processor', () => {
  const twoSteps = (gpu: object, sleepMs = 300) => {
    const document = testGraph({
      a: ['test.number', { value: 1, sleepMs }],
      b: ['test.number', { value: 2, sleepMs }],
    });
    const nodes = Object.fromEntries(
      Object.entries(document.nodes).map(([id, node]) => [id, { ...node, resources: { cpu: 1, gpu } }]),
    );
    return { ...document, nodes };
  };
  async function withGpus<T>(names: string[], work: (machine: Engine) => Promise<T>): Promise<T> {
    const machine = await createEngine({
      dataDir: join(dir, 'gpus'),
      kindsModule,
      maxWorkers: 4,
      findGpus: () => Promise.resolve(names),
    });
    try {
      return await work(machine);
    } finally {
      await machine.close();
    }
  }
  async function stepsOf(machine: Engine, document: unknown) {
    const { runId } = await machine.startRun({ document, baseDir: dir });
    const events: RunEvent[] = [];
    for await (const event of machine.runEvents(runId, 0)) events.push(event);
    return events;
  }
  /** Ids of the steps in the order of their work, each time another one goes on. */
  const turnsOf = (events: readonly RunEvent[]) =>
    events
      .flatMap((event) => (event.type === 'step.progress' ? [event.id] : []))
      .filter((id, at, all) => id !== all[at - 1]);

  it('never run at the same time on a machine with one', async () => {
    const events = await withGpus(['A GPU'], (machine) => stepsOf(machine, twoSteps({ count: 1 })));
    expect(turnsOf(events)).toHaveLength(2);
    expect(events.filter(({ type }) => type === 'step.log')).toMatchObject([
      { level: 'info', text: expect.stringContaining('waits for the graphics processor') },
    ]);
  });

  it('run at the same time on a machine with two', async () => {
    // Longer than one worker may start after the other on a busy machine.
    const events = await withGpus(['A GPU', 'A GPU'], (machine) => stepsOf(machine, twoSteps({ count: 1 }, 2_000)));
    expect(turnsOf(events).length).toBeGreaterThan(2);
    expect(events.some(({ type }) => type === 'step.log')).toBe(false);
  });

  it('are said not to fit, before they run, where there are too few', async () => {
    await withGpus([], async (machine) => {
      const { steps, diagnostics } = await machine.analyze(twoSteps({ count: 2 }), { baseDir: dir });
      expect(steps[0]?.missingGpus).toEqual({ needed: 2, available: 0 });
      expect(diagnostics).toMatchObject([
        { node: 'a', code: 'step.will-not-fit', severity: 'warning', message: expect.stringContaining('none works') },
        { node: 'b' },
      ]);
      const told = (await stepsOf(machine, twoSteps({ count: 2 }))).find(({ type }) => type === 'step.log');
      expect(told).toMatchObject({ level: 'warn', text: expect.stringContaining('2 graphics processors') });
    });
  });
});

describe('a run', () => {
  it('executes every step once, then nothing', async () => {
    const first = await run(chain(1));
    expect(first.status).toBe('succeeded');
    expect(statuses(first)).toEqual({ one: 'executed', two: 'executed', sum: 'executed', double: 'executed' });
    expect(first.metrics['double']).toEqual({ value: 3 });
    const second = await run(chain(1));
    expect(statuses(second)).toEqual({ one: 'cached', two: 'cached', sum: 'cached', double: 'cached' });
    expect(second.outputs).toEqual(first.outputs);
    expect(second.metrics).toEqual(first.metrics);
  });

  it('keeps what is below a changed step whose output is the same', async () => {
    await run(chain(1.2, 0));
    const changed = await run(chain(1.3, 0));
    expect(statuses(changed)).toEqual({ one: 'executed', two: 'cached', sum: 'executed', double: 'cached' });
  });

  it('brings earlier results back when a change is undone', async () => {
    const first = await run(chain(1));
    await run(chain(5));
    const undone = await run(chain(1));
    expect(new Set(Object.values(statuses(undone)))).toEqual(new Set(['cached']));
    expect(undone.outputs).toEqual(first.outputs);
  });

  it('runs independent steps at the same time', async () => {
    const { runId } = await engine.startRun({
      // Each ends only once the other has started.
      document: testGraph({
        a: ['test.meet', { own: 'a', other: 'b' }],
        b: ['test.meet', { own: 'b', other: 'a' }],
      }),
      baseDir: dir,
    });
    const order = (await eventsOf(runId)).filter(({ type }) => type === 'step.started' || type === 'step.finished');
    expect(order.map(({ type }) => type)).toEqual(['step.started', 'step.started', 'step.finished', 'step.finished']);
  });

  it('does the same work of two nodes once', async () => {
    const finished = await run(
      testGraph({ a: ['test.number', { sleepMs: 100 }], b: ['test.number', { sleepMs: 100 }] }),
    );
    expect(Object.values(statuses(finished)).sort()).toEqual(['cached', 'executed']);
  });

  it('skips only what depends on a failing step and names it', async () => {
    const finished = await run(
      testGraph({
        bad: ['test.misbehave', { how: 'fail' }],
        needs: ['test.sum', {}, ['bad.value']],
        below: ['test.sum', {}, ['needs.value']],
        good: ['test.number', {}],
        also: ['test.sum', {}, ['good.value']],
      }),
    );
    expect(finished.status).toBe('failed');
    expect(statuses(finished)).toEqual({
      bad: 'failed',
      needs: 'skipped',
      below: 'skipped',
      good: 'executed',
      also: 'executed',
    });
    const reasons = Object.fromEntries(finished.steps.map((step) => [step.id, step.reason]));
    expect(reasons['bad']).toBe('The table has no rows.');
    expect(reasons['needs']).toContain('bad');
    expect(reasons['below']).toContain('bad');
  });

  it('runs the healthy part of a graph with errors', async () => {
    const finished = await run(
      testGraph({
        odd: ['test.unheard-of', {}],
        wrong: ['test.number', { value: 'text' }],
        below: ['test.sum', {}, ['wrong.value']],
        good: ['test.number', {}],
      }),
    );
    expect(finished.status).toBe('failed');
    expect(statuses(finished)).toEqual({ odd: 'skipped', wrong: 'skipped', below: 'skipped', good: 'executed' });
    expect(finished.steps.find(({ id }) => id === 'below')?.reason).toContain('wrong');
  });

  it('refuses a graph of which nothing can run, and names the problem', async () => {
    const document = testGraph({ wrong: ['test.number', { value: 'text' }] });
    await expect(engine.startRun({ document, baseDir: dir })).rejects.toMatchObject({
      code: 'graph.invalid',
      nodeId: 'wrong',
      message: expect.stringContaining('"value"'),
    });
    await expect(engine.startRun({ document: [], baseDir: dir })).rejects.toMatchObject({ code: 'graph.invalid' });
    await expect(
      engine.startRun({ document: { ...testGraph({ a: ['test.number'] }), formatVersion: 9 }, baseDir: dir }),
    ).rejects.toMatchObject({ code: 'graph.too-new' });
  });

  it('runs up to a step, and forces', async () => {
    const first = await run(chain(1), { to: 'sum' });
    expect(Object.keys(statuses(first)).sort()).toEqual(['one', 'sum', 'two']);
    const from = await run(chain(1), { from: 'sum', force: true });
    expect(statuses(from)).toEqual({ one: 'cached', two: 'cached', sum: 'executed', double: 'executed' });
    await expect(run(chain(1), { to: 'nowhere' })).rejects.toMatchObject({ code: 'graph.invalid' });
  });

  it('takes parameters from the command line', async () => {
    const { runId } = await engine.startRun({
      document: chain(1),
      baseDir: dir,
      set: [{ node: 'one', param: 'value', value: 40 }],
    });
    const last = (await eventsOf(runId)).at(-1) as RunFinished;
    expect(last.metrics['double']).toEqual({ value: 42 });
    await expect(
      engine.startRun({ document: chain(1), baseDir: dir, set: [{ node: 'no', param: 'value', value: 1 }] }),
    ).rejects.toMatchObject({ code: 'params.invalid' });
  });

  it('runs again when a file it reads has changed', async () => {
    const document = testGraph({ file: ['test.file', { path: 'n.txt' }], sum: ['test.sum', {}, ['file.value']] });
    await writeFile(join(dir, 'n.txt'), '3');
    expect((await run(document)).metrics['sum']).toEqual({ value: 3 });
    await writeFile(join(dir, 'n.txt'), '4');
    const states = await engine.planStates(document, { baseDir: dir });
    expect(states.steps[0]).toMatchObject({ hit: false, reasons: ['file changed'], changed: ['source'] });
    expect((await run(document)).metrics['sum']).toEqual({ value: 4 });
  });

  it('names the node whose file is missing and runs the rest', async () => {
    const document = testGraph({ file: ['test.file', { path: 'none.txt' }], good: ['test.number', {}] });
    const finished = await run(document);
    expect(statuses(finished)).toEqual({ file: 'failed', good: 'executed' });
    const report = await engine.planStates(document, { baseDir: dir });
    expect(report.diagnostics).toMatchObject([{ node: 'file', code: 'data.not-found' }]);
  });

  it('makes again what is missing or damaged in the store', async () => {
    const first = await run(chain(1));
    const digest = first.outputs['sum.value']?.digest as string;
    const artifact = await engine.store.open(digest);
    await writeFile(artifact?.path('report.json') as string, '{"value":9}');
    const again = await run(chain(1));
    expect(statuses(again)).toEqual({ one: 'cached', two: 'cached', sum: 'executed', double: 'cached' });
    expect(again.outputs).toEqual(first.outputs);
    expect(await engine.store.verify(digest)).toEqual([]);
  });

  it('registers a model once, and leaves a promotion by hand alone', async () => {
    const document = (value: number) =>
      testGraph({ n: ['test.number', { value }], model: ['test.model', {}, ['n.value']] });
    await run(document(1));
    await run(document(1));
    expect(engine.registry.list()).toMatchObject([
      { name: 'sums', version: 1, aliases: ['champion'], metrics: { value: 1 } },
    ]);
    await run(document(2));
    expect(engine.registry.resolve('models:/sums@champion').version).toBe(2);
    engine.registry.setAlias('sums', 'champion', 1);
    await run(document(2));
    expect(engine.registry.resolve('models:/sums@champion').version).toBe(1);
  });
});

describe('a failing worker', () => {
  const misbehave = (how: string) => testGraph({ bad: ['test.misbehave', { how }], good: ['test.number', {}] });

  it.each([
    ['exit', 'step.crashed', /exit code 3/],
    ['segfault', 'step.crashed', /native code/],
    ['exhaust-heap', 'step.out-of-memory', /memory/],
    ['no-output', 'internal.bug', /no output "value"/],
  ])('%s becomes %s', async (how, code, message) => {
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=60');
    const { runId } = await engine.startRun({ document: misbehave(how), baseDir: dir });
    const events = await eventsOf(runId);
    vi.unstubAllEnvs();
    const failure = events.find((event) => event.type === 'step.finished' && event.id === 'bad');
    expect(failure).toMatchObject({ status: 'failed', error: { code, nodeId: 'bad' } });
    expect(failure?.type === 'step.finished' && failure.error?.message).toMatch(message);
    expect(statuses(events.at(-1) as RunFinished)).toMatchObject({ good: 'executed' });
  });

  it('killed from outside fails its step alone', async () => {
    const { runId } = await engine.startRun({ document: misbehave('wait'), baseDir: dir });
    for await (const event of engine.runEvents(runId, 0)) {
      if (event.type === 'step.log' && event.text.startsWith('waiting in')) {
        process.kill(Number(event.text.split(' ').at(-1)), 'SIGKILL');
      }
      if (event.type === 'run.finished') expect(statuses(event)).toEqual({ bad: 'failed', good: 'executed' });
    }
    expect(engine.getRun(runId)?.status).toBe('failed');
  });
});

describe('cancelling', () => {
  it.each(['spin', 'wait'])('ends a step that %ss', async (how) => {
    const document = testGraph({ bad: ['test.misbehave', { how }], below: ['test.sum', {}, ['bad.value']] });
    const { runId } = await engine.startRun({ document, baseDir: dir });
    for await (const event of engine.runEvents(runId, 0)) {
      if (event.type === 'step.log') break;
    }
    expect(await engine.cancelRun(runId)).toBe(true);
    const last = (await eventsOf(runId)).at(-1);
    expect(last).toMatchObject({ type: 'run.finished', status: 'cancelled' });
    expect(statuses(last as RunFinished)).toEqual({ bad: 'cancelled', below: 'cancelled' });
    expect(await engine.cancelRun(runId)).toBe(false);
  });

  it('ends a step at its time limit, as a failure', async () => {
    const document = testGraph({ bad: ['test.misbehave', { how: 'wait' }] });
    Object.assign(document.nodes['bad'] as object, { timeoutMs: 200 });
    const { runId } = await engine.startRun({ document, baseDir: dir });
    const failure = (await eventsOf(runId)).find(({ type }) => type === 'step.finished');
    expect(failure).toMatchObject({ status: 'failed', error: { code: 'step.timeout' } });
  });
});

describe('the event log', () => {
  it('replays from any place, in order, without gaps', async () => {
    const { runId } = await engine.startRun({
      document: testGraph({ slow: ['test.number', { sleepMs: 200 }] }),
      baseDir: dir,
    });
    const live = await eventsOf(runId);
    const replayed = await eventsOf(runId);
    expect(replayed).toEqual(live);
    expect(live.map(({ seq }) => seq)).toEqual(live.map((_, at) => at + 1));
    const tail: RunEvent[] = [];
    for await (const event of engine.runEvents(runId, 2)) tail.push(event);
    expect(tail).toEqual(live.slice(2));
  });

  it('stops following when asked', async () => {
    const { runId } = await engine.startRun({
      document: testGraph({ bad: ['test.misbehave', { how: 'wait' }] }),
      baseDir: dir,
    });
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const event of engine.runEvents(runId, 0, stop.signal)) {
      seen.push(event.type);
      if (event.type === 'step.started') stop.abort();
    }
    expect(seen).not.toContain('run.finished');
    await engine.cancelRun(runId);
  });

  it('names a run that does not exist', async () => {
    await expect(eventsOf('none')).rejects.toMatchObject({ code: 'run.not-found' });
  });

  it('lists runs, newest first, with what they did', async () => {
    await run(chain(1));
    await run(chain(1));
    const [second, first] = engine.listRuns({ graphId: 'test', limit: 10 });
    expect(first).toMatchObject({ status: 'succeeded', steps: { executed: 4, cached: 0 } });
    expect(second).toMatchObject({ status: 'succeeded', steps: { executed: 0, cached: 4 } });
    expect(engine.listRuns({ graphId: 'other', limit: 10 })).toEqual([]);
  });
});

describe('the plan', () => {
  it('says why each step runs', async () => {
    const never = await engine.planStates(chain(1), { baseDir: dir });
    expect(never.steps.map(({ hit, reasons }) => [hit, ...reasons])).toEqual([
      [false, 'never run'],
      [false, 'never run'],
      [false, 'never run', 'waits for one', 'waits for two'],
      [false, 'never run', 'waits for sum'],
    ]);
    await run(chain(1));
    const fresh = await engine.planStates(chain(1), { baseDir: dir });
    expect(fresh.steps.every(({ hit, reasons }) => hit && reasons[0] === 'up to date')).toBe(true);
    const changed = await engine.planStates(chain(1.5), { baseDir: dir });
    expect(changed.steps.map(({ id, hit, reasons }) => [id, hit, ...reasons])).toEqual([
      ['one', false, 'params.value 1 → 1.5'],
      ['two', true, 'up to date'],
      ['sum', false, 'waits for one'],
      ['double', false, 'waits for sum'],
    ]);
    expect(changed.steps[0]?.estimate.seconds).toBeGreaterThan(0);
    const forced = await engine.planStates(chain(1), { baseDir: dir, to: 'one', force: true });
    expect(forced.steps).toMatchObject([{ id: 'one', hit: false, reasons: ['forced'] }]);
  });

  it('is part of an analysis that survives any document', async () => {
    const analysis = await engine.analyze(chain(1), { baseDir: dir });
    expect(analysis.diagnostics).toEqual([]);
    expect(analysis.steps.map(({ id }) => id)).toEqual(['one', 'two', 'sum', 'double']);
    expect(analysis.outputs['one']).toEqual({ value: { type: 'report' } });
    expect(analysis.inputs['sum']).toEqual({ values: [{ type: 'report' }, { type: 'report' }] });
    for (const document of [null, 3, 'x', [], {}, { format: 'slipway/graph', formatVersion: 1, nodes: 7 }]) {
      const broken = await engine.analyze(document, { baseDir: dir });
      expect(broken.diagnostics.length).toBeGreaterThan(0);
    }
  });

  it('is run step by step by a pod', async () => {
    const { createPlan } = await import('../../shared/plan/create-plan.ts');
    const { definitionOf } = await import('../../test/fixtures/kinds/kinds.ts');
    const { plan } = createPlan(chain(1), definitionOf);
    await expect(engine.runStep({ plan, stepId: 'sum', baseDir: dir })).rejects.toMatchObject({
      code: 'artifact.not-found',
    });
    for (const { id } of plan.steps) {
      expect(await engine.runStep({ plan, stepId: id, baseDir: dir })).toMatchObject({ status: 'executed' });
    }
    const local = await run(chain(1));
    expect(new Set(Object.values(statuses(local)))).toEqual(new Set(['cached']));
  });
});

describe('several engines on one data directory', () => {
  it('share results and follow each other', async () => {
    const other = await createEngine({ dataDir: join(dir, 'data'), kindsModule });
    try {
      await run(chain(1));
      const { runId } = await other.startRun({ document: chain(1), baseDir: dir });
      const last = (await eventsOf(runId)).at(-1);
      expect(new Set(Object.values(statuses(last as RunFinished)))).toEqual(new Set(['cached']));
    } finally {
      await other.close();
    }
  });
});
