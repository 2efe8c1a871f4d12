import { z } from 'zod';
import type { ErrorCode } from '../../../shared/errors/codes.ts';
import {
  type FeatureView,
  featureTypeSchema,
  keyTypeSchema,
  viewNamePattern,
} from '../../../shared/features/feature-view.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { Column, TableSchema } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';

const paramsSchema = z.object({
  name: z
    .string()
    .max(63)
    .default('')
    .describe('Name of the view: a letter, then letters, digits, _ or -. Requests ask for NAME:FEATURE.'),
  keys: z
    .array(z.string())
    .max(16)
    .default([])
    .describe('Columns that name the entity, such as origin. None: the features are the same for everyone.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'source', types: ['string', 'int64', 'bool', 'timestamp'] } })),
  eventTimestamp: z
    .string()
    .default('')
    .describe('Column with the time from which on a row holds.')
    .meta(paramMeta({ ui: { control: 'column', port: 'source', types: ['timestamp'] }, section: 'Time' })),
  createdTimestamp: z
    .string()
    .default('')
    .describe('Column with the time at which a row became known, if that can be later. Earlier, it is not used.')
    .meta(paramMeta({ ui: { control: 'column', port: 'source', types: ['timestamp'] }, section: 'Time' })),
  ttlSeconds: z
    .number()
    .int()
    .min(0)
    .max(1e11)
    .default(0)
    .describe('How long after its event time a row may be used; 0 is for ever.')
    .meta(paramMeta({ unit: 's', section: 'Time', label: 'Time to live' })),
  features: z
    .array(z.string())
    .default([])
    .describe('Columns with the feature values. None: all columns that are neither key nor time.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'source' } })),
  rename: z
    .record(z.string(), z.string())
    .default({})
    .describe('Names that differ from those of the source: {"source column": "name in the view"}.')
    .meta(paramMeta({ advanced: true })),
  description: z
    .string()
    .max(2000)
    .default('')
    .describe('What the features mean, for people who look for some.')
    .meta(paramMeta({ ui: { control: 'multiline' }, section: 'Catalog' })),
  owner: z
    .string()
    .max(200)
    .default('')
    .describe('Who to ask about them.')
    .meta(paramMeta({ section: 'Catalog' })),
});

export type ViewParams = z.output<typeof paramsSchema>;

export interface ViewProblem {
  field: keyof ViewParams;
  code: ErrorCode;
  message: string;
  fix: string;
}

/** A source column and its name in the view. */
export interface ViewColumn {
  source: Column;
  name: string;
}

/**
 * The view that the params make of a table: its columns in order (keys, times, features), what it promises, and what is
 * wrong. Without problems, `view` is there.
 */
export function viewOf(
  schema: TableSchema,
  params: ViewParams,
): { columns: ViewColumn[]; view: FeatureView | undefined; problems: ViewProblem[] } {
  const problems: ViewProblem[] = [];
  const byName = new Map(schema.columns.map((column) => [column.name, column]));
  const find = (field: keyof ViewParams, name: string): Column | undefined => {
    const column = byName.get(name);
    if (column === undefined) problems.push(missingColumn(field, name, [...byName.keys()]));
    return column;
  };
  const nameOf = (column: Column) => params.rename[column.name] ?? column.name;

  if (!viewNamePattern.test(params.name)) problems.push(badName(params.name));
  for (const name of Object.keys(params.rename)) find('rename', name);
  const keys = params.keys.flatMap((name) => find('keys', name) ?? []);
  for (const key of keys) if (!keyTypeSchema.safeParse(key.type).success) problems.push(badKey(key));
  const event = timeColumn('eventTimestamp', params.eventTimestamp, find, problems);
  const created =
    params.createdTimestamp === ''
      ? undefined
      : timeColumn('createdTimestamp', params.createdTimestamp, find, problems);
  if (params.eventTimestamp === '') {
    problems.push({
      field: 'eventTimestamp',
      code: 'params.invalid',
      message: 'No event time is chosen.',
      fix: 'Choose the column that says from when on a row holds.',
    });
  }
  const special = new Set([...params.keys, params.eventTimestamp, params.createdTimestamp]);
  const features =
    params.features.length === 0
      ? schema.columns.filter(({ name, type }) => !special.has(name) && type !== 'other')
      : params.features.flatMap((name) => find('features', name) ?? []);
  for (const feature of features) {
    if (feature.type === 'other') problems.push(badFeature(feature));
    if (special.has(feature.name)) problems.push(doubleRole(feature));
  }
  if (features.length === 0 && params.features.length === 0) {
    problems.push({
      field: 'features',
      code: 'params.invalid',
      message: 'No column is left to be a feature.',
      fix: 'Connect a table with more than keys and times.',
    });
  }
  const times = [event, created].flatMap((column) => column ?? []);
  const columns = [...keys, ...times, ...features].map((source) => ({ source, name: nameOf(source) }));
  const twice = repeated(columns.map(({ name }) => name));
  if (twice !== undefined) problems.push(doubleName(twice));
  if (problems.length > 0 || event === undefined) return { columns, view: undefined, problems };
  const view: FeatureView = {
    name: params.name,
    keys: keys.map((key) => ({ name: nameOf(key), type: keyTypeSchema.parse(key.type) })),
    eventTimestamp: nameOf(event),
    createdTimestamp: created === undefined ? null : nameOf(created),
    ttlSeconds: params.ttlSeconds,
    features: features.map((feature) => ({
      name: nameOf(feature),
      type: featureTypeSchema.parse(feature.type),
      ...(feature.size === undefined ? {} : { size: feature.size }),
    })),
    description: params.description,
    owner: params.owner,
  };
  return { columns, view, problems };
}

function timeColumn(
  field: 'eventTimestamp' | 'createdTimestamp',
  name: string,
  find: (field: keyof ViewParams, name: string) => Column | undefined,
  problems: ViewProblem[],
): Column | undefined {
  if (name === '') return undefined;
  const column = find(field, name);
  if (column !== undefined && column.type !== 'timestamp') {
    problems.push({
      field,
      code: 'data.column-type',
      message: `Column “${name}” is ${column.sqlType}, not a time.`,
      fix: 'Choose a timestamp column, or cast it in an SQL step.',
    });
  }
  return column;
}

function missingColumn(field: keyof ViewParams, name: string, present: readonly string[]): ViewProblem {
  const near = nearMisses(name, present);
  return {
    field,
    code: 'data.column-missing',
    message: `Column “${name}” is not in the table.`,
    fix: near.length === 0 ? 'Choose a column that exists.' : `Did you mean ${near.map((n) => `“${n}”`).join(' or ')}?`,
  };
}

function badName(name: string): ViewProblem {
  return {
    field: 'name',
    code: 'params.invalid',
    message: name === '' ? 'The view has no name.' : `“${name}” cannot be the name of a view.`,
    fix: 'Give a name of letters, digits, _ and -, starting with a letter.',
  };
}

function badKey(key: Column): ViewProblem {
  return {
    field: 'keys',
    code: 'data.column-type',
    message: `Key “${key.name}” is ${key.sqlType}, which has no exact form to look entities up by.`,
    fix: 'Cast it to a whole number or to text in an SQL step.',
  };
}

function badFeature(feature: Column): ViewProblem {
  return {
    field: 'features',
    code: 'data.column-type',
    message: `Column “${feature.name}” has the type ${feature.sqlType}.`,
    fix: 'Cast it to a number, text, time, boolean or fixed-size list of numbers in an SQL step.',
  };
}

function doubleRole({ name }: Column): ViewProblem {
  return {
    field: 'features',
    code: 'params.invalid',
    message: `Column “${name}” is a key or a time already.`,
    fix: 'Take it out of the features, or copy it under another name in an SQL step.',
  };
}

function doubleName(name: string): ViewProblem {
  return {
    field: 'rename',
    code: 'params.invalid',
    message: `Two columns of the view would be called “${name}”.`,
    fix: 'Choose each column once, and give each a name of its own.',
  };
}

/** First name that comes again; DuckDB does not tell upper from lower case in names. */
function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name.toLowerCase()).size);
}

export const viewNode = defineNode({
  kind: 'feature.view',
  version: 1,
  stage: 'feature',
  title: 'Feature view',
  summary: 'Says what a table of feature values means: whose they are, from when on, and for how long.',
  keywords: ['entity', 'feature store', 'point-in-time', 'online', 'ttl', 'feature view', 'catalog'],
  params: paramsSchema,
  ports: {
    inputs: { source: { types: ['table'], doc: 'Feature values with their keys and times.' } },
    outputs: { view: { type: 'table', doc: 'Keys, times and features, described as a view.' } },
  },
  infer: (inputs, params) => {
    const source = inputs['source']?.[0];
    if (source?.type !== 'table') return { outputs: {}, problems: [] };
    const { columns, view, problems } = viewOf(source.schema, params);
    if (view === undefined) {
      return { outputs: {}, problems: problems.map(({ field, message, fix }) => ({ field, message, fix })) };
    }
    return {
      outputs: {
        view: {
          type: 'table',
          schema: { columns: columns.map(({ source: column, name }) => ({ ...column, name })) },
          view,
          ...(source.lineage === undefined ? {} : { lineage: source.lineage }),
        },
      },
      problems: [],
    };
  },
  determinism: 'pure',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + rows * 100), seconds: 0.3 + rows / 2_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Trailing delays of an airport',
      params: {
        name: 'airport_delays',
        keys: ['origin'],
        eventTimestamp: 'date',
        createdTimestamp: 'known_at',
        ttlSeconds: 86_400,
        features: ['delay_3h', 'delay_24h'],
        owner: 'operations',
      },
      note: 'Values of an airport, known when the flight has landed, good for a day.',
    },
    {
      name: 'Exchange rate',
      params: { name: 'rates', eventTimestamp: 'day', features: ['eur_usd'] },
      note: 'Without a key: the same for everyone.',
    },
  ],
  help: `A **feature view** is a table with a promise: from its *event time* on, the entity with these *keys* had these
*feature values*. Join it to labels with the Join features step, and look it up online by its name: both read the same
rows by the same rule, so a model is trained on what it will be given.

- **Keys** name the entity: whole numbers, text, booleans or times. 1 and the text “1” are different entities.
- **Event time** is when a value starts to hold. At any moment, the value of an entity is that of its row with the latest
  event time that is not in the future.
- **Created time** is when a row became known, if that can be later than its event: a flight's delay is known when it
  lands. A row counts only from then on, so that training never sees what was not known yet. Of two rows with one event
  time the one created last wins, and of equal ones the row that comes last.
- **Time to live** is how long after its event a row may be used; when the latest row is too old, there is no value, also
  if an even older row exists.

Rows without event time or key stay in the table and are never found.
`,
});
