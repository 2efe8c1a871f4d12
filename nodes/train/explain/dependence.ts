import type { ColumnValues } from '../../../main/compute/duckdb/read-columns.ts';
import { rawJson } from '../../../main/compute/onnx/raw-json.ts';
import type { ExplanationReport } from '../../../shared/model/explanation-report.ts';
import type { InputColumn, ModelManifest } from '../../../shared/model/signature.ts';
import type { ScoredSample } from './scored-sample.ts';

const gridSize = 20;
const mostCategories = 12;
const mostRows = 400;
const mostLines = 40;
const interactionRows = 60;

export type Cell = string | number | boolean | null;

/** A value as a report shows it. */
export function cellOf(input: InputColumn, column: ColumnValues, row: number): Cell {
  const value = rawJson(input, column, row);
  return Array.isArray(value) ? `[${value.length} values]` : (value as Cell);
}

/** Partial dependence (Friedman, 2001) and individual lines (Goldstein et al., 2015) of a column. */
export async function partialDependence(
  sample: ScoredSample,
  manifest: ModelManifest,
  input: InputColumn,
  values: ColumnValues,
  output: number,
): Promise<ExplanationReport['dependence'][number]> {
  const grid = gridRows(values, sample.rows);
  const rows = evenly(sample.rows, mostRows);
  const part = sample.subset(manifest, rows);
  const lines = evenly(rows.length, mostLines).map((row): { row: number; scores: number[] } => ({ row, scores: [] }));
  const mean: number[] = [];
  for (const source of grid) {
    const scores = await part.score(sample.taken(input.name, new Int32Array(rows.length).fill(source)));
    const at = (row: number) => scores[row * sample.width + output] as number;
    let sum = 0;
    for (let row = 0; row < rows.length; row++) sum += at(row);
    mean.push(sum / rows.length);
    for (const line of lines) line.scores.push(at(line.row));
  }
  return {
    column: input.name,
    numeric: values.kind === 'number' && input.type !== 'bool',
    values: grid.map((row) => cellOf(input, values, row)),
    mean,
    lines: lines.map(({ scores }) => scores),
  };
}

/** Friedman's H of pairs of columns (Friedman & Popescu, 2008), strongest first. */
export async function pairInteractions(
  sample: ScoredSample,
  manifest: ModelManifest,
  columns: readonly string[],
  output: number,
  onPair: () => void,
): Promise<ExplanationReport['interactions']> {
  const part = sample.subset(manifest, evenly(sample.rows, interactionRows));
  const count = part.rows;
  // Row i · count + j has the chosen columns of row i and the others of row j.
  const first = Int32Array.from({ length: count * count }, (_, i) => Math.floor(i / count));
  const all = part.subset(
    manifest,
    Int32Array.from(first, (_, i) => i % count),
  );
  const dependenceOf = async (names: readonly string[]): Promise<Float64Array> => {
    const changed = Object.assign({}, ...names.map((name) => part.taken(name, first))) as ReturnType<typeof part.taken>;
    const scores = await all.score(changed);
    const means = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      let sum = 0;
      for (let j = 0; j < count; j++) sum += scores[(i * count + j) * sample.width + output] as number;
      means[i] = sum / count;
    }
    const centre = means.reduce((sum, value) => sum + value, 0) / count;
    return means.map((value) => value - centre);
  };
  const alone = new Map<string, Float64Array>();
  for (const name of columns) alone.set(name, await dependenceOf([name]));
  const found: ExplanationReport['interactions'] = [];
  for (const [i, a] of columns.entries()) {
    for (const b of columns.slice(i + 1)) {
      const both = await dependenceOf([a, b]);
      let more = 0;
      let total = 0;
      both.forEach((value, row) => {
        more += (value - (alone.get(a)?.[row] as number) - (alone.get(b)?.[row] as number)) ** 2;
        total += value * value;
      });
      // Scores are float32: below this a pair does nothing.
      found.push({ columns: [a, b], strength: total > 1e-10 * count ? Math.min(1, Math.sqrt(more / total)) : 0 });
      onPair();
    }
  }
  return found.sort((x, y) => y.strength - x.strength);
}

/** Rows whose values make the grid: quantiles of numbers and times, the most frequent categories. */
function gridRows(column: ColumnValues, rows: number): number[] {
  const values = column.values as ArrayLike<number | bigint | string>;
  if (column.kind === 'string') {
    const groups = new Map<string, { row: number; count: number }>();
    for (let row = 0; row < rows; row++) {
      const group = groups.get(values[row] as string) ?? { row, count: 0 };
      group.count++;
      groups.set(values[row] as string, group);
    }
    return [...groups.values()]
      .sort((a, b) => b.count - a.count)
      .slice(0, mostCategories)
      .map(({ row }) => row);
  }
  const sorted = Array.from({ length: rows }, (_, row) => row)
    .filter((row) => !Number.isNaN(values[row]))
    .sort((a, b) =>
      (values[a] as number) < (values[b] as number) ? -1 : (values[a] as number) > (values[b] as number) ? 1 : a - b,
    );
  const taken = evenly(sorted.length, gridSize, true).map((place) => sorted[place] as number);
  return taken.filter((row, i) => i === 0 || values[row] !== values[taken[i - 1] as number]);
}

/** At most `limit` of `count` places, evenly spaced; with both ends where asked. */
export function evenly(count: number, limit: number, ends = false): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i);
  const span = ends ? (count - 1) / (limit - 1) : count / limit;
  return Array.from({ length: limit }, (_, i) => Math.floor(i * span + (ends ? 0.5 : 0)));
}
