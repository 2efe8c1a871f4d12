import { AppError } from '../../shared/errors/app-error.ts';
import { type FeatureView, referenceSeparator } from '../../shared/features/feature-view.ts';
import { nearMisses } from '../../shared/text/near-misses.ts';
import type { Cell, CellColumn } from '../compute/duckdb/read-cells.ts';
import { isRecord } from '../serving/is-record.ts';
import { parseJsonBody } from '../serving/json-body.ts';
import { cellJson, isoTime, readCell } from './cell-json.ts';
import { type OnlineFeatures, readOnline } from './online-read.ts';
import type { OnlineReader } from './online-reader.ts';
import { type OnlineStore, viewNotFound } from './online-store.ts';
import { pushRows } from './push-rows.ts';
import { findService } from './service-records.ts';

const maxEntities = 10_000;
const maxFeatures = 2_000;
const maxPushedRows = 100_000;
/** What Feast's clients expect where there is no event. */
const noEvent = '"1970-01-01T00:00:00Z"';

interface Reference {
  view: string;
  feature: string;
}

/** One column of the answer: lists as JSON texts, without brackets. */
interface ResultColumn {
  name: string;
  values: string;
  statuses: string;
  eventTimestamps: string;
}

/** A store to read, and to write where rows may be pushed to it. */
type FeatureSource = OnlineReader & Partial<Pick<OnlineStore, 'push'>>;

/** Last part of the path, after `/features/`. */
export type FeatureAction = 'get-online-features' | 'push';

/**
 * `POST /features/get-online-features` and `POST /features/push`, in the shape of Feast's feature server. Answers are JSON
 * texts. Errors: `request.invalid`, `request.too-large`, `features.not-found`.
 */
export class FeatureApi {
  readonly #store: FeatureSource;
  readonly #nowUs: () => bigint;

  constructor(store: FeatureSource, nowUs: () => bigint = () => BigInt(Date.now()) * 1000n) {
    this.#store = store;
    this.#nowUs = nowUs;
  }

  /** The answer to a request with a JSON body. */
  answer(action: FeatureAction, body: Buffer): string {
    const parsed = parseJsonBody(body, () => true);
    return action === 'push' ? this.push(parsed) : this.getOnlineFeatures(parsed);
  }

  /**
   * The body is parsed JSON in which integers beyond 2^53 are bigint, as in `push`:
   * `{features: ["VIEW:FEATURE", …] | feature_service: "NAME" or "NAME@VERSION", entities: {KEY: [value, …]},
   * full_feature_names?}` → `{metadata: {feature_names}, results: [{values, statuses, event_timestamps}]}`: one result per
   * name, the keys first; one value per entity.
   */
  getOnlineFeatures(body: unknown): string {
    const { asked, entities, fullNames } = readRequest(body);
    return this.#store.snapshot(() => {
      const references = typeof asked === 'string' ? this.#referencesOf(asked) : asked;
      const views = [...new Set(references.map(({ view }) => view))];
      const definitions = views.map((name) => {
        const found = this.#store.find(name);
        if (found === undefined) throw viewNotFound(name, this.#store.names());
        return found.view;
      });
      for (const reference of references) requireFeature(reference, definitions);
      const keys = readKeys(entities, definitions);
      const now = this.#nowUs();
      const read = new Map(
        definitions.map((view) => {
          const found = readOnline(this.#store, view.name, keys.ofView(view), now);
          return [view.name, { ...found, eventTimestamps: eventTimestampsOf(found) }];
        }),
      );
      const columns = [
        ...keys.columns,
        ...references.map((reference) => featureColumn(reference, read.get(reference.view), fullNames)),
      ];
      requireDistinct(columns);
      return answerOf(columns);
    });
  }

  /** The features of a service, in its order. Errors: `features.not-found`. */
  #referencesOf(reference: string): Reference[] {
    const service = findService(
      reference,
      (name, version) => this.#store.findService(name, version),
      () => this.#store.listServices(),
    );
    return service.views.flatMap(({ view, features }) => features.map((feature) => ({ view: view.name, feature })));
  }

  /** `{push_source_name: VIEW, df: {COLUMN: [value, …]}, to?: "online"}` → `{rows, stored}`. */
  push(body: unknown): string {
    const { name, rows } = readPush(body);
    const { push } = this.#store;
    if (push === undefined) throw new AppError('internal.bug', 'Rows cannot be pushed to this store.');
    const target = {
      find: (view: string) => this.#store.find(view),
      names: () => this.#store.names(),
      push: push.bind(this.#store),
    };
    return JSON.stringify(pushRows(target, name, rows, this.#nowUs()));
  }
}

/** View and rows of a push. Errors: `request.invalid`, `request.too-large`. */
export function readPush(body: unknown): { name: string; rows: Record<string, unknown>[] } {
  const name = isRecord(body) ? body['push_source_name'] : undefined;
  if (!isRecord(body) || typeof name !== 'string') {
    throw new AppError('request.invalid', 'The request has no text "push_source_name".', {
      fix: 'Send {"push_source_name": "VIEW", "df": {"COLUMN": [value, …]}}.',
    });
  }
  const to = body['to'] ?? 'online';
  if (to !== 'online') {
    throw new AppError(
      'request.invalid',
      `"to" is ${JSON.stringify(to)}, but rows are pushed to the online store only.`,
      {
        fix: 'Send "to": "online"; add the rows to the source of the view as well, for training.',
      },
    );
  }
  return { name, rows: rowsOfColumns(body['df']) };
}

function readRequest(body: unknown): {
  /** Features, or the name of a service. */
  asked: Reference[] | string;
  entities: Record<string, unknown[]>;
  fullNames: boolean;
} {
  const fix = 'Send {"features": ["VIEW:FEATURE"], "entities": {"KEY": [value, …]}}, or "feature_service": "NAME".';
  if (!isRecord(body)) throw new AppError('request.invalid', 'The request is no object.', { fix });
  const { features, feature_service: service, entities = {}, full_feature_names: fullNames = false } = body;
  if (service !== undefined && typeof service !== 'string') {
    throw new AppError('request.invalid', '"feature_service" is no text.', { fix });
  }
  if (service !== undefined && features !== undefined) {
    throw new AppError('request.invalid', 'The request has both "features" and "feature_service".', {
      fix: 'Send one of them.',
    });
  }
  if (service === undefined && (!Array.isArray(features) || features.length === 0)) {
    throw new AppError('request.invalid', 'The request has neither a list "features" nor a "feature_service".', {
      fix,
    });
  }
  const listed = Array.isArray(features) ? features : [];
  if (listed.length > maxFeatures) throw tooMany(`${listed.length} features`, maxFeatures);
  if (typeof fullNames !== 'boolean') {
    throw new AppError('request.invalid', '"full_feature_names" is neither true nor false.');
  }
  if (!isRecord(entities) || !Object.values(entities).every(Array.isArray)) {
    throw new AppError('request.invalid', '"entities" is no object of lists.', { fix });
  }
  const asked = service ?? listed.map(readReference);
  return { asked, entities: entities as Record<string, unknown[]>, fullNames };
}

function readReference(text: unknown): Reference {
  const parts = typeof text === 'string' ? text.split(referenceSeparator) : [];
  const [view, ...rest] = parts;
  const feature = rest.join(referenceSeparator);
  if (view === undefined || view === '' || feature === '') {
    throw new AppError('request.invalid', `${JSON.stringify(text)} names no feature.`, {
      fix: 'Write VIEW:FEATURE.',
    });
  }
  return { view, feature };
}

function requireFeature({ view: name, feature }: Reference, views: readonly FeatureView[]): void {
  const features = views.find((view) => view.name === name)?.features.map((candidate) => candidate.name) ?? [];
  if (features.includes(feature)) return;
  const near = nearMisses(feature, features);
  throw new AppError('request.invalid', `The view ${name} has no feature “${feature}”.`, {
    fix: near.length === 0 ? `It has ${features.slice(0, 20).join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
  });
}

/** The keys of the entities, checked against the views that are read by them. */
function readKeys(
  entities: Readonly<Record<string, unknown[]>>,
  views: readonly FeatureView[],
): { columns: ResultColumn[]; ofView(view: FeatureView): Cell[][] } {
  const types = new Map<string, CellColumn>();
  for (const { name, keys } of views) {
    for (const key of keys) {
      const known = types.get(key.name);
      if (known !== undefined && known.type !== key.type) {
        throw new AppError(
          'request.invalid',
          `Key “${key.name}” is ${known.type} in one view and ${key.type} in ${name}.`,
          {
            fix: 'Ask for their features in two requests.',
          },
        );
      }
      types.set(key.name, key);
    }
  }
  for (const name of Object.keys(entities)) {
    if (types.has(name)) continue;
    const near = nearMisses(name, [...types.keys()]);
    throw new AppError('request.invalid', `No view that is asked for has a key “${name}”.`, {
      fix: near.length === 0 ? `Their keys are ${[...types.keys()].join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
    });
  }
  const lists = [...types.values()].map((column) => {
    const values = Object.hasOwn(entities, column.name) ? entities[column.name] : undefined;
    if (values === undefined) {
      throw new AppError('request.invalid', `"entities" has no “${column.name}”.`, {
        fix: `Send a list of values: the features are looked up by ${[...types.keys()].join(', ')}.`,
      });
    }
    return { column, values };
  });
  const count = lists[0]?.values.length ?? 1;
  const uneven = lists.find(({ values }) => values.length !== count);
  if (uneven !== undefined) {
    throw new AppError(
      'request.invalid',
      `"entities" has ${count} of “${lists[0]?.column.name}” and ${uneven.values.length} of “${uneven.column.name}”.`,
      { fix: 'Send one value of each key per entity.' },
    );
  }
  if (count > maxEntities) throw tooMany(`${count} entities`, maxEntities);
  const cells = new Map(
    lists.map(({ column, values }) => [
      column.name,
      values.map((value, index) => readCell(value, column, `Entity ${index}, “${column.name}”`)),
    ]),
  );
  return {
    columns: lists.map(({ column }) => {
      const values = cells.get(column.name) ?? [];
      return {
        name: column.name,
        values: values.map((cell) => cellJson(cell, column.type)).join(),
        statuses: values.map((cell) => (cell === null ? '"NULL_VALUE"' : '"PRESENT"')).join(),
        eventTimestamps: values.map(() => noEvent).join(),
      };
    }),
    ofView: (view) =>
      Array.from({ length: count }, (_, index) => view.keys.map(({ name }) => cells.get(name)?.[index] ?? null)),
  };
}

/** The same for all features of a view. */
function eventTimestampsOf({ entities }: OnlineFeatures): string {
  return entities.map(({ eventUs }) => (eventUs === null ? noEvent : `"${isoTime(eventUs)}"`)).join();
}

function featureColumn(
  { view: viewName, feature: name }: Reference,
  read: (OnlineFeatures & { eventTimestamps: string }) | undefined,
  fullNames: boolean,
): ResultColumn {
  const { features } = read?.view.view ?? { features: [] };
  const at = features.findIndex((feature) => feature.name === name);
  const type = features[at]?.type ?? 'string';
  const entities = read?.entities ?? [];
  return {
    name: fullNames ? `${viewName}__${name}` : name,
    values: entities.map(({ values }) => cellJson(values[at] ?? null, type)).join(),
    statuses: entities.map(({ statuses }) => `"${statuses[at] ?? 'NOT_FOUND'}"`).join(),
    eventTimestamps: read?.eventTimestamps ?? '',
  };
}

function requireDistinct(columns: readonly ResultColumn[]): void {
  const seen = new Set<string>();
  const twice = columns.find(({ name }) => seen.size === seen.add(name).size);
  if (twice === undefined) return;
  throw new AppError('request.invalid', `Two columns of the answer would be called “${twice.name}”.`, {
    fix: 'Ask for each feature once, and send "full_feature_names": true.',
  });
}

function answerOf(columns: readonly ResultColumn[]): string {
  const results = columns.map(
    ({ values, statuses, eventTimestamps }) =>
      `{"values":[${values}],"statuses":[${statuses}],"event_timestamps":[${eventTimestamps}]}`,
  );
  const names = JSON.stringify(columns.map(({ name }) => name));
  return `{"metadata":{"feature_names":${names}},"results":[${results.join()}]}`;
}

/** Rows of a data frame given as lists by column. */
function rowsOfColumns(frame: unknown): Record<string, unknown>[] {
  const columns = isRecord(frame) ? Object.entries(frame) : [];
  if (columns.length === 0 || !columns.every(([, values]) => Array.isArray(values))) {
    throw new AppError('request.invalid', '"df" is no object of lists.', {
      fix: 'Send {"COLUMN": [value, …]} with one value per row.',
    });
  }
  const lists = columns as [string, unknown[]][];
  const count = lists[0]?.[1].length ?? 0;
  const uneven = lists.find(([, values]) => values.length !== count);
  if (uneven !== undefined) {
    throw new AppError(
      'request.invalid',
      `"df" has ${count} values of “${lists[0]?.[0]}” and ${uneven[1].length} of “${uneven[0]}”.`,
    );
  }
  if (count > maxPushedRows) throw tooMany(`${count} rows`, maxPushedRows);
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(lists.map(([name, values]) => [name, values[index]])),
  );
}

function tooMany(what: string, limit: number): AppError {
  return new AppError('request.too-large', `The request has ${what}; at most ${limit} are taken.`, {
    fix: 'Send several requests.',
  });
}
