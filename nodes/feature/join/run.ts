import { type DuckDb, parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { type NumberedRelation, numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { entitiesInRange, joinPointInTime, type ViewRows } from '../../../main/compute/features/point-in-time-join.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { serviceArtifactSchema, viewRowsGone } from '../../../shared/features/feature-service.ts';
import { type FeatureView, featureViewSchema } from '../../../shared/features/feature-view.ts';
import { type JoinedView, joinedViewsOf } from '../../../shared/features/joined-view.ts';
import { implementNode, type InputArtifact, type StepContext } from '../../../shared/node/runner.ts';
import type { TableSchema } from '../../../shared/table/schema.ts';
import { entityRange, joinNode, noView, planJoin, type ViewToJoin, viewsOfService } from './definition.ts';
import { pixelColumnsOf } from '../../../shared/table/pixel-columns.ts';

export const runner = implementNode(joinNode, {
  async run(ctx) {
    const { params } = ctx;
    const labels = ctx.inputs['labels']?.[0];
    const views = (await Promise.all((ctx.inputs['views'] ?? []).map((artifact) => viewsOf(artifact, ctx)))).flat();
    const [first] = views;
    if (first === undefined) throw new AppError('data.query', 'Input “views” is not connected.');
    const rows = labels === undefined ? entityRange(first, params) : { schema: schemaOf(labels) };
    if ('message' in rows) throw new AppError(rows.code, rows.message, { fix: rows.fix });
    const range = 'range' in rows ? rows.range : undefined;
    const timestamp = range?.timestamp ?? params.timestamp;
    const { joins, problems } = planJoin(rows.schema, views, { ...params, timestamp });
    const problem = problems.find(({ severity }) => severity === undefined);
    if (problem !== undefined) throw new AppError(problem.code, problem.message, { fix: problem.fix });
    for (const { message } of problems) ctx.log('warn', message);
    const sources = views.map(({ artifact, view, schema }) => ({
      view,
      ...numberedParquetRelation(artifact.path(tableFile), schema.columns),
    }));
    const { lineage } = (labels ?? first.artifact).manifest;
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        const base =
          labels !== undefined
            ? fileRows(labels.path(tableFile), rows.schema)
            : await entityRows(db, sources[0], range);
        const entities = { ...base.numbered, timestamp, keyColumns: params.keyColumns };
        const joined = await joinPointInTime(
          db,
          base.inOrder,
          sources.map((source, index) => ({ entities, source, outputNames: joins[index]?.outputNames ?? {} })),
          {
            createdFilter: params.createdFilter,
            folder: ctx.workDir,
            onView: (done) => ctx.progress({ done, total: views.length, unit: 'views' }),
          },
        );
        const table = await writeTable(db, joined, {
          workDir: ctx.workDir,
          ...(lineage === undefined ? {} : { lineage }),
          pixels: pixelColumnsOf(labels?.manifest.meta ?? {}),
          joined: [
            ...joinedViewsOf(labels?.manifest.meta ?? {}),
            ...views.map(({ artifact, view, service }, index) => ({
              view,
              ...(service === undefined ? {} : { service }),
              digest: artifact.digest,
              timestamp,
              keyColumns: keyColumnsOf(view, params.keyColumns),
              columns: joins[index]?.outputNames ?? {},
            })),
          ],
        });
        return { table };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The features cannot be joined' });
      }
    });
  },
});

function keyColumnsOf({ keys }: FeatureView, renamed: Readonly<Record<string, string>>): JoinedView['keyColumns'] {
  return Object.fromEntries(keys.map(({ name }) => [name, renamed[name] ?? name]));
}

/** The rows that ask: by ordinal, and as they are, in order. */
interface AskingRows {
  numbered: NumberedRelation;
  inOrder: string;
}

function fileRows(path: string, { columns }: TableSchema): AskingRows {
  return { numbered: numberedParquetRelation(path, columns), inOrder: parquetRelation(path, columns) };
}

/** Makes a table of the entities of a span of time. */
async function entityRows(
  db: DuckDb,
  source: ViewRows | undefined,
  range: Parameters<typeof entitiesInRange>[1] | undefined,
): Promise<AskingRows> {
  if (source === undefined || range === undefined) throw new AppError('internal.bug', 'There is nothing to join to.');
  await db.run(`CREATE TABLE entities AS ${entitiesInRange(source, range)}`);
  return {
    numbered: { relation: '(SELECT *, rowid AS "ordinal of the row" FROM entities)', ordinal: '"ordinal of the row"' },
    inOrder: 'entities',
  };
}

/** The views that an input stands for, each with the artifact that has its rows. */
async function viewsOf(
  input: InputArtifact,
  ctx: Pick<StepContext, 'open'>,
): Promise<(ViewToJoin & { artifact: InputArtifact })[]> {
  const view = featureViewSchema.safeParse(input.manifest.meta['view']).data;
  if (view !== undefined) return [{ artifact: input, view, schema: schemaOf(input) }];
  const service = serviceArtifactSchema.safeParse(input.manifest.meta['service']).data;
  if (service === undefined) {
    const { message, fix } = noView();
    throw new AppError('features.mismatch', message, { fix });
  }
  const artifacts = new Map<string, InputArtifact>();
  for (const { view: chosen } of service.views) {
    const artifact = await ctx.open(service.digests[chosen.name] ?? '');
    if (artifact === undefined) throw viewRowsGone(chosen.name, service);
    artifacts.set(chosen.name, artifact);
  }
  const schemas = Object.fromEntries([...artifacts].map(([name, artifact]) => [name, schemaOf(artifact)]));
  return viewsOfService(service, schemas).flatMap((chosen) => {
    const artifact = artifacts.get(chosen.view.name);
    return artifact === undefined ? [] : [{ ...chosen, artifact }];
  });
}

function schemaOf({ digest, manifest }: InputArtifact) {
  if (manifest.schema !== undefined) return manifest.schema;
  throw new AppError('artifact.corrupt', `The table ${digest} has no schema.`);
}
