import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attribute, createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { runSlipway } from '../../../test/support/run-slipway.ts';
import { tableArtifact, tableRows } from '../../../test/support/table-artifact.ts';
import { batchNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'serve-batch-'));
afterAll(() => removeFolder(dir));

const common = {
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 1, table: '0'.repeat(64), seconds: 0, curve: { metric: 'x', train: [], valid: [] } },
  importance: [],
  choices: {},
};

/** Probabilities [1 − x, x], or the value 2 x. */
function model(name: string, task: 'binary' | 'regression'): InputArtifact {
  const graph = createGraphBuilder(name);
  const x = graph.node('Cast', [graph.input('x', 'FP64', ['N', 1])], { to: attribute.int(1) });
  if (task === 'binary') {
    const rest = graph.node('Sub', [graph.float(1), x]);
    graph.output('probabilities', graph.node('Concat', [rest, x], { axis: attribute.int(1) }), 'FP32', ['N', 2]);
  } else {
    graph.output('prediction', graph.node('Add', [x, x]), 'FP32', ['N', 1]);
  }
  const manifest: ModelManifest = {
    ...common,
    task,
    label: { column: 'late', type: task === 'binary' ? 'bool' : 'float64' },
    classes: task === 'binary' ? [false, true] : [],
    inputs: [{ name: 'x', type: 'float64' }],
    example: { x: 1 },
  };
  const folder = join(dir, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), graph.toBytes());
  writeFileSync(join(folder, 'model.json'), JSON.stringify(manifest));
  return { digest: '0'.repeat(64), path: (file: string) => join(folder, file) } as InputArtifact;
}

async function score(scored: InputArtifact, params: object, query: string) {
  const table = await tableArtifact(dir, query);
  const context = stepContext(dir, batchNode.params.parse(params), { inputs: { model: [scored], table: [table] } });
  const { table: result } = await runner.run(context);
  return tableRows(result, 100_000);
}

describe('serve.batch', () => {
  it('adds class and probability to every row, in order, over many batches', async () => {
    const rows = 70_000;
    const query = `SELECT range AS id, (range % 4) / 4.0::DOUBLE AS x FROM range(${rows})`;
    const [names, ...values] = await score(model('binary', 'binary'), {}, query);
    expect(names).toEqual(['id', 'x', 'prediction', 'prediction_probability']);
    expect(values.length).toBe(rows);
    expect(values.every(([id, x, , p], i) => id === i && p === x)).toBe(true);
    expect(values.slice(1, 4).map((row) => row[2])).toEqual([false, false, true]);
  });

  it('adds the value of a regression, and keeps only the columns asked for', async () => {
    const regression = model('regression', 'regression');
    expect(await score(regression, { keep: ['id'], name: 'y' }, "SELECT 'a' AS id, 2.5::DOUBLE AS x")).toEqual([
      ['id', 'y'],
      ['a', 5],
    ]);
  });

  it('gives no rows for no rows', async () => {
    const query = 'SELECT range AS id, 1.0::DOUBLE AS x FROM range(0)';
    expect(await score(model('binary', 'binary'), { probabilities: false }, query)).toEqual([
      ['id', 'x', 'prediction'],
    ]);
  });

  it('names a column that is missing, and one that is there already', async () => {
    const binary = model('binary', 'binary');
    await expect(score(binary, {}, 'SELECT 1 AS y')).rejects.toMatchObject({ code: 'data.column-missing' });
    await expect(score(binary, { keep: ['nothing'] }, 'SELECT 1.0 AS x')).rejects.toThrow(/“nothing”/);
    await expect(score(binary, { name: 'x' }, 'SELECT 1.0::DOUBLE AS x')).rejects.toMatchObject({
      code: 'params.invalid',
    });
  });
});

describe('slipway score', () => {
  it('scores a CSV file from the command line and says how far it is', async () => {
    model('scored', 'binary');
    writeFileSync(join(dir, 'rows.csv'), 'id,x\n1,0.25\n2,0.75\n');
    const out = join(dir, 'out.csv');
    const run = await runSlipway(
      ['score', join(dir, 'scored'), join(dir, 'rows.csv'), '--out', out],
      join(dir, 'data'),
    );
    expect(run.stderr).toContain('2 of 2 rows');
    expect(run.lines[0]).toMatchObject({ type: 'score.progress', done: 2, total: 2 });
    expect(run).toMatchObject({ code: 0, last: { rows: 2, out, model: 'scored' } });
    expect(readFileSync(out, 'utf8')).toBe(
      'id,x,prediction,prediction_probability\n1,0.25,false,0.25\n2,0.75,true,0.75\n',
    );
  });
});
