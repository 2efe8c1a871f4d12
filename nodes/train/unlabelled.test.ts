import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../main/compute/duckdb/quote.ts';
import { evaluationReportSchema } from '../../shared/model/report.ts';
import { modelManifestSchema } from '../../shared/model/signature.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { StepChain } from '../../test/support/step-chain.ts';
import { imputeNode } from '../feature/impute/definition.ts';
import { runner as impute } from '../feature/impute/run.ts';
import { anomalyNode } from './anomaly/definition.ts';
import { runner as anomaly } from './anomaly/run.ts';
import { clusterNode } from './cluster/definition.ts';
import { runner as cluster } from './cluster/run.ts';
import { linearNode } from './linear/definition.ts';
import { runner as linear } from './linear/run.ts';
import { pcaNode } from './pca/definition.ts';
import { runner as pca } from './pca/run.ts';
import { evaluateNode } from './evaluate/definition.ts';
import { runner as evaluate } from './evaluate/run.ts';

let chain: StepChain;
beforeAll(async () => {
  chain = await StepChain.create();
});
afterAll(() => chain[Symbol.asyncDispose]());

async function featuresOf(sql: string, columns: string[], numbers: 'keep' | 'median' = 'median') {
  const rows = await chain.table(sql, 'train');
  const { features } = await chain.run(imputeNode, impute, { columns, numbers }, { input: [rows] });
  return features as InputArtifact;
}

async function rowsOf(table: InputArtifact, sql: string) {
  return withDuckDb({}, (db) =>
    db.rows(sql.replaceAll(/\bscored\b/g, `read_parquet(${quotePath(table.path('data.parquet'))})`)),
  );
}

async function reportOf(model: InputArtifact, table: InputArtifact) {
  const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model], table: [table] });
  const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
  return evaluationReportSchema.parse(JSON.parse(text));
}

const penguins = `SELECT * FROM (SELECT *, row_number() OVER () AS i FROM read_json(${quotePath(
  join(import.meta.dirname, '../../node_modules/vega-datasets/data/penguins.json'),
)})) WHERE "Body Mass (g)" IS NOT NULL ORDER BY i`;
const measures = ['Beak Length (mm)', 'Beak Depth (mm)', 'Flipper Length (mm)', 'Body Mass (g)'];

/** Three groups of very different size, far apart, on columns of very different scale. */
const groups = `SELECT i, CASE WHEN i % 10 < 6 THEN 0 WHEN i % 10 < 9 THEN 1 ELSE 2 END AS truth,
    (CASE WHEN i % 10 < 6 THEN 0 WHEN i % 10 < 9 THEN 10 ELSE 20 END) + (hash(i) % 1000) / 500.0 AS a,
    1000 * ((CASE WHEN i % 10 < 6 THEN 5 WHEN i % 10 < 9 THEN 0 ELSE 9 END) + (hash(i + 7) % 1000) / 500.0) AS b
  FROM range(500) t(i) ORDER BY i`;

describe('clusters', () => {
  test.each([{ method: 'k-means' }, { method: 'dbscan', radius: 0.4 }] as const)(
    '$method finds groups that are there, and serves them',
    async (params) => {
      const features = await featuresOf(groups, ['a', 'b']);
      const { model, table } = await chain.run(clusterNode, cluster, params, { features: [features] });
      const counts = await rowsOf(
        table as InputArtifact,
        'SELECT truth, cluster, CAST(count(*) AS INTEGER) AS n FROM scored GROUP BY ALL ORDER BY truth',
      );
      expect(counts.map(({ truth, cluster, n }) => [Number(truth), Number(cluster), n])).toEqual([
        [0, 0, 300],
        [1, 1, 150],
        [2, 2, 50],
      ]);
      const { parity, metrics } = await reportOf(model as InputArtifact, table as InputArtifact);
      expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
      expect(metrics['accuracy']).toBe(1);
    },
  );

  test('penguins fall into groups that follow their species', async () => {
    const features = await featuresOf(penguins, measures);
    const { model, table } = await chain.run(clusterNode, cluster, { clusters: 3 }, { features: [features] });
    const [purity] = await rowsOf(
      table as InputArtifact,
      `SELECT sum(n) / (SELECT count(*) FROM scored) AS share FROM (
        SELECT max(n) AS n FROM (SELECT cluster, Species, count(*) AS n FROM scored GROUP BY ALL) GROUP BY cluster)`,
    );
    expect(purity?.['share']).toBeGreaterThan(0.85);
    const manifest = modelManifestSchema.parse(
      JSON.parse(await readFile((model as InputArtifact).path('model.json'), 'utf8')),
    );
    expect(manifest.classes).toEqual([0, 1, 2]);
    expect(chain.logs.some((line) => /3 clusters, silhouette 0\.\d+/.test(line))).toBe(true);
  });

  test('noise has a number of its own', async () => {
    const sql = `${groups.replace('ORDER BY i', '')} UNION ALL SELECT 1000, -1, 100, 100000 ORDER BY i`;
    const features = await featuresOf(sql, ['a', 'b']);
    const { model, table } = await chain.run(
      clusterNode,
      cluster,
      { method: 'dbscan', radius: 0.4 },
      { features: [features] },
    );
    const [far] = await rowsOf(table as InputArtifact, 'SELECT cluster FROM scored WHERE i = 1000');
    expect(Number(far?.['cluster'])).toBe(-1);
    const { parity, warnings } = await reportOf(model as InputArtifact, table as InputArtifact);
    expect(parity).toMatchObject({ passed: true });
    expect(warnings).toEqual([expect.stringMatching(/without a label.*say nothing about quality/)]);
    const raw = await chain.table(groups, 'test');
    await expect(
      chain.run(evaluateNode, evaluate, {}, { model: [model as InputArtifact], table: [raw] }),
    ).rejects.toMatchObject({ code: 'data.column-missing', fix: expect.stringContaining('comes out of Clusters') });
  });

  test('mistakes are named', async () => {
    const features = await featuresOf('SELECT i % 2 AS a, 1 AS same FROM range(10) t(i)', ['a', 'same'], 'keep');
    const run = (params: object, input = features) => chain.run(clusterNode, cluster, params, { features: [input] });
    await expect(run({ clusters: 11 })).rejects.toMatchObject({ code: 'params.invalid' });
    await expect(run({ column: 'A', clusters: 2 })).rejects.toMatchObject({ code: 'data.column-type' });
    await expect(run({ method: 'dbscan', minNeighbours: 8 })).rejects.toMatchObject({ code: 'train.one-class' });
    const same = await featuresOf('SELECT 1 AS same FROM range(10) t(i)', ['same']);
    await expect(run({}, same)).rejects.toMatchObject({ code: 'train.one-class' });
    const missing = await featuresOf('SELECT CASE WHEN i > 3 THEN i END AS a FROM range(10) t(i)', ['a'], 'keep');
    await expect(run({}, missing)).rejects.toMatchObject({ code: 'train.missing-values' });
  });
});

describe('anomalies', () => {
  test('rows apart from all others score highest, and are served as they were scored', async () => {
    const sql = `SELECT i, (hash(i) % 1000) / 100.0 AS a, CASE WHEN i % 20 <> 0 THEN (hash(i + 3) % 1000) / 10.0 END AS b
      FROM range(2000) t(i)
      UNION ALL SELECT 5000, 40, 50 UNION ALL SELECT 5001, 5, -200 UNION ALL SELECT 5002, -30, 300 ORDER BY i`;
    const features = await featuresOf(sql, ['a', 'b'], 'keep');
    const { model, table } = await chain.run(
      anomalyNode,
      anomaly,
      { share: 0.0015, rowsPerTree: 2000 },
      { features: [features] },
    );
    const flagged = await rowsOf(table as InputArtifact, 'SELECT i FROM scored WHERE is_anomaly ORDER BY i');
    expect(flagged.map(({ i }) => Number(i))).toEqual([5000, 5001, 5002]);
    const { parity, metrics } = await reportOf(model as InputArtifact, table as InputArtifact);
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['rmse']).toBeLessThan(1e-6);
  });

  test('a single row and rows that are all alike are named', async () => {
    const one = await featuresOf('SELECT 1 AS a', ['a']);
    await expect(chain.run(anomalyNode, anomaly, {}, { features: [one] })).rejects.toMatchObject({
      code: 'train.no-rows',
    });
    const same = await featuresOf('SELECT 1 AS a FROM range(100)', ['a']);
    await expect(chain.run(anomalyNode, anomaly, {}, { features: [same] })).rejects.toMatchObject({
      code: 'train.one-class',
    });
  });
});

describe('principal components', () => {
  test('keep the variance, are a feature of a model, and are served', async () => {
    const features = await featuresOf(penguins, measures);
    const out = await chain.run(pcaNode, pca, { components: 2 }, { features: [features] });
    expect(chain.logs.some((line) => /2 components keep 8\d\.\d % of the variance: 6\d\.\d %/.test(line))).toBe(true);
    const [spread] = await rowsOf(
      out['table'] as InputArtifact,
      'SELECT avg(pc1) AS mean, var_pop(pc1) AS first, var_pop(pc2) AS second, corr(pc1, pc2) AS corr FROM scored',
    );
    expect(Math.abs(spread?.['mean'] as number)).toBeLessThan(1e-4);
    expect(spread?.['first']).toBeGreaterThan(2.5);
    expect(spread?.['second']).toBeLessThan(1);
    expect(Math.abs(spread?.['corr'] as number)).toBeLessThan(1e-4);
    const input = [out['features'] as InputArtifact];
    const { model } = await chain.run(linearNode, linear, { label: 'Species' }, { features: input });
    const { parity, metrics } = await reportOf(model as InputArtifact, out['table'] as InputArtifact);
    expect(parity).toMatchObject({ passed: true });
    expect(metrics['accuracy']).toBeGreaterThan(0.85);
  });

  test('copies and constants leave one direction; too many are refused', async () => {
    const features = await featuresOf('SELECT i AS a, 2 * i AS b, 5 AS c FROM range(50) t(i)', ['a', 'b', 'c']);
    await chain.run(pcaNode, pca, { components: 3 }, { features: [features] });
    expect(chain.logs.at(-1)).toContain('100.0 %, 0.0 %, 0.0 %');
    await expect(chain.run(pcaNode, pca, { components: 4 }, { features: [features] })).rejects.toMatchObject({
      code: 'params.invalid',
    });
  });
});
