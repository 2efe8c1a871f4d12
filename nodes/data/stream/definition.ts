import { z } from 'zod';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { secretReferenceSchema } from '../../../shared/node/secret.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { Column, ColumnType } from '../../../shared/table/schema.ts';

const fieldType = z.enum(['string', 'int64', 'float64', 'bool', 'timestamp']);
const sqlTypes = { string: 'VARCHAR', int64: 'BIGINT', float64: 'DOUBLE', bool: 'BOOLEAN', timestamp: 'TIMESTAMP' };
const aggregateSchema = z.strictObject({
  function: z.enum(['count', 'sum', 'mean', 'min', 'max']),
  /** Empty only for count: all events. */
  field: z.string().default(''),
  name: z.string().min(1),
});

const params = z.object({
  source: z
    .enum(['push', 'mqtt', 'kafka', 'redis', 'file', 'replay'])
    .default('push')
    .describe(
      'Events that programs send to POST /streams/NAME/events, messages of an MQTT broker, a topic of Kafka, a Redis stream, a file that grows line by line, or the rows of a table played as events',
    ),
  name: z
    .string()
    .regex(/^(?:[a-z0-9][a-z0-9_-]{0,62})?$/, 'must be lower-case letters, digits, _ and -')
    .default('')
    .describe('Name of the stream: of the log that keeps its events and, for push, in the address they are sent to'),
  url: z
    .string()
    .max(1000)
    .default('')
    .describe(
      'MQTT, Kafka, Redis: address of the broker, such as mqtt://host:1883, kafka://host:9092,other:9092 or redis://host:6379; mqtts, kafkas and rediss are encrypted',
    )
    .meta(paramMeta({ section: 'Source', label: 'Address' })),
  topic: z
    .string()
    .max(1000)
    .default('')
    .describe('MQTT: topics, where + and # stand for any; Kafka: topic; Redis: key of the stream')
    .meta(paramMeta({ section: 'Source' })),
  path: z
    .string()
    .default('')
    .describe('File: one JSON object per line; lines that are added are events')
    .meta(
      paramMeta({ section: 'Source', ui: { control: 'path', extensions: ['.ndjson', '.jsonl', '.log', '.json'] } }),
    ),
  user: z
    .string()
    .max(200)
    .default('')
    .describe('MQTT, Kafka, Redis: user name')
    .meta(paramMeta({ section: 'Source' })),
  password: secretReferenceSchema
    .nullable()
    .default(null)
    .describe('MQTT, Kafka, Redis: secret with the password, as {"secret": "NAME"}')
    .meta(paramMeta({ section: 'Source' })),
  mechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .default('plain')
    .describe('Kafka: how user and password are proved to the broker')
    .meta(paramMeta({ section: 'Source', label: 'Authentication', advanced: true })),
  start: z
    .enum(['earliest', 'latest'])
    .default('earliest')
    .describe(
      'Kafka: whether the first reading takes all messages that the broker has, or those that come from then on',
    )
    .meta(paramMeta({ section: 'Source', label: 'Start at', advanced: true })),
  fields: z
    .record(z.string(), fieldType)
    .default({})
    .describe('Field → type of the events; replay takes those of the table when empty'),
  eventTime: z.string().default('').describe('Field with the time at which an event happened'),
  dedupeKey: z
    .string()
    .default('')
    .describe('Field that is equal in events that were sent twice; empty counts every event')
    .meta(paramMeta({ advanced: true })),
  windowSeconds: z
    .number()
    .positive()
    .max(1e9)
    .default(3600)
    .describe('Length of a window')
    .meta(paramMeta({ unit: 's', section: 'Window' })),
  slideSeconds: z
    .number()
    .min(0)
    .max(1e9)
    .default(0)
    .describe('Time from the start of one window to that of the next; 0 lets windows follow each other without overlap')
    .meta(paramMeta({ unit: 's', section: 'Window' })),
  latenessSeconds: z
    .number()
    .min(0)
    .max(1e9)
    .default(0)
    .describe('How long a window waits for events that come late, in event time')
    .meta(paramMeta({ unit: 's', section: 'Window' })),
  groupBy: z.array(z.string()).max(16).default([]).describe('Fields that a window has one row for each value of'),
  aggregates: z
    .array(aggregateSchema)
    .min(1)
    .max(100)
    .default([{ function: 'count', field: '', name: 'events' }])
    .describe('Columns of the result, such as [{"function": "mean", "field": "delay", "name": "mean_delay"}]'),
  runOnClose: z
    .boolean()
    .default(false)
    .describe('Run the graph again whenever a window has closed, while slipway ui or up runs')
    .meta(paramMeta({ section: 'Window' })),
  keepDays: z
    .number()
    .min(0)
    .default(0)
    .describe('Events that came longer ago may be removed; 0 keeps all')
    .meta(paramMeta({ section: 'Retention', unit: 'days', advanced: true })),
  keepEvents: z
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('Events beyond the last so many may be removed; 0 keeps all')
    .meta(paramMeta({ section: 'Retention', advanced: true })),
  keepMegabytes: z
    .number()
    .min(0)
    .default(0)
    .describe('Events beyond the last so many megabytes may be removed; 0 keeps all')
    .meta(paramMeta({ section: 'Retention', unit: 'MB', advanced: true })),
  speed: z
    .number()
    .min(0)
    .max(1e9)
    .default(0)
    .describe('Replay: how many times faster than it happened; 0 is as fast as possible')
    .meta(paramMeta({ section: 'Replay', unit: '×' })),
});
type Params = z.output<typeof params>;

/** DuckDB types of the declared fields. */
export function declaredFields({ fields }: Pick<Params, 'fields'>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, sqlTypes[type]]));
}

/** Params that say where a source is, and are empty. */
function missingPlaces({ source, url, topic, path }: Params): [string, string][] {
  const needed: [string, string, string][] = [];
  if (source === 'mqtt' || source === 'kafka' || source === 'redis') needed.push(['url', 'address of the broker', url]);
  if (source === 'mqtt' || source === 'kafka') needed.push(['topic', 'topic', topic]);
  if (source === 'redis') needed.push(['topic', 'key of the stream', topic]);
  if (source === 'file') needed.push(['path', 'file', path]);
  return needed.flatMap(([field, what, value]) => (value === '' ? [[field, what]] : []));
}

export const streamNode = defineNode({
  kind: 'data.stream',
  version: 1,
  stage: 'data',
  title: 'Stream',
  summary: 'Turns a stream of events into a table of closed time windows',
  keywords: [
    'mqtt',
    'kafka',
    'redis',
    'broker',
    'iot',
    'tail',
    'log file',
    'events',
    'http',
    'push',
    'webhook',
    'replay',
    'window',
    'tumbling',
    'sliding',
    'watermark',
    'real time',
  ],
  params,
  ports: {
    inputs: { events: { types: ['table'], optional: true, doc: 'Replay: the table whose rows are the events' } },
    outputs: { table: { type: 'table', lineage: 'all', doc: 'One row per closed window and group, by time' } },
  },
  infer(inputs, values): InferResult {
    const problems: InferResult['problems'] = [];
    const events = inputs['events']?.[0];
    for (const [field, what] of missingPlaces(values)) {
      problems.push({ field, message: `The ${what} is missing.`, fix: `Set ${field}.` });
    }
    if (values.source !== 'replay' && values.name === '') {
      problems.push({ field: 'name', message: 'The stream has no name.', fix: 'Set name, such as flights.' });
    }
    if (values.source === 'replay' && events === undefined) {
      problems.push({ field: 'source', message: 'There is no table to replay.', fix: 'Connect one to the input.' });
    }
    const declared = new Map<string, Column>(
      Object.entries(values.fields).map(([name, type]) => [name, { name, type, sqlType: sqlTypes[type] }]),
    );
    if (values.source === 'replay' && declared.size === 0 && events?.type === 'table') {
      for (const { name, type } of events.schema.columns) {
        if (type !== 'tensor' && type !== 'other') declared.set(name, { name, type, sqlType: sqlTypes[type] });
      }
    }
    if (declared.size === 0) {
      if (values.source !== 'replay') {
        problems.push({ field: 'fields', message: 'The fields of the events are not known.', fix: 'Set fields.' });
      }
      return { outputs: {}, problems };
    }
    const names = [...declared.keys()].join(', ');
    const need = (field: string, name: string) => {
      const found = declared.get(name);
      if (found === undefined) {
        problems.push({ field, message: `The events have no field “${name}”.`, fix: `They have ${names}.` });
      }
      return found;
    };
    if (values.eventTime === '') {
      problems.push({ field: 'eventTime', message: 'The time of an event is not known.', fix: 'Set eventTime.' });
    } else if ((need('eventTime', values.eventTime)?.type ?? 'timestamp') !== 'timestamp') {
      problems.push({ field: 'eventTime', message: `Field “${values.eventTime}” is not a time.`, fix: 'Set another.' });
    }
    if (values.dedupeKey !== '') need('dedupeKey', values.dedupeKey);
    if (values.slideSeconds > values.windowSeconds) {
      problems.push({
        field: 'slideSeconds',
        message: 'Windows start further apart than they are long, so events between them would be lost.',
        fix: 'Set slideSeconds to windowSeconds or less.',
      });
    }
    const columns: Column[] = [
      { name: 'window_start', type: 'timestamp', sqlType: 'TIMESTAMP' },
      { name: 'window_end', type: 'timestamp', sqlType: 'TIMESTAMP' },
    ];
    for (const name of values.groupBy) {
      const column = need('groupBy', name);
      if (column !== undefined) columns.push(column);
    }
    for (const { function: how, field, name } of values.aggregates) {
      if (how === 'count') {
        if (field !== '') need('aggregates', field);
        columns.push({ name, type: 'int64', sqlType: 'BIGINT' });
        continue;
      }
      const column = need('aggregates', field);
      const numeric: readonly (ColumnType | undefined)[] = ['int64', 'float64', undefined];
      if ((how === 'sum' || how === 'mean') && !numeric.includes(column?.type)) {
        problems.push({ field: 'aggregates', message: `Field “${field}” is not a number.`, fix: 'Choose a number.' });
      }
      if (column === undefined) continue;
      const isFloat = how === 'mean' || column.type === 'float64';
      if (how === 'min' || how === 'max') columns.push({ ...column, name });
      else columns.push({ name, type: isFloat ? 'float64' : 'int64', sqlType: isFloat ? 'DOUBLE' : 'BIGINT' });
    }
    if (new Set(columns.map(({ name }) => name.toLowerCase())).size < columns.length) {
      problems.push({
        field: 'aggregates',
        message: 'Two columns of the result have one name.',
        fix: 'Give each its own; window_start and window_end are taken.',
      });
    }
    return { outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } }, problems };
  },
  determinism: 'external',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + rows * 200), seconds: 0.5 + rows / 200_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Sensor',
      params: {
        name: 'sensors',
        fields: { id: 'string', at: 'timestamp', sensor: 'string', celsius: 'float64' },
        eventTime: 'at',
        dedupeKey: 'id',
        windowSeconds: 60,
        latenessSeconds: 10,
        groupBy: ['sensor'],
        aggregates: [
          { function: 'mean', field: 'celsius', name: 'celsius' },
          { function: 'count', name: 'readings' },
        ],
      },
      note: 'Readings sent to /streams/sensors/events, averaged per minute and sensor.',
    },
    {
      name: 'Sensors of a broker',
      params: {
        source: 'mqtt',
        name: 'machines',
        url: 'mqtt://broker.local:1883',
        topic: 'plant/+/temperature',
        fields: { at: 'timestamp', topic: 'string', celsius: 'float64' },
        eventTime: 'at',
        windowSeconds: 60,
        groupBy: ['topic'],
        aggregates: [{ function: 'mean', field: 'celsius', name: 'celsius' }],
      },
      note: 'The mean temperature per minute and machine, from an MQTT broker.',
    },
    {
      name: 'Orders of Kafka',
      params: {
        source: 'kafka',
        name: 'orders',
        url: 'kafkas://kafka.internal:9093',
        topic: 'shop.orders',
        user: 'slipway',
        password: { secret: 'KAFKA_PASSWORD' },
        mechanism: 'scram-sha-512',
        fields: { kafka_id: 'string', kafka_time: 'timestamp', country: 'string', amount: 'float64' },
        eventTime: 'kafka_time',
        dedupeKey: 'kafka_id',
        windowSeconds: 300,
        groupBy: ['country'],
        aggregates: [{ function: 'sum', field: 'amount', name: 'revenue' }],
      },
      note: 'Revenue per country and five minutes, from an encrypted topic.',
    },
    {
      name: 'Flights as they happened',
      params: {
        source: 'replay',
        eventTime: 'date',
        windowSeconds: 86_400,
        slideSeconds: 3600,
        groupBy: ['origin'],
        aggregates: [{ function: 'mean', field: 'delay', name: 'mean_delay' }],
      },
      note: 'Plays a table as a stream: the mean delay of the last day, every hour, per airport.',
    },
  ],
  help: `Reads a stream of events and gives a table with one row per closed window and group.

**Push.** While \`slipway ui\` runs, or \`slipway up --streams PORT\`, programs send events with
\`POST /streams/NAME/events\` (to \`ui\` with the header \`Authorization: Bearer TOKEN\`): one JSON object per line
(\`application/x-ndjson\`), or a JSON array of objects. The answer \`{"firstOffset", "count"}\` comes when the events are on
disk, in an append-only log under the data directory that survives a crash. On 429 or 503 send the same events again after
\`Retry-After\`; with a *dedupe key*, events that arrive twice count once. Each run reads all events so far.

**Brokers and files** are read into the same log, by each run until nothing more is there, and all the time while \`ui\` or
\`up\` runs. How far a source was read survives a crash; an event may come twice then, which the *dedupe key* takes care of.
*MQTT* keeps a session at the broker and acknowledges what is stored; messages that are no JSON object become
\`{"topic", "value"}\`, others get their \`topic\`. *Kafka* is read from all partitions of a topic, with
the place kept beside the events, so no consumer group is needed; messages get a \`kafka_id\` (good as *dedupe key*), a
\`kafka_time\` (good as *event time*) and their \`kafka_key\`. *Redis* entries have their fields as texts, or are the JSON object of
their only field, and a \`redis_id\`. A *file* may be rotated or cut.

**Retention.** Events beyond the given age, number or size are removed in pieces of 64 MB; windows that began before the
oldest kept event then leave the table.

**Windows** are by event time, aligned to 1970-01-01 in UTC. Tumbling windows follow each other; with *slide* they overlap.
The watermark is the latest event time less *lateness*: a window is closed, and appears in the table, when the watermark
has reached its end, and never changes afterwards. Events for a window that was already closed when they came are left
out and counted in the log, as are events without a time.

**Replay** plays the rows of a table in order of their event time, at *speed* times the pace at which they happened, through
the same log and windows. A replay that is interrupted goes on where it was.`,
});
