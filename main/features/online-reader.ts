import type { OnlineStore } from './online-store.ts';

/** What look-ups need of an online store; they are synchronous over whatever has been fetched. */
export interface OnlineReader extends Pick<OnlineStore, 'find' | 'names' | 'lookUp' | 'findService' | 'listServices'> {
  snapshot<T>(work: () => T): T;
  /** Rows are those of an earlier request, since the store cannot be reached now. */
  readonly stale?: boolean;
  /** Something was asked for that is fetched now; the work is done again with it, and this time counts for nothing. */
  readonly incomplete?: boolean;
}

/** Of an external store, where the variable names one: `redis://…` or `rediss://…`. */
export const onlineUrlVariable = 'SLIPWAY_ONLINE';

export function onlineUrl(env: NodeJS.ProcessEnv): string | undefined {
  const url = env[onlineUrlVariable];
  return url === undefined || url === '' ? undefined : url;
}
