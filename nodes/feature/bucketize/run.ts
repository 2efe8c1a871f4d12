import type { FitTable } from '../../../main/compute/fit/fit-table.ts';
import { exactQuantiles, finiteRange } from '../../../main/compute/fit/numeric-statistics.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep } from '../../lib/feature-step.ts';
import { type BucketizeParams, bucketizeNode, edgesProblem, refuseBucketize } from './definition.ts';
import { lowerBucketize } from './lower.ts';

export const runner = implementNode(bucketizeNode, {
  run: (ctx) => {
    const { columns, output } = ctx.params;
    return runFeatureStep(ctx, {
      rule: { field: 'columns', columns, refuse: refuseBucketize },
      fit: async (table, source) => ({ output, edges: await edgesOf(table, source, ctx.params) }),
      lower: lowerBucketize,
    });
  },
});

async function edgesOf(table: FitTable, source: FeatureSource, params: BucketizeParams): Promise<number[]> {
  const { method, buckets } = params;
  if (method === 'edges') {
    const problem = edgesProblem(params.edges);
    if (problem !== undefined) throw new AppError('params.invalid', problem.message, { fix: problem.fix });
    return params.edges.map(Math.fround);
  }
  const range = await finiteRange(table, source);
  if (range === undefined) {
    throw new AppError('data.empty', `Column “${source.name}” has no value in the training rows to learn from.`, {
      fix: 'Leave it out, or give the edges.',
    });
  }
  const fractions = Array.from({ length: buckets - 1 }, (_, index) => (index + 1) / buckets);
  const edges =
    method === 'quantile'
      ? ((await exactQuantiles(table, source, fractions)) ?? [])
      : // The weighted form cannot overflow, where max − min could.
        fractions.map((fraction) => range.min * (1 - fraction) + range.max * fraction);
  return usefulEdges(edges, range.min);
}

/** Edges as float32, each once, without those that would leave the first bucket empty. */
function usefulEdges(edges: readonly number[], min: number): number[] {
  return [...new Set(edges.map(Math.fround))].filter((edge) => edge > min);
}
