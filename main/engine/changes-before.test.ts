import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLoopRecords } from '../store/loop-records.ts';
import { alertContext } from './changes-before.ts';
import { createEngine, type Engine } from './engine.ts';
import { lastEvent } from './last-event.ts';
import { labelsGraph } from '../../test/support/labels-graph.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let dir: string;
let engine: Engine;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-before-'));
  engine = await createEngine({ dataDir: join(dir, 'data') });
});
afterEach(async () => {
  await engine.close();
  await removeFolder(dir);
});

async function run(): Promise<void> {
  const { runId } = await engine.startRun({ document: labelsGraph, baseDir: dir });
  expect((await lastEvent(engine, runId)).status).toBe('succeeded');
}

it('names the new version of a dataset that came before an alert', async () => {
  await writeFile(join(dir, 'labels.csv'), 'id,late\nr-0,1\n');
  await run();
  const context = () => alertContext(engine, createLoopRecords(engine.database), { graphId: 'g', model: 'm' });
  expect(((await context()).before ?? []).filter(({ text }) => text.startsWith('Version'))).toEqual([]);
  await writeFile(join(dir, 'labels.csv'), 'id,late\nr-0,1\nr-1,0\n');
  await run();
  const lines = ((await context()).before ?? []).map(({ text }) => text);
  expect(lines).toContainEqual(
    expect.stringMatching(/^Version 2 of .*labels\.csv came in at step labels \(2 rows\)\.$/),
  );
  expect(await alertContext(engine, createLoopRecords(engine.database), { graphId: 'other', model: 'm' })).toEqual({
    owner: '',
    before: [],
  });
});
