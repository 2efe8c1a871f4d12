import { z } from 'zod';
import { portTypes } from '../graph/port-types.ts';
import { tableSchemaSchema } from '../table/schema.ts';

/** Lower-case hex SHA-256, 64 characters. */
export const digestSchema = z.string().regex(/^[0-9a-f]{64}$/);

export const artifactTypeSchema = z.enum(portTypes);
export type ArtifactType = z.infer<typeof artifactTypeSchema>;

export const artifactFileSchema = z.object({ name: z.string(), sha256: digestSchema, sizeBytes: z.number() });

/**
 * `manifest.json` of a content-addressed artifact. The digest of a table is of its logical content (schema, rows in
 * order); of any other type, of its type, files and `meta`.
 * Files by type: table `data.parquet`; features `features.json`, `pipeline.onnx`; model `model.json`, `model.onnx`,
 * `native.bin`, `reference.parquet` (in place of the middle two, `estimator.pkl` and `matrix.onnx` where Python runs it);
 * report `report.json`.
 */
export const artifactManifestSchema = z.object({
  digest: digestSchema,
  type: artifactTypeSchema,
  files: z.array(artifactFileSchema),
  schema: tableSchemaSchema.optional(),
  rowCount: z.number().optional(),
  /** Small facts shown without opening files; numbers under `metrics` reach the run result. */
  meta: z.record(z.string(), z.unknown()),
  /** Which rows a table or features artifact stands for. */
  lineage: z.enum(['all', 'train', 'validation', 'test']).optional(),
  producer: z.object({ kind: z.string(), version: z.number(), key: z.string() }),
  inputs: z.record(z.string(), z.array(digestSchema)),
});
export type ArtifactManifest = z.infer<typeof artifactManifestSchema>;
