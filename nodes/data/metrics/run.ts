import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode, type InputArtifact } from '../../../shared/node/runner.ts';
import { metricsNode } from './definition.ts';

export const runner = implementNode(metricsNode, {
  async run(ctx) {
    const { source, names } = ctx.params;
    const reports = (ctx.inputs['reports'] ?? []).map(metricsOf);
    const metrics = [...new Set(reports.flatMap((report) => Object.keys(report)))].sort();
    if (metrics.some((metric) => metric.toLowerCase() === source.toLowerCase())) {
      throw new AppError('params.invalid', `A metric is called “${source}”, like the column for the report.`, {
        fix: 'Give the column another name.',
        details: { field: 'source' },
      });
    }
    const rows = reports.map((report, index) => {
      const cells = metrics.map((metric) => {
        const value = report[metric];
        return value === undefined ? 'CAST(NULL AS DOUBLE)' : `CAST(${quoteLiteral(String(value))} AS DOUBLE)`;
      });
      return `(${[quoteLiteral(names[index] ?? String(index + 1)), ...cells].join(', ')})`;
    });
    const columns = [source, ...metrics].map(quoteIdentifier).join(', ');
    const select = `SELECT * FROM (VALUES ${rows.join(', ')}) AS reports(${columns})`;
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => ({
      table: await writeTable(db, select, { workDir: ctx.workDir, lineage: 'all' }),
    }));
  },
});

/** The numbers under `metrics` of a report. */
function metricsOf({ manifest }: InputArtifact): Record<string, number> {
  const metrics = manifest.meta['metrics'];
  if (typeof metrics !== 'object' || metrics === null) return {};
  return Object.fromEntries(
    Object.entries(metrics).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && Number.isFinite(entry[1]),
    ),
  );
}
