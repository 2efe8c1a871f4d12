import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quotePath } from '../../../main/compute/duckdb/quote.ts';
import { compareTables } from '../../../main/compute/drift/table-drift.ts';
import type { Benchmark } from '../benchmark.ts';
import { servingCostRatio } from '../serve/monitored-cost.ts';
import { median } from '../serve/load.ts';

const options = { minimumRows: 50, alpha: 0.05 };
const rounds = 3;
/** Rows of the large tables; less only to try the benchmark out. */
const largeRows = Number(process.env['SLIPWAY_DRIFT_ROWS'] ?? 3_000_000);

/** Drift reports of two tables, and what the request log and its monitors cost an endpoint. */
export const drift: Benchmark = {
  async measure(log) {
    const dir = await mkdtemp(join(tmpdir(), 'slipway-drift-bench-'));
    try {
      const figures: Record<string, number> = {};
      const small = await tables(dir, 'small', 100_000, 50);
      const seconds: number[] = [];
      for (let round = 0; round < rounds; round++) seconds.push(await reportSeconds(small));
      log(`100,000 x 50 on both sides: ${seconds.map((value) => value.toFixed(2)).join(', ')} s`);
      figures['report100kx50Seconds'] = median(seconds);
      const large = await tables(dir, 'large', largeRows, 100);
      const half = await tables(dir, 'half', largeRows, 50);
      const before = process.memoryUsage.rss();
      let peak = before;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage.rss());
      }, 100);
      figures['report3Mx100Seconds'] = await reportSeconds(large);
      clearInterval(watch);
      figures['report3Mx100PeakMiB'] = Math.round((peak - before) / 2 ** 20);
      figures['report3Mx50Seconds'] = await reportSeconds(half);
      log(
        `${largeRows} x 100: ${figures['report3Mx100Seconds'].toFixed(1)} s, x 50: ${figures['report3Mx50Seconds']} s`,
      );
      figures['servingCostRatio'] = await servingCostRatio(log);
      return { figures, skipped: [] };
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function reportSeconds({ reference, current }: { reference: string; current: string }): Promise<number> {
  const started = performance.now();
  await compareTables(reference, current, options);
  return (performance.now() - started) / 1000;
}

/** Two tables of one distribution: of ten columns seven are numbers, one has few values, two are categories. */
async function tables(dir: string, name: string, rows: number, columns: number) {
  const select = (side: number) =>
    Array.from({ length: columns }, (_, c) => {
      const u = `(hash(i, ${c}, ${side}) / 18446744073709551616.0)`;
      if (c % 10 === 9) return `'c' || CAST(floor(${u} * 40) AS INTEGER) AS c${c}`;
      if (c % 10 === 8) return `'k' || CAST(floor(${u} * ${u} * 300) AS INTEGER) AS c${c}`;
      if (c % 10 === 7) return `floor(${u} * 12)::BIGINT AS c${c}`;
      return `ln(1 + ${u} * ${c + 1}) AS c${c}`;
    }).join(', ');
  const path = (side: string) => join(dir, `${name}-${side}.parquet`);
  await withDuckDb({ memoryBytes: 2 ** 31 }, async (db) => {
    for (const [side, seed] of [['reference', 1] as const, ['current', 2] as const]) {
      await db.run(
        `COPY (SELECT ${select(seed)} FROM range(${rows}) AS t(i)) TO ${quotePath(path(side))} (FORMAT parquet)`,
      );
    }
  });
  return { reference: path('reference'), current: path('current') };
}
