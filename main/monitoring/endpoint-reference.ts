import type { InputColumn } from '../../shared/model/signature.ts';
import { type ColumnValues, readColumns } from '../compute/duckdb/read-columns.ts';
import { rowsOf } from '../compute/drift/column-test.ts';
import { type ColumnSummary, summarizeFile, summarizeValues } from '../compute/drift/column-summary.ts';
import { type ReadingKinds, readingKinds, referenceFigures } from '../compute/drift/figure-pairs.ts';
import type { HeldOutScores } from './held-out-scores.ts';
import { MultivariateTest } from '../compute/drift/multivariate.ts';

/** The training sample of the model that an endpoint serves, as its windows are compared with it. */
export interface EndpointReference {
  digest: string;
  version: string;
  columns: readonly InputColumn[];
  summaries: ReadonlyMap<string, ColumnSummary>;
  /** Columns that are compared by figures of each text or picture, and those figures. */
  kinds: ReadingKinds;
  figures: ReadonlyMap<string, ColumnSummary>;
  scores: HeldOutScores | undefined;
  whole: MultivariateTest | undefined;
  rows: number;
}

/** Rows of the training sample that texts are read from and that are compared as a whole. */
const sampledRows = 20_000;
/** Columns of rows that are compared as a whole. */
const wholeColumns = 300;

export interface ReferenceSource {
  digest: string;
  version: string;
  manifest: { inputs: readonly InputColumn[] };
  /** Parquet file of the training sample. */
  referencePath: string;
}

export interface ReferenceOptions {
  /** Reads no figures of texts and pictures and compares no rows as a whole, as Evidently does. */
  compatible: boolean;
  multivariate: boolean;
  heldOutScores: ((digest: string) => Promise<HeldOutScores | undefined>) | undefined;
}

/** Errors: those of `readColumns`. */
export async function readReference(
  source: ReferenceSource,
  { compatible, multivariate, heldOutScores }: ReferenceOptions,
  signal: AbortSignal,
): Promise<EndpointReference> {
  const columns = source.manifest.inputs;
  const summaries = await summarizeFile(source.referencePath, columns, signal);
  const isWhole = multivariate && !compatible;
  const scalarColumns = columns.filter(({ type }) => type !== 'tensor').slice(0, wholeColumns);
  const inside = columns.filter(({ type }) => type === 'string' || type === 'tensor');
  const sampled = new Set([...inside, ...(isWhole ? scalarColumns : [])]);
  const sample = await readSample(source.referencePath, [...sampled], signal);
  const kinds = compatible ? { texts: [], pictures: [] } : readingKinds(sample);
  const figures = referenceFigures(sample, kinds).map(
    (column) => [column.name, summarizeValues(column, 'float64')] as const,
  );
  const scalar = sample.flatMap((column) => (column.kind === 'tensor' ? [] : [column]));
  return {
    digest: source.digest,
    version: source.version,
    columns,
    summaries,
    kinds,
    figures: new Map(figures),
    scores: await heldOutScores?.(source.digest),
    whole: isWhole ? new MultivariateTest({ rows: scalar[0]?.values.length ?? 0, columns: scalar }) : undefined,
    rows: rowsIn(summaries),
  };
}

async function readSample(path: string, columns: readonly InputColumn[], signal: AbortSignal): Promise<ColumnValues[]> {
  if (columns.length === 0) return [];
  for await (const chunk of readColumns(path, columns, { limit: sampledRows, chunkRows: sampledRows, signal })) {
    return chunk.columns;
  }
  return [];
}

function rowsIn(summaries: ReadonlyMap<string, ColumnSummary>): number {
  let rows = 0;
  for (const summary of summaries.values()) rows = Math.max(rows, rowsOf(summary));
  return rows;
}
