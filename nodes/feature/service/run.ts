import { createHash } from 'node:crypto';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type FeatureService, type ServiceArtifact, servedView } from '../../../shared/features/feature-service.ts';
import { featureViewSchema } from '../../../shared/features/feature-view.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import { canonicalJson } from '../../../shared/plan/canonical-json.ts';
import { noViewConnected, serviceNode, serviceOf } from './definition.ts';

export const runner = implementNode(serviceNode, {
  async run(ctx) {
    const inputs = (ctx.inputs['views'] ?? []).map((artifact) => ({ artifact, view: viewOf(artifact) }));
    const { service, problems } = serviceOf(
      inputs.map(({ view }) => view),
      ctx.params,
    );
    const [problem] = problems;
    if (problem !== undefined) throw new AppError(problem.code, problem.message, { fix: problem.fix });
    if (service === undefined) throw new AppError('data.query', 'Input “views” is not connected.');
    const digests = Object.fromEntries(inputs.map(({ artifact, view }) => [view.name, artifact.digest]));
    const meta: ServiceArtifact = { ...service, digests };
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const table = await writeTable(db, listingQuery(service), { workDir: ctx.workDir });
      const contentDigest = createHash('sha256')
        .update(canonicalJson(['slipway/feature-service/1', meta]))
        .digest('hex');
      return { service: { ...table, meta: { ...table.meta, service: meta }, contentDigest } };
    });
  },
});

function viewOf({ manifest }: InputArtifact) {
  const parsed = featureViewSchema.safeParse(manifest.meta['view']);
  if (parsed.success) return parsed.data;
  const { message, fix } = noViewConnected();
  throw new AppError('features.mismatch', message, { fix });
}

function listingQuery({ views }: FeatureService): string {
  const rows = views.flatMap((chosen) => {
    const { name, keys, features, ttlSeconds } = servedView(chosen);
    const key = keys.map((column) => column.name).join(', ');
    return features.map((feature) => {
      const type = feature.size === undefined ? feature.type : `${feature.type}[${feature.size}]`;
      return `(${[name, feature.name, type, key].map(quoteLiteral).join(', ')}, CAST(${ttlSeconds} AS BIGINT))`;
    });
  });
  return `SELECT * FROM (VALUES ${rows.join(', ')}) AS listed("view", feature, "type", "keys", ttl_seconds)`;
}
