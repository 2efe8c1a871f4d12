import type { Alert } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { type QueryResult, useQuery } from '../client/use-query.ts';

/** Alerts of this engine, newest first, asked for every few seconds. */
export function useAlerts(graphId?: string): QueryResult<Alert[]> {
  return useQuery(
    `alerts/${graphId ?? ''}`,
    (signal) => engine.alert.list({ ...(graphId === undefined ? {} : { graphId }), limit: 200 }, { signal }),
    { refetchMs: 3_000 },
  );
}
