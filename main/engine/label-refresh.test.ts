import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { LabelledLog } from '../monitoring/labelled-log.ts';
import type { ModelSource } from '../serving/model-source.ts';
import { createEngine, type Engine } from './engine.ts';
import { freshOutput } from './fresh-output.ts';
import { startLabelRefresh } from './label-refresh.ts';
import { labelsGraph } from '../../test/support/labels-graph.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const manifest: Pick<ModelManifest, 'inputs' | 'classes' | 'task' | 'label'> = {
  task: 'binary',
  classes: [0, 1],
  label: { column: 'late', type: 'int64' },
  inputs: [{ name: 'day', type: 'int64' }],
};
let dir: string;
let engine: Engine;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-label-refresh-'));
  engine = await createEngine({ dataDir: join(dir, 'data') });
});
afterEach(async () => {
  await engine.close();
  await removeFolder(dir);
});

it('cancels the run for a table that nobody wants any more', async () => {
  await writeFile(join(dir, 'labels.csv'), 'id,late\nr-0,1\n');
  const endless = 'SELECT sum((a.i * b.i) % 7) AS late FROM range(100000000) AS a(i), range(100000000) AS b(i)';
  const closing = new AbortController();
  const asked = freshOutput(engine, {
    document: {
      ...labelsGraph,
      nodes: {
        ...labelsGraph.nodes,
        slow: { kind: 'data.sql', version: 1, params: { inputs: ['input'], query: endless } },
      },
      edges: [{ from: 'labels.table', to: 'slow.input' }],
    },
    baseDir: dir,
    step: 'slow',
    port: 'table',
    source: 'labels',
    signal: closing.signal,
  });
  await expect.poll(() => engine.listRuns({ limit: 1 })[0]?.status).toBe('running');
  closing.abort();
  expect(await asked).toMatchObject({ digest: undefined, status: 'cancelled' });
});

it('waits for a table that is not there yet, and runs its steps again when it has changed', async () => {
  const labelled = new LabelledLog(manifest, 100);
  labelled.add(
    {
      logId: 'a',
      logged: 2,
      seen: 2,
      unsampled: 0,
      rows: 2,
      ids: ['r-0', 'r-1'],
      timesMs: Float64Array.of(0, 1),
      columns: [{ name: 'day', kind: 'number', values: Float64Array.of(0, 1) }],
      outputs: [{ name: 'probability', kind: 'number', values: Float64Array.of(0.5, 0.5) }],
    },
    'm',
  );
  const said: string[] = [];
  const refresh = startLabelRefresh({
    engine,
    document: labelsGraph,
    baseDir: dir,
    source: { step: 'labels', port: 'table' },
    keys: ['id'],
    column: '',
    everyMs: 50,
    observer: {
      refresh: async () => undefined,
      log: labelled,
      source: () => ({ manifest }) as ModelSource,
    },
    log: (text) => said.push(text),
  });
  try {
    await expect.poll(() => said[0]).toMatch(/^Labels: .*labels\.csv/);
    await writeFile(join(dir, 'labels.csv'), 'id,late\nr-0,1\n');
    await expect.poll(() => labelled.counts().labelled).toBe(1);
    await writeFile(join(dir, 'labels.csv'), 'id,late\nr-0,1\nr-1,0\n');
    await expect.poll(() => labelled.counts().labelled).toBe(2);
    expect(Array.from(labelled.rows(labelled.start, labelled.end).actual)).toEqual([1, 0]);
    const problems = said.filter((text) => text.startsWith('Labels: '));
    expect(problems.filter((text, i) => text === problems[i - 1])).toEqual([]);
  } finally {
    refresh.close();
  }
});
