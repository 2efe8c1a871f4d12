import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { scoreFile } from '../../../main/monitoring/paired-test.ts';
import { loadPerformanceReference } from '../../../main/monitoring/performance-reference.ts';
import { artifactModelSource } from '../../../main/serving/model-source.ts';
import { referenceScoresFile } from '../../../shared/model/report.ts';
import type { Benchmark } from '../benchmark.ts';
import { artifactDir, runGraph } from './closed-loop.ts';

const template = join(
  fileURLToPath(new URL('.', import.meta.url)),
  '../../../resources/templates/flight-delays.slipway.json',
);
const rowsPerWeek = 20_000;

/** Weeks after which the difference asks for an explanation. */
const large = 0.04;

/**
 * ROC AUC of the flight-delays model week by week, estimated without labels and realized: the calibration is learned
 * from held-out flights of May, the weeks from May to June follow.
 */
export const cbpeWeeks: Benchmark = {
  async measure(log) {
    const dataDir = mkdtempSync(join(tmpdir(), 'slipway-cbpe-'));
    try {
      log('Training the model.');
      const outputs = await runGraph(template, dataDir);
      const digestOf = (port: string) => {
        const digest = outputs[port]?.digest;
        if (digest === undefined) throw new Error(`the run has no ${port}`);
        return digest;
      };
      const digest = digestOf('register.model');
      const { modelPath, manifest } = await artifactModelSource({
        name: 'model',
        version: '1',
        digest,
        dir: artifactDir(dataDir, digest),
      });
      if (manifest === null) throw new Error('the model has no description');
      const held = join(artifactDir(dataDir, digestOf('evaluate.report')), referenceScoresFile);
      const reference = await loadPerformanceReference(held, manifest);
      const flights = join(artifactDir(dataDir, digestOf('join.table')), 'data.parquet');
      const errors: number[] = [];
      const bands: boolean[] = [];
      for (let week = 0; week < 8; week++) {
        const path = join(dataDir, `week-${week}.parquet`);
        const from = `TIMESTAMP '2001-05-01' + INTERVAL ${7 * week} DAYS`;
        await withDuckDb({ memoryBytes: 2 ** 31 }, (db) =>
          db.run(
            `COPY (SELECT * FROM read_parquet(${quotePath(flights)})
              WHERE date >= ${from} AND date < ${from} + INTERVAL 7 DAYS
              ORDER BY hash(date, origin, destination, distance) LIMIT ${rowsPerWeek})
            TO ${quotePath(path)} (FORMAT parquet)`,
          ),
        );
        const scores = await scoreFile(modelPath, manifest, path);
        const rows = scores.length / 2;
        const actual = await labelsOf(path);
        const none = new Float64Array(rows);
        const sample = { rows, scores, actual, columns: [], positions: none, timesMs: none };
        const estimated = reference.estimate(sample)['rocAuc'];
        const realized = reference.realize(sample)['rocAuc'];
        if (estimated === undefined || realized === undefined) throw new Error(`week ${week} has no ROC AUC`);
        const error = estimated.value - realized.value;
        errors.push(Math.abs(error));
        bands.push(realized.value >= estimated.low && realized.value <= estimated.high);
        const calibration = reference.calibration(sample);
        log(
          `week ${week + 1}: ${rows} flights, estimated ${estimated.value.toFixed(4)}, realized ${realized.value.toFixed(4)}, ` +
            `${error.toFixed(4)}; delayed: expected ${calibration?.predicted.toFixed(3)}, came ${calibration?.observed.toFixed(3)}` +
            (Math.abs(error) > large ? ' (large)' : ''),
        );
      }
      return {
        figures: {
          weeks: errors.length,
          meanAbsoluteError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
          largestError: Math.max(...errors),
          weeksAbove004: errors.filter((error) => error > large).length,
          weeksInBand: bands.filter(Boolean).length,
        },
        skipped: [],
      };
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

async function labelsOf(path: string): Promise<Float64Array> {
  const options = { chunkRows: rowsPerWeek };
  for await (const { columns } of readColumns(path, [{ name: 'delayed', type: 'bool' }], options)) {
    return columns[0]?.values as Float64Array;
  }
  return new Float64Array();
}
