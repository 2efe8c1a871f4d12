import { z } from 'zod';
import { digestSchema } from '../artifact/manifest.ts';
import { featureServiceSchema } from './feature-service.ts';
import { featureViewSchema } from './feature-view.ts';

/**
 * Columns of a table that a point-in-time join took from a feature view. It stands under `meta.joined` of the table, goes
 * with its rows into training, and is kept by the model that learns from them: the contract an endpoint serves by.
 */
export const joinedViewSchema = z.object({
  /** The view as it was joined; its time to live holds for the endpoint too. */
  view: featureViewSchema,
  /** The service that the features were chosen by; absent where the view itself was connected. */
  service: featureServiceSchema.pick({ name: true, version: true }).optional(),
  /** The view artifact that was joined. */
  digest: digestSchema,
  /** Column of the rows with the time as of which they were joined. */
  timestamp: z.string().optional(),
  /** Key of the view → column of the rows that has it. */
  keyColumns: z.record(z.string(), z.string()),
  /** Feature of the view → column of the rows; only features that are used. */
  columns: z.record(z.string(), z.string()),
});
export type JoinedView = z.infer<typeof joinedViewSchema>;

/** The views that a table's columns were joined from; none for other tables. */
export function joinedViewsOf(meta: Readonly<Record<string, unknown>>): JoinedView[] {
  return z.array(joinedViewSchema).safeParse(meta['joined']).data ?? [];
}

/** Of joined views the columns that are kept; views of which none is left are gone. */
export function joinedColumns(joined: readonly JoinedView[], kept: ReadonlySet<string>): JoinedView[] {
  return joined.flatMap((view) => {
    const columns = Object.entries(view.columns).filter(([, column]) => kept.has(column));
    return columns.length === 0 ? [] : { ...view, columns: Object.fromEntries(columns) };
  });
}
