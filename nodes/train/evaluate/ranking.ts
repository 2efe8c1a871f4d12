import { rankingMetrics } from '../../../main/compute/metrics/ranking-metrics.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import { readRowGroups } from '../../lib/row-columns.ts';
import type { Predictions } from './predictions.ts';

/**
 * Metrics of a model that was trained to rank the rows of queries; of another one, nothing. The held-out table has the
 * column of queries too. Errors: those of `readRowGroups`.
 */
export async function measureRanking(
  { trainer }: ModelManifest,
  { actual, scores, ordinals }: Predictions,
  table: InputArtifact,
  ctx: Pick<StepContext, 'signal'>,
): Promise<{ metrics: Record<string, number>; warnings: string[] }> {
  const { objective, group } = trainer.params;
  if (objective !== 'ranking' || typeof group !== 'string' || group === '') return { metrics: {}, warnings: [] };
  if (table.manifest.schema?.columns.some(({ name }) => name === group) !== true) {
    return { metrics: {}, warnings: [`Ranking is not measured: the rows have no column “${group}” of queries.`] };
  }
  const labels = { rows: Uint32Array.from(ordinals), values: actual };
  const groups = await readRowGroups({ table, column: group, labels, ctx });
  const measured = rankingMetrics(actual, groups, scores);
  if (new Set(groups).size === groups.length) {
    const warning = `Ranking is not measured: each query in “${group}” has one row, which has nothing to be ordered.`;
    return { metrics: {}, warnings: [warning] };
  }
  if (measured !== undefined) return { metrics: measured.metrics, warnings: [] };
  return { metrics: {}, warnings: ['Ranking is not measured: no query has a relevant row.'] };
}
