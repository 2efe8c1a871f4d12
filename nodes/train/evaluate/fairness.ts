import { readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { groupTexts } from '../../../main/compute/metrics/slices.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import { MISSING_STRING, type ModelManifest } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import type { Predictions } from './predictions.ts';

type Fairness = NonNullable<EvaluationReport['fairness']>;

/**
 * How each group of a column fares. Gaps are the difference of demographic parity (`selected`) and of equalized odds
 * (`truePositiveRate`, `falsePositiveRate`; Hardt et al., 2016). Errors: `data.column-missing`.
 */
export async function measureFairness(options: {
  manifest: ModelManifest;
  predictions: Predictions;
  table: InputArtifact;
  column: string;
  signal: AbortSignal;
}): Promise<Fairness> {
  const { manifest, predictions, table, column, signal } = options;
  const known = table.manifest.schema?.columns.some(({ name }) => name === column) === true;
  if (!known) {
    throw new AppError('data.column-missing', `The held-out rows have no column “${column}” to compare groups by.`, {
      fix: 'Choose a column of the evaluated table.',
      details: { column },
    });
  }
  const texts: string[] = [];
  for await (const chunk of readColumns(table.path('data.parquet'), [{ name: column, type: 'string' }], { signal })) {
    const [read] = chunk.columns;
    if (read?.kind === 'string') for (const value of read.values) texts.push(value);
  }
  const values = Array.from(predictions.ordinals, (ordinal) => texts[ordinal] ?? MISSING_STRING);
  const { names, group } = groupTexts(column, values, MISSING_STRING);
  const groups = names.map((value, index) => figuresOf(value, index, group, manifest, predictions));
  return {
    column,
    groups,
    gaps: {
      selected: gapOf(groups.map(({ selected }) => selected)),
      truePositiveRate: gapOf(groups.map(({ truePositiveRate }) => truePositiveRate)),
      falsePositiveRate: gapOf(groups.map(({ falsePositiveRate }) => falsePositiveRate)),
      accuracy: gapOf(groups.map(({ accuracy }) => accuracy)),
    },
  };
}

function figuresOf(
  value: string,
  index: number,
  group: Int32Array,
  { task, classes }: ModelManifest,
  { scores, actual }: Predictions,
): Fairness['groups'][number] {
  const width = classes.length;
  let rows = 0;
  let hits = 0;
  let selected = 0;
  let positives = 0;
  let truePositives = 0;
  for (let row = 0; row < actual.length; row++) {
    if (group[row] !== index) continue;
    let best = 0;
    for (let c = 1; c < width; c++) {
      if ((scores[row * width + c] as number) > (scores[row * width + best] as number)) best = c;
    }
    rows++;
    if (best === actual[row]) hits++;
    if (best === 1) selected++;
    if (actual[row] === 1) positives++;
    if (best === 1 && actual[row] === 1) truePositives++;
  }
  const negatives = rows - positives;
  const binary = task === 'binary';
  return {
    value,
    rows,
    selected: binary ? selected / rows : null,
    truePositiveRate: binary && positives > 0 ? truePositives / positives : null,
    falsePositiveRate: binary && negatives > 0 ? (selected - truePositives) / negatives : null,
    accuracy: hits / rows,
  };
}

function gapOf(values: (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length < 2 ? null : Math.max(...present) - Math.min(...present);
}
