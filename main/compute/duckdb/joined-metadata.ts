import { type JoinedView, joinedViewsOf } from '../../../shared/features/joined-view.ts';
import type { DuckDb } from './connection.ts';
import { quoteLiteral, quotePath } from './quote.ts';

const key = 'slipway.joined';

/** COPY option that writes into a Parquet file from which views its columns were joined. */
export function joinedOption(joined: readonly JoinedView[]): string {
  return `KV_METADATA {${quoteLiteral(key)}: ${quoteLiteral(JSON.stringify(joined))}}`;
}

/** What `joinedOption` wrote into a Parquet file; nothing for other files. */
export async function readJoined(db: DuckDb, path: string): Promise<JoinedView[]> {
  const [row] = await db.rows(
    `SELECT decode(value) AS value FROM parquet_kv_metadata(${quotePath(path)}) WHERE decode(key) = ${quoteLiteral(key)}`,
  );
  if (typeof row?.['value'] !== 'string') return [];
  try {
    return joinedViewsOf({ joined: JSON.parse(row['value']) });
  } catch {
    return [];
  }
}
