import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { serviceLabel } from '../../shared/features/feature-service.ts';
import type { JoinedView } from '../../shared/features/joined-view.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';
import type { Cell, CellColumn } from '../compute/duckdb/read-cells.ts';
import { isRecord } from '../serving/is-record.ts';
import { isoTime, readCell } from './cell-json.ts';
import { type OnlineFeatures, readOnline } from './online-read.ts';
import type { OnlineReader } from './online-reader.ts';
import type { StoredView } from './online-store.ts';

/** What takes the place of features that the online store does not have, or cannot give now. */
export interface MissingFeatures {
  /** `null`: missing values, as training had them; `default`: `defaults`; `fail`: the request is refused. */
  policy: 'null' | 'default' | 'fail';
  /** By column; a column without a default is missing. */
  defaults: Readonly<Record<string, string | number | boolean>>;
}

/** What one request took from one view. */
export interface ViewUse {
  view: string;
  /** First digits of the artifact whose rows were read; `pushed` for a view that was only pushed to; null: unavailable. */
  version: string | null;
  /** Rows looked up, and those for which there was no valid row. */
  rows: number;
  missing: number;
  /** The store could not be reached, and rows of earlier requests were used. */
  stale?: boolean;
  /** `NAME@VERSION` of the service that the model was trained on. */
  service?: string;
}

/** How look-ups of one view ended, in rows. */
export type LookUpResult = 'found' | 'not_found' | 'outside_max_age' | 'unavailable';

export interface EnrichmentOptions {
  /** The views that the model's training rows were joined with. */
  joined: readonly JoinedView[];
  missing: MissingFeatures;
  /** Opens the store when first asked; throws where it cannot be read. */
  store(): OnlineReader;
  log(level: 'warn', text: string): void;
  /** Microseconds since the epoch; default the clock. */
  nowUs?: () => bigint;
}

/** A problem of the store is logged at most this often. */
const logPeriodMs = 10_000;

/**
 * Reads the features of a model from the online store: what its training rows got from a point-in-time join, as of now,
 * under the time to live that was trained with. Columns that a request carries itself are left as they are.
 */
export class Enrichment {
  readonly joined: readonly JoinedView[];
  /** By view and result. */
  readonly counts = new Map<string, Map<LookUpResult, number>>();
  readonly #options: EnrichmentOptions;
  readonly #nowUs: () => bigint;
  #lastLogMs = 0;

  constructor(options: EnrichmentOptions) {
    this.joined = options.joined;
    this.#options = options;
    this.#nowUs = options.nowUs ?? (() => BigInt(Date.now()) * 1000n);
  }

  /**
   * The rows with the joined columns that they lack. Errors: `request.invalid` for a key that is absent or of another
   * type; where the policy is `fail`, `features.not-found` for an unknown entity, `features.stale` for one whose row has
   * expired, `features.unavailable` for a store that cannot be read or holds another view under the name.
   */
  rows(
    rows: readonly Record<string, unknown>[],
    store: () => OnlineReader = this.#options.store,
  ): { rows: Record<string, unknown>[]; uses: ViewUse[] } {
    const enriched = rows.map((row) => (isRecord(row) ? { ...row } : row));
    const uses: ViewUse[] = [];
    const nowUs = this.#nowUs();
    for (const joined of this.joined) {
      const columns = Object.values(joined.columns);
      const lacking: Record<string, unknown>[] = [];
      const keys: Cell[][] = [];
      enriched.forEach((row, index) => {
        // What is no row is told by what encodes it.
        if (!isRecord(row) || columns.every((name) => Object.hasOwn(row, name))) return;
        lacking.push(row);
        keys.push(keysOf(row, index, joined));
      });
      if (lacking.length === 0) continue;
      const { values, use } = this.#lookUp(joined, keys, nowUs, store);
      lacking.forEach((row, index) => {
        columns.forEach((name, at) => {
          if (!Object.hasOwn(row, name)) row[name] = values[index]?.[at] ?? null;
        });
      });
      uses.push(joined.service === undefined ? use : { ...use, service: serviceLabel(joined.service) });
    }
    return { rows: enriched, uses };
  }

  /** Per entity the values of the view's columns, as JSON rows carry them. */
  #lookUp(
    joined: JoinedView,
    keys: readonly Cell[][],
    nowUs: bigint,
    open: () => OnlineReader,
  ): { values: unknown[][]; use: ViewUse } {
    const { name } = joined.view;
    const substitute = Object.values(joined.columns).map((column) => this.#substitute(column));
    let read: OnlineFeatures;
    let places: number[] = [];
    let store: OnlineReader | undefined;
    try {
      store = open();
      read = readOnline(store, name, keys, nowUs, {
        ttlSeconds: joined.view.ttlSeconds,
        check: (stored) => {
          places = placesIn(stored, joined);
        },
      });
    } catch (error) {
      this.#count(name, 'unavailable', keys.length);
      const { message, fix } = toAppError(error);
      if (this.#options.missing.policy === 'fail') {
        throw new AppError('features.unavailable', `The features of “${name}” cannot be read: ${message}`, {
          fix,
          cause: error,
        });
      }
      this.#warn(`The features of “${name}” cannot be read: ${message}`);
      const use = { view: name, version: null, rows: keys.length, missing: keys.length };
      return { values: keys.map(() => substitute), use };
    }
    // What is wanting is fetched, and then all of this is done again.
    if (store.incomplete === true) {
      return { values: keys.map(() => substitute), use: { view: name, version: null, rows: 0, missing: 0 } };
    }
    let missing = 0;
    const values = read.entities.map((entity, index) => {
      const [status] = entity.statuses;
      if (status !== 'NOT_FOUND' && status !== 'OUTSIDE_MAX_AGE') {
        this.#count(name, 'found', 1);
        return places.map((place, at) => jsonValue(entity.values[place] ?? null, typeAt(joined, at)));
      }
      missing++;
      this.#count(name, status === 'NOT_FOUND' ? 'not_found' : 'outside_max_age', 1);
      if (this.#options.missing.policy === 'fail') throw missed(joined, keys[index] ?? [], status, entity.eventUs);
      return substitute;
    });
    const version = read.view.digest?.slice(0, 12) ?? 'pushed';
    return {
      values,
      use: { view: name, version, rows: keys.length, missing, ...(store.stale === true ? { stale: true } : {}) },
    };
  }

  #substitute(column: string): unknown {
    const { policy, defaults } = this.#options.missing;
    return policy === 'default' ? (defaults[column] ?? null) : null;
  }

  #count(view: string, result: LookUpResult, rows: number): void {
    const results = this.counts.get(view) ?? new Map<LookUpResult, number>();
    this.counts.set(view, results.set(result, (results.get(result) ?? 0) + rows));
  }

  #warn(text: string): void {
    const now = Date.now();
    if (now - this.#lastLogMs < logPeriodMs) return;
    this.#lastLogMs = now;
    this.#options.log('warn', text);
  }
}

function keysOf(row: Record<string, unknown>, index: number, { view, keyColumns }: JoinedView): Cell[] {
  return view.keys.map(({ name, type }) => {
    const column = keyColumns[name] ?? name;
    if (Object.hasOwn(row, column)) {
      return readCell(row[column], { name: column, type }, `Row ${index}, column “${column}”`);
    }
    const near = nearMisses(column, Object.keys(row), 1)[0];
    throw new AppError(
      'request.invalid',
      `Row ${index} has no column “${column}”, by which the features of “${view.name}” are looked up.`,
      {
        fix: near === undefined ? `Send “${column}”, or the features themselves.` : `Rename “${near}” to “${column}”.`,
        details: { row: index, column },
      },
    );
  });
}

/** Index of each joined feature among those of the stored view; throws where it is another view by now. */
function placesIn({ view }: StoredView, joined: JoinedView): number[] {
  if (canonicalJson(view.keys) !== canonicalJson(joined.view.keys)) {
    throw mismatch(joined.view.name, 'it has other keys');
  }
  return Object.keys(joined.columns).map((feature) => {
    const trained = joined.view.features.find(({ name }) => name === feature);
    const place = view.features.findIndex(({ name }) => name === feature);
    const stored = view.features[place];
    if (stored === undefined) throw mismatch(view.name, `it has no feature “${feature}” any more`);
    if (stored.type !== trained?.type || stored.size !== trained.size) {
      throw mismatch(view.name, `its feature “${feature}” is ${stored.type} and was ${trained?.type}`);
    }
    return place;
  });
}

function mismatch(view: string, how: string): AppError {
  return new AppError('features.mismatch', `“${view}” is not the view that the model was trained with: ${how}.`, {
    fix: 'Train the model on the changed view, or bring the earlier one back.',
  });
}

function typeAt({ view, columns }: JoinedView, at: number): CellColumn['type'] {
  const name = Object.keys(columns)[at];
  return view.features.find((feature) => feature.name === name)?.type ?? 'string';
}

/** As a JSON row of a prediction request carries it. */
function jsonValue(cell: Cell, type: CellColumn['type']): unknown {
  return typeof cell === 'bigint' && type === 'timestamp' ? isoTime(cell) : cell;
}

function missed(
  { view }: JoinedView,
  keys: readonly Cell[],
  status: 'NOT_FOUND' | 'OUTSIDE_MAX_AGE',
  eventUs: bigint | null,
): AppError {
  const entity = view.keys.map(({ name }, index) => `${name} ${String(keys[index])}`).join(', ') || 'everyone';
  if (status === 'NOT_FOUND') {
    return new AppError('features.not-found', `“${view.name}” has no features of ${entity}.`, {
      fix: 'Materialize or push them, or let the endpoint take missing values.',
    });
  }
  const at = eventUs === null ? '' : `, from ${isoTime(eventUs)},`;
  return new AppError('features.stale', `The features of ${entity} in “${view.name}”${at} are too old.`, {
    fix: `Materialize the view again: they hold for ${view.ttlSeconds} s.`,
  });
}
