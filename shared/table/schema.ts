import { z } from 'zod';

/**
 * Logical column types. Integers of any width are `int64`, all binary and decimal floats are `float64`, dates and
 * timestamps are `timestamp` (microseconds since 1970-01-01T00:00:00Z), a fixed-size list of floats is `tensor`.
 */
export const columnTypeSchema = z.enum(['bool', 'int64', 'float64', 'string', 'timestamp', 'tensor', 'other']);
export type ColumnType = z.infer<typeof columnTypeSchema>;

export const columnSchema = z.object({
  name: z.string(),
  type: columnTypeSchema,
  /** The DuckDB type, e.g. `DECIMAL(10,2)`. */
  sqlType: z.string(),
  /** Number of elements per row; only for `tensor`. */
  size: z.number().int().positive().optional(),
});
export type Column = z.infer<typeof columnSchema>;

export const tableSchemaSchema = z.object({ columns: z.array(columnSchema) });
export type TableSchema = z.infer<typeof tableSchemaSchema>;
