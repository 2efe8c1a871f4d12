import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent, RunFinished } from '../../shared/events/run-events.ts';
import { testGraph } from '../../test/fixtures/kinds/graph.ts';
import { createEngine, type Engine } from './engine.ts';

const kindsModule = new URL('../../test/fixtures/kinds/kinds.ts', import.meta.url).href;
let dir: string;
let engine: Engine;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-engine-'));
  engine = await createEngine({ dataDir: join(dir, 'data'), kindsModule });
});

afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true, force: true });
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
});
