import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { type Grouping, groupNumbers, groupTexts, slicesByLoss } from '../../../main/compute/metrics/slices.ts';
import { actualColumn, type EvaluationReport, scoreColumn } from '../../../shared/model/report.ts';
import { type InputColumn, MISSING_STRING, type ModelManifest } from '../../../shared/model/signature.ts';
import { rowLosses } from '../../../main/compute/metrics/row-loss.ts';

const mostSlices = 30;

/** Where the model is worst, by each of its inputs; `scoresPath` is the file of `writeReferenceScores`. */
export async function findSlices(
  manifest: ModelManifest,
  scoresPath: string,
  signal: AbortSignal,
): Promise<NonNullable<EvaluationReport['slices']>> {
  const inputs = manifest.inputs.filter(({ type }) => type !== 'tensor' && type !== 'timestamp');
  const width = Math.max(1, manifest.classes.length);
  const wanted: InputColumn[] = [
    ...inputs,
    { name: actualColumn, type: 'float64' },
    ...Array.from({ length: width }, (_, c): InputColumn => ({ name: scoreColumn(c), type: 'float64' })),
  ];
  for await (const { columns, rows } of readColumns(scoresPath, wanted, { chunkRows: 2 ** 20, signal })) {
    const numbers = (name: string): Float64Array => {
      const column = columns.find((candidate) => candidate.name === name);
      return column?.kind === 'number' ? column.values : new Float64Array(rows);
    };
    const scores = new Float64Array(rows * width);
    for (let c = 0; c < width; c++) {
      const values = numbers(scoreColumn(c));
      for (let row = 0; row < rows; row++) scores[row * width + c] = values[row] as number;
    }
    const losses = rowLosses(scores, numbers(actualColumn), manifest.classes.length);
    const groupings = columns.slice(0, inputs.length).flatMap((column): Grouping[] => {
      if (column.kind === 'string') return [groupTexts(column.name, column.values, MISSING_STRING)];
      return column.kind === 'number' ? [groupNumbers(column.name, column.values)] : [];
    });
    return slicesByLoss(losses, groupings).slice(0, mostSlices);
  }
  return [];
}
