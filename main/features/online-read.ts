import type { Cell } from '../compute/duckdb/read-cells.ts';
import { isWithinTtl, ttlMicros } from '../compute/features/ttl.ts';
import { encodeEntityKey } from './entity-key.ts';
import { decodeFeatureRow } from './feature-row.ts';
import type { OnlineReader } from './online-reader.ts';
import { type StoredView, viewNotFound } from './online-store.ts';

/**
 * `NOT_FOUND`: the entity has no row yet. `OUTSIDE_MAX_AGE`: its row is older than the time-to-live. `NULL_VALUE`: the row
 * is valid and this value is missing in it. Only `PRESENT` has a value.
 */
export type FeatureStatus = 'PRESENT' | 'NULL_VALUE' | 'NOT_FOUND' | 'OUTSIDE_MAX_AGE';

export interface OnlineFeatures {
  view: StoredView;
  /** Per entity asked for. */
  entities: {
    /** Event time of its row, in µs since the epoch; null where there is none. */
    eventUs: bigint | null;
    /** In the order of the view's features. */
    values: Cell[];
    statuses: FeatureStatus[];
  }[];
}

interface ReadOptions {
  /** In place of the time to live of the stored view. */
  ttlSeconds?: number;
  /** Throws where the stored view is not what the reader expects. */
  check?(view: StoredView): void;
}

/**
 * The features of a view for some entities, each given by its key values, as of a time (now). It is what a point-in-time
 * join gives for a label of that time, provided that nothing was written since. Errors: `features.not-found`.
 */
export function readOnline(
  store: OnlineReader,
  name: string,
  entities: readonly (readonly Cell[])[],
  asOfUs: bigint,
  { ttlSeconds, check }: ReadOptions = {},
): OnlineFeatures {
  return store.snapshot(() => {
    const view = store.find(name);
    if (view === undefined) throw viewNotFound(name, store.names());
    check?.(view);
    const { features, keys } = view.view;
    const types = keys.map(({ type }) => type);
    const ttlUs = ttlMicros(ttlSeconds === undefined ? view.view : { ttlSeconds });
    return {
      view,
      entities: entities.map((values) => {
        const key = encodeEntityKey(types, values);
        const row = key === undefined ? undefined : store.lookUp(view, key, asOfUs);
        if (row === undefined) return { eventUs: null, ...nothing(features.length, 'NOT_FOUND') };
        const { eventUs } = row;
        if (!isWithinTtl({ event: eventUs, asOf: asOfUs }, ttlUs)) {
          return { eventUs, ...nothing(features.length, 'OUTSIDE_MAX_AGE') };
        }
        const found = decodeFeatureRow(features, row.values);
        return { eventUs, values: found, statuses: found.map((value) => (value === null ? 'NULL_VALUE' : 'PRESENT')) };
      }),
    };
  });
}

function nothing(count: number, status: FeatureStatus): { values: null[]; statuses: FeatureStatus[] } {
  return { values: new Array<null>(count).fill(null), statuses: new Array<FeatureStatus>(count).fill(status) };
}
