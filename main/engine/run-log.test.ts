import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase, type StoreDatabase } from '../store/database.ts';
import { currentProcess } from '../compute/paths/process-identity.ts';
import { createRunRecords, type RunRecords } from '../store/run-records.ts';
import { recoverRuns } from './recovery.ts';
import { createRunLogs } from './run-log.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let database: StoreDatabase;
let records: RunRecords;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-log-'));
  database = openDatabase(dir);
  records = createRunRecords(database);
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  database.close();
  await removeFolder(dir);
});

function create(runId: string, owner = currentProcess()): void {
  records.create({ runId, graphId: 'g', graphName: 'G', source: 'test', startedMs: 1, owner });
}

function stored(runId: string): { seq: number; type: string; id?: string; progress?: { done: number } }[] {
  return records.events(runId, 0).map(({ event }) => JSON.parse(event));
}

it('keeps at most ten progress events a second, the last one, and every transition', () => {
  create('r');
  const log = createRunLogs(records).open('r');
  log.emit({ type: 'run.started', graphId: 'g', steps: [] });
  log.emit({ type: 'step.started', id: 'a', attempt: 1 });
  for (let done = 0; done < 2000; done++) {
    log.progress('a', { done, total: 2000, unit: 'rows' });
    vi.advanceTimersByTime(1);
  }
  log.emit({ type: 'step.finished', id: 'a', kind: 'k', status: 'executed', key: '', durationMs: 1, outputs: {} });
  log.emit({ type: 'run.finished', status: 'succeeded', steps: [], outputs: {}, metrics: {} });
  const events = stored('r');
  const progress = events.filter(({ type }) => type === 'step.progress');
  expect(progress.length).toBeGreaterThan(10);
  expect(progress.length).toBeLessThanOrEqual(22);
  expect(progress.at(-1)?.progress?.done).toBe(1999);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
  expect(events.at(-2)?.type).toBe('step.finished');
  expect(events.at(-1)?.type).toBe('run.finished');
});

it('closes the runs of an engine that is gone', () => {
  // No process has this id.
  create('dead', { pid: 4_194_305, start: '' });
  create('alive');
  const log = createRunLogs(records).open('dead');
  log.emit({
    type: 'run.started',
    graphId: 'g',
    steps: [
      { id: 'a', kind: 'k' },
      { id: 'b', kind: 'k' },
    ],
  });
  const outputs = { value: { digest: 'd', type: 'report' as const } };
  log.emit({ type: 'step.finished', id: 'a', kind: 'k', status: 'executed', key: 'x', durationMs: 1, outputs });
  log.flush();
  expect(recoverRuns(records)).toEqual(['dead']);
  expect(recoverRuns(records)).toEqual([]);
  expect(records.get('dead')).toMatchObject({ status: 'interrupted', steps: { executed: 1, cancelled: 1 } });
  expect(records.get('alive')?.status).toBe('running');
  expect(stored('dead').at(-1)).toMatchObject({
    type: 'run.finished',
    seq: 3,
    status: 'failed',
    outputs: { 'a.value': { digest: 'd' } },
  });
});
