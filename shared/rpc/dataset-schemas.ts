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
