import { scoreColumn } from '../../shared/model/report.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import { type ColumnSummary, summarizeFile } from '../compute/drift/column-summary.ts';

/** What a model made of held-out rows, to compare its predictions with. */
export interface HeldOutScores {
  /** Output of the request log that has the same figure. */
  output: string;
  summary: ColumnSummary;
}

/**
 * From `reference-scores.parquet`: the score of the second of two classes, or the predicted number. Undefined for more
 * classes. Training rows will not do: a model is surer of them. Errors: those of `readColumns`.
 */
export async function heldOutScores(
  path: string,
  { task, classes }: Pick<ModelManifest, 'task' | 'classes'>,
  signal?: AbortSignal,
): Promise<HeldOutScores | undefined> {
  if (task !== 'regression' && classes.length !== 2) return undefined;
  const name = scoreColumn(task === 'regression' ? 0 : 1);
  const summary = (await summarizeFile(path, [{ name, type: 'float64' }], signal)).get(name);
  const output = task === 'regression' ? 'prediction' : 'probability';
  return summary === undefined ? undefined : { output, summary };
}
