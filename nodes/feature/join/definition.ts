import { z } from 'zod';
import type { ErrorCode } from '../../../shared/errors/codes.ts';
import { type FeatureService, servedView } from '../../../shared/features/feature-service.ts';
import type { FeatureView, KeyType } from '../../../shared/features/feature-view.ts';
import { defineNode, type InferResult, type PortShape } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { Column, TableSchema } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';

const moment = z
  .string()
  .regex(
    /^(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?Z?)?$/,
    'must be a date or time in UTC, such as 2001-05-01',
  );

const paramsSchema = z.object({
  timestamp: z
    .string()
    .default('')
    .describe('Time of each label row: its features are those known then, and nothing later.')
    .meta(paramMeta({ ui: { control: 'column', port: 'labels', types: ['timestamp'] } })),
  keyColumns: z
    .record(z.string(), z.string())
    .default({})
    .describe('Label columns whose names differ from the keys of the views: {"key": "label column"}.')
    .meta(paramMeta({ advanced: true })),
  prefix: z.boolean().default(false).describe('Put the name of the view before each feature: VIEW__FEATURE.'),
  from: moment
    .default('')
    .describe('Without labels: entities are those of the first view with an event from this time on.')
    .meta(paramMeta({ ui: { control: 'datetime' }, section: 'Without labels' })),
  to: moment
    .default('')
    .describe('Without labels: entities have an event up to this time, and get the features known then.')
    .meta(paramMeta({ ui: { control: 'datetime' }, section: 'Without labels' })),
  createdFilter: z
    .boolean()
    .default(true)
    .describe('Use a row only from the time it became known on. Off, later corrections leak into training.')
    .meta(paramMeta({ advanced: true })),
});

export type JoinParams = z.output<typeof paramsSchema>;

export interface JoinProblem {
  field?: keyof JoinParams;
  code: ErrorCode;
  severity?: 'warning';
  message: string;
  fix: string;
}

/** Column with the time of the rows that are made where there are no labels. */
const defaultTimestamp = 'as_of';

/**
 * What stands in for labels that are not connected: the entities of the first view with an event between two times, as
 * of the later one. `startUs` and `endUs` in µs since the epoch.
 */
export function entityRange(
  view: { view: FeatureView; schema: TableSchema },
  params: JoinParams,
): { range: { startUs: bigint; endUs: bigint; timestamp: string }; schema: TableSchema } | JoinProblem {
  const [startUs, endUs] = [params.from, params.to].map(microsOf);
  if (startUs === undefined || endUs === undefined) {
    return {
      field: 'from',
      code: 'params.invalid',
      message: 'No labels are connected, and no span of time is given to take entities from.',
      fix: 'Connect label rows, or set from and to.',
    };
  }
  if (endUs < startUs) {
    return {
      field: 'to',
      code: 'params.invalid',
      message: `The span ends at ${params.to}, before it starts.`,
      fix: 'Set a later end.',
    };
  }
  const timestamp = params.timestamp === '' ? defaultTimestamp : params.timestamp;
  const keys = view.view.keys.flatMap(({ name }) => view.schema.columns.find((column) => column.name === name) ?? []);
  const time: Column = { name: timestamp, type: 'timestamp', sqlType: 'TIMESTAMP' };
  return { range: { startUs, endUs, timestamp }, schema: { columns: [...keys, time] } };
}

/** undefined for no time. */
function microsOf(text: string): bigint | undefined {
  if (text === '') return undefined;
  const iso = text.replace(' ', 'T').replace(/Z$/, '');
  const [seconds = '', fraction = ''] = (iso.includes('T') ? iso : `${iso}T00:00`).split('.');
  const millis = Date.parse(`${seconds}Z`);
  return Number.isNaN(millis) ? undefined : BigInt(millis) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

/** How a view is joined: names that its features get. */
export interface JoinedNames {
  view: FeatureView;
  /** Feature → column of the result. */
  outputNames: Record<string, string>;
}

/**
 * Checks the labels against the views and names the columns of the result: those of the labels, then those of each view.
 * Without errors among `problems`, the join can run.
 */
export function planJoin(
  labels: TableSchema,
  views: readonly { view: FeatureView; schema: TableSchema }[],
  params: JoinParams,
): { joins: JoinedNames[]; columns: Column[]; problems: JoinProblem[] } {
  const problems: JoinProblem[] = [];
  const byName = new Map(labels.columns.map((column) => [column.name, column]));
  checkTime(params.timestamp, byName, problems);
  const columns = [...labels.columns];
  const taken = new Map(labels.columns.map(({ name }) => [name.toLowerCase(), 'the labels']));
  const joins = views.map(({ view, schema }) => {
    for (const key of view.keys) checkKey(view, key, params, byName, problems);
    const outputNames: Record<string, string> = {};
    for (const feature of view.features) {
      const name = params.prefix ? `${view.name}__${feature.name}` : feature.name;
      const owner = taken.get(name.toLowerCase());
      if (owner !== undefined) problems.push(doubleName(name, view, owner, params.prefix));
      taken.set(name.toLowerCase(), `the view ${view.name}`);
      outputNames[feature.name] = name;
      const column = schema.columns.find((candidate) => candidate.name === feature.name);
      if (column !== undefined) columns.push({ ...column, name });
    }
    return { view, outputNames };
  });
  const known = new Set(views.flatMap(({ view }) => view.keys.map(({ name }) => name)));
  for (const key of Object.keys(params.keyColumns)) {
    if (views.length > 0 && !known.has(key)) problems.push(unknownKey(key, [...known]));
  }
  if (!params.createdFilter && views.some(({ view }) => view.createdTimestamp !== null)) {
    problems.push({
      field: 'createdFilter',
      code: 'params.invalid',
      severity: 'warning',
      message:
        'Rows are used before they were known: the model will see corrections that it will not have when it serves.',
      fix: 'Turn the created filter on.',
    });
  }
  return { joins, columns, problems };
}

function checkTime(name: string, labels: ReadonlyMap<string, Column>, problems: JoinProblem[]): void {
  if (name === '') {
    problems.push({
      field: 'timestamp',
      code: 'params.invalid',
      message: 'No time is chosen: without it a join would look into the future.',
      fix: 'Choose the column of the labels that says as of when features count.',
    });
    return;
  }
  const column = labels.get(name);
  if (column === undefined) {
    problems.push(missingColumn('timestamp', `Column “${name}” is not in the labels.`, name, [...labels.keys()]));
  } else if (column.type !== 'timestamp') {
    problems.push({
      field: 'timestamp',
      code: 'data.column-type',
      message: `Column “${name}” is ${column.sqlType}, not a time.`,
      fix: 'Choose a timestamp column, or cast it in an SQL step.',
    });
  }
}

function checkKey(
  view: FeatureView,
  key: { name: string; type: KeyType },
  params: JoinParams,
  labels: ReadonlyMap<string, Column>,
  problems: JoinProblem[],
): void {
  const name = params.keyColumns[key.name] ?? key.name;
  const column = labels.get(name);
  if (column === undefined) {
    const message = `The labels have no column “${name}”, which the view ${view.name} is looked up by.`;
    problems.push(missingColumn('keyColumns', message, name, [...labels.keys()]));
  } else if (column.type !== key.type) {
    problems.push({
      field: 'keyColumns',
      code: 'data.column-type',
      message: `Key “${key.name}” is ${key.type} in the view ${view.name} and ${column.sqlType} in the labels.`,
      fix: 'Cast one of them in an SQL step: 1 and the text “1” are different entities.',
    });
  }
}

function missingColumn(
  field: keyof JoinParams,
  message: string,
  name: string,
  present: readonly string[],
): JoinProblem {
  const near = nearMisses(name, present);
  const fix =
    near.length === 0
      ? `They have ${present.slice(0, 12).join(', ')}.`
      : `Did you mean ${near.map((candidate) => `“${candidate}”`).join(' or ')}?`;
  return { field, code: 'data.column-missing', message, fix };
}

function doubleName(name: string, view: FeatureView, owner: string, prefix: boolean): JoinProblem {
  return {
    field: 'prefix',
    code: 'features.mismatch',
    message: `“${name}” of the view ${view.name} would have the name of a column of ${owner}.`,
    fix: prefix ? 'Rename the feature in its view.' : 'Turn the prefix on, or rename the feature in its view.',
  };
}

function unknownKey(key: string, known: readonly string[]): JoinProblem {
  return {
    field: 'keyColumns',
    code: 'params.invalid',
    message: `No view has a key “${key}”.`,
    fix: known.length === 0 ? 'The views have no keys.' : `Their keys are ${known.join(', ')}.`,
  };
}

/** Something is connected that is no view, or has lost its description on the way. */
export function noView(): { message: string; fix: string } {
  return {
    message: 'A table that is neither a feature view nor a feature service is connected to “views”.',
    fix: 'Put a Feature view or Feature service step last, right before this one.',
  };
}

type TableShape = Extract<PortShape, { type: 'table' }>;

/** A view to join, with the columns of its rows. */
export interface ViewToJoin {
  view: FeatureView;
  schema: TableSchema;
  /** The service that chose its features. */
  service?: Pick<FeatureService, 'name' | 'version'>;
}

/** The views of a service, each with the features that it chose; `schemas` by the name of the view. */
export function viewsOfService(
  { name, version, views }: FeatureService,
  schemas: Readonly<Record<string, TableSchema>>,
): ViewToJoin[] {
  return views.map((chosen) => ({
    view: servedView(chosen),
    schema: schemas[chosen.view.name] ?? { columns: [] },
    service: { name, version },
  }));
}

function viewsOfShape({ schema, view, service }: TableShape): ViewToJoin[] {
  if (service !== undefined) return viewsOfService(service.service, service.schemas);
  return view === undefined ? [] : [{ schema, view }];
}

function inferJoin(inputs: Record<string, PortShape[]>, params: JoinParams): InferResult {
  const labels = inputs['labels']?.[0];
  const tables = (inputs['views'] ?? []).filter((shape): shape is TableShape => shape.type === 'table');
  const perTable = tables.map(viewsOfShape);
  const views = perTable.flat();
  const [first] = views;
  if (tables.length === 0 || (labels !== undefined && labels.type !== 'table')) return { outputs: {}, problems: [] };
  if (first === undefined || perTable.some(({ length }) => length === 0)) return { outputs: {}, problems: [noView()] };
  const rows = labels ?? entityRange(first, params);
  if ('message' in rows) return { outputs: {}, problems: [shown(rows)] };
  const timestamp = 'range' in rows ? rows.range.timestamp : params.timestamp;
  const { columns, problems } = planJoin(rows.schema, views, { ...params, timestamp });
  if (problems.some(({ severity }) => severity === undefined)) return { outputs: {}, problems: problems.map(shown) };
  const lineage = (labels ?? tables[0])?.lineage;
  return {
    outputs: {
      table: { type: 'table', schema: { columns }, ...(lineage === undefined ? {} : { lineage }) },
    },
    problems: problems.map(shown),
  };
}

function shown({ field, severity, message, fix }: JoinProblem): InferResult['problems'][number] {
  return {
    message,
    fix,
    ...(field === undefined ? {} : { field }),
    ...(severity === undefined ? {} : { severity }),
  };
}

export const joinNode = defineNode({
  kind: 'feature.join',
  version: 1,
  stage: 'feature',
  title: 'Join features',
  summary: 'Adds to each label row the features that were known at its time, and none that came later.',
  keywords: [
    'point-in-time',
    'asof',
    'as of',
    'leakage',
    'feature store',
    'feature service',
    'historical features',
    'labels',
  ],
  params: paramsSchema,
  ports: {
    inputs: {
      labels: {
        types: ['table'],
        optional: true,
        doc: 'Rows with an entity and a time each, such as labels; without them, every entity of a span of time.',
      },
      views: { types: ['table'], many: true, doc: 'Feature views, or a feature service in their place.' },
    },
    outputs: { table: { type: 'table', doc: 'The label rows in their order, with the features beside them.' } },
  },
  infer: inferJoin,
  determinism: 'pure',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 32, 2 ** 29 + rows * 200), seconds: 0.5 + rows / 1_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Flights with airport delays',
      params: { timestamp: 'date' },
      note: 'Each flight gets the delays of its origin as they were known at its departure.',
    },
    {
      name: 'Another name for the key',
      params: { timestamp: 'ordered_at', keyColumns: { customer: 'buyer' }, prefix: true },
      note: 'The view is kept by customer; the orders call them buyers.',
    },
    {
      name: 'Everyone as of a day',
      params: { from: '2026-01-01', to: '2026-02-01' },
      note: 'Without labels: one row per entity that was seen in January, to score them all.',
    },
  ],
  help: `For each label row and each view, finds the row of the view that was the answer **at the time of the label**: of
the rows of the same entity with an event time not after the label's, and known by then, the one with the latest event
time. Its values are added, or none if it is older than the view's time to live.

Connect views, or a feature service: it stands for the features it chose of its views, and the model that learns from
them remembers its version.

- Nothing leaks: a row counts from its event time on, and, where the view has a created time, only from when it was known.
  A correction made later is not used for earlier labels.
- Label rows stay as they are: all of them, in their order, equal ones too, with all their columns. Without a match,
  features are missing.
- A value that is missing in the row that counts is missing; an older row does not fill in.
- Key types must be the same on both sides.

Without labels connected, the rows are the entities of the first view that have an event between *from* and *to* (both
included), in the order of their keys, each with the features known at *to*.

The same rule answers a look-up of the online store, so a model is served what it was trained on. The rows that come out
are training or test rows as the labels were.
`,
});
