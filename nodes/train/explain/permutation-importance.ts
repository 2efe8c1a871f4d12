import { rowLosses } from '../../../main/compute/metrics/row-loss.ts';
import { uniformAt } from '../../../main/compute/trees/random.ts';
import type { ExplanationReport } from '../../../shared/model/explanation-report.ts';
import type { ScoredSample } from './scored-sample.ts';

const normal95 = 1.959_963_984_540_054;

/**
 * What shuffling each column costs (Breiman, 2001): mean increase of the loss over repeats, with a 95 % interval over
 * rows. Of a regression losses are squared errors, and figures those of their root.
 */
export async function permutationImportance(
  sample: ScoredSample,
  actual: Float64Array,
  classes: number,
  { repeats, seed, onColumn }: { repeats: number; seed: number; onColumn(done: number): void },
): Promise<ExplanationReport['permutation']> {
  const { rows } = sample;
  const own = rowLosses(await sample.score(), actual, classes);
  const loss = own.reduce((sum, value) => sum + value, 0) / rows;
  const unit = (value: number) => (classes === 0 ? Math.sqrt(Math.max(0, value)) : value);
  const names = Object.keys(sample.feeds);
  const columns: ExplanationReport['permutation']['columns'] = [];
  for (const [place, column] of names.entries()) {
    const increases = new Float64Array(rows);
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = shuffledRows(rows, seed + repeat, place);
      const losses = rowLosses(await sample.score(sample.taken(column, order)), actual, classes);
      for (let row = 0; row < rows; row++) {
        increases[row] = (increases[row] as number) + ((losses[row] as number) - (own[row] as number)) / repeats;
      }
    }
    const mean = increases.reduce((sum, value) => sum + value, 0) / rows;
    const variance = increases.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, rows - 1);
    const margin = normal95 * Math.sqrt(variance / rows);
    const [increase, low, high] = [mean, mean - margin, mean + margin].map((value) => unit(loss + value) - unit(loss));
    columns.push({ column, increase: increase as number, low: low as number, high: high as number });
    onColumn(place + 1);
  }
  columns.sort((a, b) => b.increase - a.increase);
  return { metric: classes === 0 ? 'rmse' : 'logLoss', loss: unit(loss), repeats, columns };
}

function shuffledRows(rows: number, seed: number, stream: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  for (let i = rows - 1; i > 0; i--) {
    const other = Math.floor(uniformAt(seed, 100 + stream, i) * (i + 1));
    [order[i], order[other]] = [order[other] as number, order[i] as number];
  }
  return order;
}
