import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type StoreDatabase } from '../../../main/store/database.ts';
import { type Metric, TrackingStore } from '../../../main/tracking/tracking-store.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';

const runs = 10_000;
const metricsPerRun = 100;
const rounds = 7;

function timed(work: () => unknown): number {
  return median(
    Array.from({ length: rounds }, () => {
      const started = performance.now();
      work();
      return performance.now() - started;
    }),
  );
}

function fill(database: StoreDatabase, tracking: TrackingStore): number {
  const experimentId = tracking.createExperiment('table');
  database.transaction(() => {
    for (let i = 0; i < runs; i++) {
      const id = tracking.createTraining({ experimentId, name: `run ${i}`, user: '', startMs: i });
      const metrics = Array.from({ length: metricsPerRun }, (_, m): Metric => {
        return { key: `metric ${m}`, value: Math.sin(i * m), timestampMs: i, step: 0 };
      });
      tracking.log(id, { metrics, params: { depth: String(i % 9), rate: String(i % 7) } });
    }
  })();
  return experimentId;
}

/** A page of the experiment table, a batch of metrics, and the history of a long metric. */
export const tracking: Benchmark = {
  async measure(log) {
    const dir = mkdtempSync(join(tmpdir(), 'slipway-tracking-bench-'));
    const database = openDatabase(dir);
    try {
      const store = new TrackingStore(database);
      const experimentId = fill(database, store);
      log(`${runs} runs × ${metricsPerRun} metrics stored`);
      const columns = { metrics: ['metric 3', 'metric 50', 'metric 99'], params: ['depth'], tags: [] };
      const page = { experimentIds: [experimentId], limit: 100, columns };
      const table10kRunsMs = timed(() => store.query(page));
      const sorted = timed(() => store.query({ ...page, orderBy: ['metrics.`metric 50` DESC'] }));
      const filtered = timed(() =>
        store.query({ ...page, filter: "metrics.`metric 50` > 0.5 AND params.depth = '3'" }),
      );
      log(
        `first page ${table10kRunsMs.toFixed(1)} ms, sorted ${sorted.toFixed(1)} ms, filtered ${filtered.toFixed(1)} ms`,
      );
      const id = store.createTraining({ experimentId, name: 'long', user: '', startMs: 0 });
      const batch = (step: number): Metric[] =>
        Array.from({ length: 1000 }, (_, i) => ({
          key: 'loss',
          value: 1 / (step + i + 1),
          timestampMs: step + i,
          step: step + i,
        }));
      let step = 0;
      const logBatch1000Ms = timed(() => {
        store.log(id, { metrics: batch(step) });
        step += 1000;
      });
      for (; step < 100_000; step += 1000) store.log(id, { metrics: batch(step) });
      const history100kMs = timed(() => store.sampledHistory(id, 'loss', 500));
      // The slowest way to ask for the table counts.
      return {
        figures: { table10kRunsMs: Math.max(table10kRunsMs, sorted, filtered), logBatch1000Ms, history100kMs },
        skipped: [],
      };
    } finally {
      database.close();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
