import { z } from 'zod';
import { type FeatureSource, inferFeatures, rawSources } from '../../../shared/model/feature-sources.ts';
import type { FeatureColumn } from '../../../shared/model/signature.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

export const dateParts = ['year', 'month', 'day', 'weekday', 'dayofyear', 'hour', 'minute'] as const;
export type DatePart = (typeof dateParts)[number];

/** First value and number of values of the parts that repeat. */
export const cycles: Partial<Record<DatePart, { first: number; length: number }>> = {
  month: { first: 1, length: 12 },
  day: { first: 1, length: 31 },
  weekday: { first: 0, length: 7 },
  dayofyear: { first: 1, length: 366 },
  hour: { first: 0, length: 24 },
  minute: { first: 0, length: 60 },
};

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const paramsSchema = z.object({
  columns: z
    .array(z.string())
    .default([])
    .describe('Columns with dates or times.')
    .meta(paramMeta({ ui: { control: 'columns', port: 'input', types: ['timestamp'] } })),
  parts: z
    .array(z.enum(dateParts))
    .min(1)
    .default(['month', 'weekday', 'hour'])
    .describe('Calendar parts to take. Weekday: Monday is 0.'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be UTC or a time zone such as Europe/Berlin')
    .default('UTC')
    .describe(
      'Whose clocks and calendar the parts are read from, daylight saving time included, such as Europe/Berlin.',
    ),
  cyclic: z
    .boolean()
    .default(false)
    .describe(
      'Sine and cosine instead of the number, so that December is next to January; for linear models and nets.',
    ),
  holidays: z
    .array(z.iso.date())
    .max(10_000)
    .default([])
    .describe('Days such as 2001-07-04; adds a feature NAME_holiday, 1 on these days of the time zone and else 0.')
    .meta(paramMeta({ section: 'Holidays' })),
});

/** Why a source has no calendar parts. */
export function refuseDatetime(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    return { reason: 'is a number already', fix: 'Connect the Date and time step to the table.' };
  }
  if (source.column.type === 'timestamp') return undefined;
  return {
    reason: `is ${source.column.sqlType}, not a date or time`,
    fix: `Cast it in an SQL step, e.g. CAST("${source.name}" AS TIMESTAMP).`,
  };
}

/** Features of one part: `NAME_hour`, or `NAME_hour_sin` and `NAME_hour_cos`. The year has no cycle. */
export function partFeatures(source: FeatureSource, part: DatePart, cyclic: boolean): FeatureColumn[] {
  const names = cyclic && cycles[part] !== undefined ? [`${part}_sin`, `${part}_cos`] : [part];
  return names.map((name) => ({ name: `${source.name}_${name}`, width: 1, sources: rawSources(source) }));
}

/** The feature `NAME_holiday`. */
export function holidayFeature(source: FeatureSource): FeatureColumn {
  return { name: `${source.name}_holiday`, width: 1, sources: rawSources(source) };
}

export const datetimeNode = defineNode({
  kind: 'feature.datetime',
  version: 1,
  stage: 'feature',
  title: 'Date and time',
  summary: 'Takes calendar parts of times: hour, weekday, month and so on.',
  keywords: [
    'date',
    'time',
    'timestamp',
    'calendar',
    'hour',
    'weekday',
    'month',
    'cyclic',
    'sin',
    'cos',
    'time zone',
    'daylight saving',
    'dst',
    'local time',
  ],
  params: paramsSchema,
  ports: {
    inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows.' } },
    outputs: { features: { type: 'features', doc: 'One feature per column and part.' } },
  },
  infer: (inputs, params) =>
    inferFeatures(inputs, {
      field: 'columns',
      columns: params.columns,
      refuse: refuseDatetime,
      produce: (source) => [
        ...[...new Set(params.parts)].flatMap((part) => partFeatures(source, part, params.cyclic)),
        ...(params.holidays.length === 0 ? [] : [holidayFeature(source)]),
      ],
    }),
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 28 }),
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    { name: 'Hour and weekday', params: { columns: ['date'], parts: ['hour', 'weekday'] }, note: 'For trees.' },
    {
      name: 'Rush hour',
      params: { columns: ['date'], parts: ['weekday', 'hour'], timeZone: 'Europe/Berlin' },
      note: 'Local clocks: eight in the morning is 8, in winter and in summer.',
    },
    { name: 'Cyclic hour', params: { columns: ['date'], parts: ['hour'], cyclic: true }, note: 'For linear models.' },
  ],
  help: `Computes calendar parts (Gregorian calendar) with integer arithmetic, the same in training and serving.

| part | values |
| --- | --- |
| year | e.g. 2001 |
| month | 1 to 12 |
| day | 1 to 31 |
| weekday | 0 (Monday) to 6 |
| dayofyear | 1 to 366 |
| hour | 0 to 23 |
| minute | 0 to 59 |

**Cyclic** gives sin and cos of 2π · (part − first) / length, with lengths 12, 31, 7, 366, 24 and 60; the year stays a
number. **Holidays** are a list of days; on one of them \`NAME_holiday\` is 1. A missing time gives missing parts.

**Time zone.** Times are moments: text with an offset (\`2026-03-29T03:30:00+02:00\`) is the same moment as in UTC, text without
one is UTC. Their parts are those of clocks in the time zone. Where clocks go forward an hour never comes; where they go back
it comes twice, and both have the same parts. The changes from 1900 to 2100 are looked up when the step is fitted and become a
part of the model, so that an endpoint needs no time zone data and answers by the rules that training knew.
`,
});
