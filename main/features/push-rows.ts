import { AppError } from '../../shared/errors/app-error.ts';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';
import type { Cell, CellColumn } from '../compute/duckdb/read-cells.ts';
import { readCell } from './cell-json.ts';
import { encodeEntityKey } from './entity-key.ts';
import { encodeFeatureRow } from './feature-row.ts';
import { type OnlineRow, type OnlineStore, viewNotFound } from './online-store.ts';

export interface PushResult {
  /** Rows given. */
  rows: number;
  /** Rows that are an answer now or later; the others are older than what is there. */
  stored: number;
}

/** A row by column, checked. */
interface PushedRow {
  keys: Cell[];
  eventUs: bigint;
  createdUs: bigint;
  values: ReadonlyMap<string, Cell>;
}

/**
 * Writes rows, each an object of JSON values by column, to a view of the online store: all of them, or none. A row has
 * all columns of the view; a created time that is absent is now. Errors: `features.not-found`, `request.invalid` naming
 * row and column.
 */
export function pushRows(
  store: Pick<OnlineStore, 'find' | 'names' | 'push'>,
  name: string,
  rows: readonly Record<string, unknown>[],
  nowUs: bigint,
): PushResult {
  const { view } = store.find(name) ?? {};
  if (view === undefined) throw viewNotFound(name, store.names());
  const columns = columnsOf(view);
  const checked = rows.map((row, index) => checkRow(row, index, view, columns, nowUs));
  const stored = store.push(name, (layout) => checked.flatMap((row) => encodeRow(row, view, layout)), nowUs);
  return { rows: rows.length, stored };
}

function columnsOf(view: FeatureView): Map<string, CellColumn> {
  const times = [view.eventTimestamp, view.createdTimestamp].filter((name) => name !== null);
  const columns: CellColumn[] = [
    ...view.keys,
    ...times.map((name) => ({ name, type: 'timestamp' as const })),
    ...view.features,
  ];
  return new Map(columns.map((column) => [column.name, column]));
}

function checkRow(
  row: Record<string, unknown>,
  index: number,
  view: FeatureView,
  columns: ReadonlyMap<string, CellColumn>,
  nowUs: bigint,
): PushedRow {
  for (const name of Object.keys(row)) {
    if (columns.has(name)) continue;
    const near = nearMisses(name, [...columns.keys()]);
    throw new AppError('request.invalid', `Row ${index}: the view ${view.name} has no column “${name}”.`, {
      fix: near.length === 0 ? `It has ${[...columns.keys()].join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
    });
  }
  const cell = (name: string): Cell => {
    const column = columns.get(name);
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (column === undefined || value === undefined) {
      throw new AppError('request.invalid', `Row ${index} has no “${name}”.`, {
        fix: `Send every column of the view ${view.name}; null for a feature without a value.`,
      });
    }
    return readCell(value, column, `Row ${index}, “${name}”`);
  };
  const required = <T extends Cell>(name: string): Exclude<T, null> => {
    const value = cell(name);
    if (value !== null) return value as Exclude<T, null>;
    throw new AppError('request.invalid', `Row ${index}: “${name}” is missing.`, {
      fix: 'Keys and times must be there: without them a row is never found.',
    });
  };
  const eventUs = required<bigint>(view.eventTimestamp);
  const { createdTimestamp } = view;
  const createdUs =
    createdTimestamp === null
      ? eventUs
      : Object.hasOwn(row, createdTimestamp)
        ? required<bigint>(createdTimestamp)
        : nowUs;
  return {
    keys: view.keys.map(({ name }) => required(name)),
    eventUs,
    createdUs,
    values: new Map(view.features.map((feature) => [canonicalJson(feature), cell(feature.name)])),
  };
}

/** The row in the layout of a view; one that is being filled anew may have other features, and other keys take none. */
function encodeRow(row: PushedRow, view: FeatureView, layout: FeatureView): OnlineRow[] {
  if (canonicalJson(layout.keys) !== canonicalJson(view.keys)) return [];
  const entity = encodeEntityKey(
    view.keys.map(({ type }) => type),
    row.keys,
  );
  if (entity === undefined) return [];
  const values = layout.features.map((feature) => row.values.get(canonicalJson(feature)) ?? null);
  return [
    { entity, eventUs: row.eventUs, createdUs: row.createdUs, values: encodeFeatureRow(layout.features, values) },
  ];
}
