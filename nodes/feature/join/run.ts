import { parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { joinPointInTime } from '../../../main/compute/features/point-in-time-join.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { featureViewSchema } from '../../../shared/features/feature-view.ts';
import { implementNode, type InputArtifact } from '../../../shared/node/runner.ts';
import { joinNode, noView, planJoin } from './definition.ts';

export const runner = implementNode(joinNode, {
  async run(ctx) {
    const { params } = ctx;
    const labels = ctx.inputs['labels']?.[0];
    const inputs = ctx.inputs['views'] ?? [];
    if (labels === undefined || inputs.length === 0) {
      throw new AppError('data.query', `Input “${labels === undefined ? 'labels' : 'views'}” is not connected.`);
    }
    const views = inputs.map((artifact) => ({ artifact, view: viewOfArtifact(artifact), schema: schemaOf(artifact) }));
    const schema = schemaOf(labels);
    const { joins, problems } = planJoin(schema, views, params);
    const problem = problems.find(({ severity }) => severity === undefined);
    if (problem !== undefined) throw new AppError(problem.code, problem.message, { fix: problem.fix });
    for (const { message } of problems) ctx.log('warn', message);
    const path = labels.path(tableFile);
    const entities = {
      ...numberedParquetRelation(path, schema.columns),
      timestamp: params.timestamp,
      keyColumns: params.keyColumns,
    };
    const { lineage } = labels.manifest;
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        const joined = await joinPointInTime(
          db,
          parquetRelation(path, schema.columns),
          views.map(({ artifact, view, schema: { columns } }, index) => ({
            entities,
            source: { view, ...numberedParquetRelation(artifact.path(tableFile), columns) },
            outputNames: joins[index]?.outputNames ?? {},
          })),
          {
            createdFilter: params.createdFilter,
            onView: (done) => ctx.progress({ done, total: views.length, unit: 'views' }),
          },
        );
        const table = await writeTable(db, joined, {
          workDir: ctx.workDir,
          ...(lineage === undefined ? {} : { lineage }),
        });
        return { table };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The features cannot be joined' });
      }
    });
  },
});

function viewOfArtifact({ manifest }: InputArtifact) {
  const parsed = featureViewSchema.safeParse(manifest.meta['view']);
  if (parsed.success) return parsed.data;
  const { message, fix } = noView();
  throw new AppError('features.mismatch', message, { fix });
}

function schemaOf({ digest, manifest }: InputArtifact) {
  if (manifest.schema !== undefined) return manifest.schema;
  throw new AppError('artifact.corrupt', `The table ${digest} has no schema.`);
}
