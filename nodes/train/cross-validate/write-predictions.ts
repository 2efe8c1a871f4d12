import type { ScalarColumn } from '../../../main/compute/duckdb/append-columns.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../../shared/node/runner.ts';
import { writeScoredTable } from '../../lib/unlabelled.ts';

interface Pooled {
  rows: number;
  scores: Float32Array;
  ordinals: Float64Array;
}

const labelTypes: Record<string, string> = { bool: 'BOOLEAN', int64: 'BIGINT', string: 'VARCHAR' };

/**
 * The measured rows with `fold` (from 1), `prediction` (class or value) and, of classes, `probability_CLASS` each. Errors:
 * `data.column-type` when the table has such columns already.
 */
export async function writePredictions(
  ctx: Pick<StepContext, 'workDir' | 'signal' | 'threads' | 'memoryBytes' | 'progress'>,
  table: InputArtifact,
  { task, classes, label }: ModelManifest,
  { rows, scores, ordinals }: Pooled,
  measuredRows: Uint32Array,
  foldOf: Int32Array,
): Promise<ArtifactDraft> {
  const number = (name: string, values: Float64Array, sqlType = 'DOUBLE') =>
    ({ name, kind: 'number', values, sqlType }) satisfies ScalarColumn & { sqlType: string };
  const folds = number(
    'fold',
    Float64Array.from(measuredRows, (row) => (foldOf[row] as number) + 1),
    'BIGINT',
  );
  if (task === 'regression') {
    return (await writeScoredTable(ctx, table, [folds, number('prediction', Float64Array.from(scores))], ordinals))
      .draft;
  }
  const width = classes.length;
  const best = Array.from({ length: rows }, (_, row) => {
    let index = 0;
    for (let c = 1; c < width; c++) {
      if ((scores[row * width + c] as number) > (scores[row * width + index] as number)) index = c;
    }
    return classes[index] as (typeof classes)[number];
  });
  const sqlType = labelTypes[label.type] ?? 'VARCHAR';
  const predicted: ScalarColumn & { sqlType: string } =
    label.type === 'string'
      ? { name: 'prediction', kind: 'string', values: best.map(String), sqlType }
      : number('prediction', Float64Array.from(best, Number), sqlType);
  const probabilities = classes.map((name, c) =>
    number(
      `probability_${String(name)}`,
      Float64Array.from({ length: rows }, (_, row) => scores[row * width + c] as number),
    ),
  );
  return (await writeScoredTable(ctx, table, [folds, predicted, ...probabilities], ordinals)).draft;
}
