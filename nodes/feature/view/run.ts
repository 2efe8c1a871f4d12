import { createHash } from 'node:crypto';
import { type DuckDb, parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureView } from '../../../shared/features/feature-view.ts';
import { implementNode, type StepContext } from '../../../shared/node/runner.ts';
import { canonicalJson } from '../../../shared/plan/canonical-json.ts';
import { viewNode, viewOf } from './definition.ts';

export const runner = implementNode(viewNode, {
  async run(ctx) {
    const source = ctx.inputs['source']?.[0];
    const schema = source?.manifest.schema;
    if (source === undefined || schema === undefined) throw new AppError('internal.bug', 'The view has no source.');
    const { columns, view, problems } = viewOf(schema, ctx.params);
    const [problem] = problems;
    if (problem !== undefined) throw new AppError(problem.code, problem.message, { fix: problem.fix });
    if (view === undefined) throw new AppError('internal.bug', 'The view is not complete.');
    const { lineage } = source.manifest;
    const items = columns.map(({ source: { name }, name: newName }) =>
      [quoteIdentifier(name), quoteIdentifier(newName)].join(' AS '),
    );
    const rows = `SELECT ${items.join(', ')} FROM ${parquetRelation(source.path(tableFile), schema.columns)}`;
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        await warnOfLostRows(ctx, db, view, rows);
        const table = await writeTable(db, rows, {
          workDir: ctx.workDir,
          ...(lineage === undefined ? {} : { lineage }),
        });
        return {
          view: {
            ...table,
            meta: { ...table.meta, view },
            // The same rows under another promise are another artifact.
            contentDigest: digestOf(table.contentDigest, view),
          },
        };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: `The view ${view.name} cannot be made` });
      }
    });
  },
});

function digestOf(rows: string | undefined, view: FeatureView): string {
  return createHash('sha256')
    .update(canonicalJson(['slipway/feature-view/1', rows ?? null, view]))
    .digest('hex');
}

/** Rows that no look-up will ever find. */
async function warnOfLostRows(
  ctx: Pick<StepContext, 'log'>,
  db: DuckDb,
  view: FeatureView,
  rows: string,
): Promise<void> {
  const required = [...view.keys.map(({ name }) => name), view.eventTimestamp, view.createdTimestamp];
  const names = required.filter((name) => name !== null);
  const counts = names.map(
    (name, index) => `CAST(count(*) FILTER (${quoteIdentifier(name)} IS NULL) AS DOUBLE) AS n${index}`,
  );
  const [row] = await db.rows(`SELECT ${counts.join(', ')} FROM (${rows})`);
  names.forEach((name, index) => {
    const lost = Number(row?.[`n${index}`] ?? 0);
    if (lost > 0) ctx.log('warn', `${lost} rows have no “${name}” and will never be found.`);
  });
}
