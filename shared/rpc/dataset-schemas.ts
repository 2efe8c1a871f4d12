import { z } from 'zod';
import { columnSchema } from '../table/schema.ts';

/** One content that a source had when it was read. */
export const datasetVersionSchema = z.object({
  /** Same source, same id. */
  dataset: z.string(),
  /** 1, 2, 3 … of the dataset. */
  number: z.number(),
  /** Of the table. */
  digest: z.string(),
  kind: z.string(),
  /** Where it was read from, for people. */
  location: z.string(),
  schema: z.object({ columns: z.array(columnSchema) }),
  rowCount: z.number(),
  sizeBytes: z.number(),
  /** The step that read it last. */
  key: z.string(),
  graphId: z.string(),
  nodeId: z.string(),
  /** The run that read this content first. */
  runId: z.string(),
  firstReadMs: z.number(),
  lastReadMs: z.number(),
});
export type DatasetVersion = z.infer<typeof datasetVersionSchema>;

export const columnChangeSchema = z.object({
  column: z.string(),
  change: z.enum(['added', 'removed', 'type-changed']),
  /** SQL types. */
  before: z.string().nullable(),
  after: z.string().nullable(),
});

export const datasetDiffSchema = z.object({
  schema: z.array(columnChangeSchema),
  /**
   * `added` and `removed` count rows, repeats included, that only one side has, by the columns both have; a changed row
   * is one removed and one added.
   */
  rows: z.object({ before: z.number(), after: z.number(), added: z.number(), removed: z.number() }),
  /** Of the columns both have with the same kind of values, as far as they were compared. */
  columns: z.array(
    z.object({
      column: z.string(),
      type: z.string(),
      method: z.string(),
      statistic: z.number().nullable(),
      pValue: z.number().nullable(),
      /** Their distributions differ by more than chance, with one false discovery in twenty over all columns. */
      differs: z.boolean(),
      /** `ok`, or why there is no verdict. */
      state: z.string(),
      /** Shares per bin or category. */
      distribution: z.array(z.object({ label: z.string(), reference: z.number(), current: z.number() })),
    }),
  ),
  /** Columns both have that were not compared, since there are too many. */
  notCompared: z.number(),
});
export type DatasetDiff = z.infer<typeof datasetDiffSchema>;

export const datasetLineageSchema = z.object({
  /** From the artifact itself down, nearest first; `inputs` are digests. */
  nodes: z.array(
    z.object({
      digest: z.string(),
      type: z.string(),
      kind: z.string(),
      rows: z.number().nullable(),
      inputs: z.array(z.string()),
      missing: z.boolean(),
    }),
  ),
  /** Tables that were read from outside, with the dataset versions that have this content. */
  sources: z.array(
    z.object({
      digest: z.string(),
      kind: z.string(),
      rows: z.number().nullable(),
      versions: z.array(datasetVersionSchema),
    }),
  ),
});
export type DatasetLineage = z.infer<typeof datasetLineageSchema>;
