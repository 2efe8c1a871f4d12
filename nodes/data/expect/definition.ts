import { z } from 'zod';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { Column, TableSchema } from '../../../shared/table/schema.ts';

const onBreak = z.enum(['default', 'fail', 'quarantine', 'warn']).default('default');
const column = z
  .string()
  .min(1)
  .describe('Column it is about')
  .meta(paramMeta({ ui: { control: 'column', port: 'input' } }));
const columns = z
  .array(z.string())
  .min(1)
  .max(16)
  .meta(paramMeta({ ui: { control: 'columns', port: 'input' } }));
/** A number, or a time as text for time columns. */
const bound = z.union([z.number(), z.string()]);
const value = z.union([z.string(), z.number(), z.boolean()]);

/** One expectation of a contract. Missing values break `notNull` only. */
export const expectationSchema = z.discriminatedUnion('check', [
  z.strictObject({
    check: z.literal('type'),
    column,
    type: z.enum(['bool', 'int64', 'float64', 'string', 'timestamp', 'tensor', 'other']),
    onBreak,
  }),
  z.strictObject({ check: z.literal('notNull'), column, onBreak }),
  z.strictObject({ check: z.literal('unique'), columns, onBreak }),
  z.strictObject({ check: z.literal('range'), column, min: bound.optional(), max: bound.optional(), onBreak }),
  z.strictObject({ check: z.literal('set'), column, values: z.array(value).min(1).max(10_000), onBreak }),
  z.strictObject({ check: z.literal('regex'), column, pattern: z.string().max(2000), onBreak }),
  z.strictObject({
    check: z.literal('foreignKey'),
    columns,
    /** Columns of the reference table, in the same order. */
    references: z
      .array(z.string())
      .min(1)
      .max(16)
      .meta(paramMeta({ ui: { control: 'columns', port: 'reference' } })),
    onBreak,
  }),
  z.strictObject({
    check: z.literal('rowCount'),
    min: z.number().int().min(0).optional(),
    max: z.number().int().min(0).optional(),
    onBreak,
  }),
  z.strictObject({ check: z.literal('freshness'), column, maxAgeHours: z.number().positive(), onBreak }),
  z.strictObject({
    check: z.literal('distribution'),
    column,
    maxShift: z
      .number()
      .positive()
      .max(100)
      .default(0.2)
      .describe('Largest population stability index against the same column of the reference'),
    onBreak,
  }),
]);
export type Expectation = z.output<typeof expectationSchema>;

/** The expectation as a sentence about good data. */
export function describeExpectation(expectation: Expectation): string {
  switch (expectation.check) {
    case 'type':
      return `${expectation.column} is ${expectation.type}`;
    case 'notNull':
      return `${expectation.column} is not missing`;
    case 'unique':
      return `${expectation.columns.join(', ')} is unique`;
    case 'range': {
      const { min, max } = expectation;
      const parts = [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`];
      return `${expectation.column} is ${parts.filter((part) => part !== '').join(' and ')}`;
    }
    case 'set': {
      const shown = expectation.values.slice(0, 5).join(', ');
      return `${expectation.column} is one of ${shown}${expectation.values.length > 5 ? ', …' : ''}`;
    }
    case 'regex':
      return `${expectation.column} matches ${expectation.pattern}`;
    case 'foreignKey':
      return `${expectation.columns.join(', ')} is in ${expectation.references.join(', ')} of the reference`;
    case 'rowCount': {
      const { min, max } = expectation;
      const parts = [min === undefined ? '' : `at least ${min}`, max === undefined ? '' : `at most ${max}`];
      return `there are ${parts.filter((part) => part !== '').join(' and ')} rows`;
    }
    case 'distribution':
      return `${expectation.column} is distributed as in the reference (shift at most ${expectation.maxShift})`;
    case 'freshness':
      return `the latest ${expectation.column} is at most ${expectation.maxAgeHours} h old`;
  }
}

/** Columns of the checked table that an expectation names. */
function columnsOfExpectation(expectation: Expectation): readonly string[] {
  if ('columns' in expectation) return expectation.columns;
  return 'column' in expectation ? [expectation.column] : [];
}

/** Whether it is broken by single rows, not by the table as a whole. */
export function isAboutRows({ check }: Expectation): boolean {
  return check !== 'type' && check !== 'rowCount' && check !== 'freshness' && check !== 'distribution';
}

function columnOf({ columns }: TableSchema, name: string): Column | undefined {
  return columns.find((column) => column.name === name);
}

/** Name of the column with the reasons in the quarantine table, for a table of these columns. */
export function reasonsColumn(columns: readonly { name: string }[]): string {
  let name = 'reasons';
  while (columns.some((column) => column.name.toLowerCase() === name)) name += '_';
  return name;
}

export const expectNode = defineNode({
  kind: 'data.expect',
  version: 1,
  stage: 'data',
  title: 'Expect',
  summary: 'Checks a table against a quality contract and takes out rows that break it',
  keywords: [
    'quality',
    'contract',
    'validate',
    'check',
    'test',
    'schema',
    'constraint',
    'quarantine',
    'null',
    'unique',
  ],
  params: z.object({
    expectations: z
      .array(expectationSchema)
      .max(1000)
      .default([])
      .describe('The contract, such as [{"check": "notNull", "column": "id"}]; empty suggests one in the report'),
    onBreak: z
      .enum(['fail', 'quarantine', 'warn'])
      .default('fail')
      .describe('What a broken expectation does, where it does not say itself'),
    examples: z
      .number()
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe('Broken rows shown per expectation')
      .meta(paramMeta({ unit: 'rows', advanced: true })),
  }),
  ports: {
    inputs: {
      input: { types: ['table'], doc: 'The table to check' },
      reference: { types: ['table'], optional: true, doc: 'The table that foreignKey and distribution refer to' },
    },
    outputs: {
      table: { type: 'table', doc: 'The rows that are not in quarantine, in their order' },
      quarantine: { type: 'table', doc: 'The rows in quarantine, with a column of reasons' },
      report: { type: 'report', doc: 'What was checked, what broke, with example rows' },
    },
  },
  infer(inputs, params): InferResult {
    const problems: InferResult['problems'] = [];
    const shape = inputs['input']?.[0];
    const reference = inputs['reference']?.[0];
    for (const [index, expectation] of params.expectations.entries()) {
      const about = `Expectation ${index + 1} (${describeExpectation(expectation)})`;
      const problem = (message: string, fix: string) => {
        problems.push({ field: 'expectations', message: `${about}: ${message}`, fix });
      };
      if (shape?.type === 'table') {
        for (const name of columnsOfExpectation(expectation)) {
          if (columnOf(shape.schema, name) !== undefined) continue;
          problem(
            `the table has no column “${name}”.`,
            `It has ${shape.schema.columns.map((c) => c.name).join(', ')}.`,
          );
        }
        if (expectation.check === 'freshness' && columnOf(shape.schema, expectation.column)?.type !== 'timestamp') {
          problem('the column is not a time.', 'Choose a timestamp column.');
        }
      }
      if (expectation.check === 'range' && expectation.min === undefined && expectation.max === undefined) {
        problem('it has no bound.', 'Set min or max.');
      }
      if (expectation.check === 'rowCount' && expectation.min === undefined && expectation.max === undefined) {
        problem('it has no bound.', 'Set min or max.');
      }
      if (expectation.check === 'distribution') {
        if (reference === undefined) {
          problem('nothing is connected to the input “reference”.', 'Connect a table to compare with.');
        } else if (reference.type === 'table' && columnOf(reference.schema, expectation.column) === undefined) {
          problem('the reference has no such column.', 'Connect a table with the same column.');
        }
      }
      if (expectation.check === 'foreignKey') {
        if (expectation.columns.length !== expectation.references.length) {
          problem('columns and references differ in number.', 'Name one column of the reference for each column.');
        }
        if (reference === undefined) {
          problem('nothing is connected to the input “reference”.', 'Connect the table with the keys.');
        } else if (reference.type === 'table') {
          for (const name of expectation.references) {
            if (columnOf(reference.schema, name) !== undefined) continue;
            problem(
              `the reference has no column “${name}”.`,
              `It has ${reference.schema.columns.map((c) => c.name).join(', ')}.`,
            );
          }
        }
      }
      if (expectation.onBreak === 'quarantine' && !isAboutRows(expectation)) {
        problem('it is about the whole table, so no row can go to quarantine.', 'Choose fail or warn.');
      }
    }
    if (shape?.type !== 'table') return { outputs: {}, problems };
    const reasons = { name: reasonsColumn(shape.schema.columns), type: 'string', sqlType: 'VARCHAR' } as const;
    return {
      outputs: {
        table: { type: 'table', schema: shape.schema },
        quarantine: { type: 'table', schema: { columns: [...shape.schema.columns, reasons] } },
        report: { type: 'report' },
      },
      problems,
    };
  },
  // Freshness depends on the time; everything else on the tables alone.
  determinism: 'external',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + rows * 200), seconds: 0.3 + rows / 1_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'Contract',
      params: {
        onBreak: 'quarantine',
        expectations: [
          { check: 'notNull', column: 'id' },
          { check: 'unique', columns: ['id'] },
          { check: 'range', column: 'age', min: 0, max: 130 },
          { check: 'set', column: 'state', values: ['new', 'paid', 'sent'] },
          { check: 'regex', column: 'zip', pattern: '^[0-9]{5}$' },
          { check: 'rowCount', min: 1000, onBreak: 'fail' },
          { check: 'freshness', column: 'updated_at', maxAgeHours: 48, onBreak: 'warn' },
        ],
      },
      note: 'Bad rows go to quarantine; too few rows stop the run; old data give a warning.',
    },
    {
      name: 'Suggest',
      params: {},
      note: 'Without expectations the report suggests a contract that the table meets, to copy and edit.',
    },
  ],
  help: `Checks a table against a list of expectations and says what broke, with example rows.

| check | fields | good when |
| --- | --- | --- |
| \`type\` | \`column, type\` | the column has the type: bool, int64, float64, string, timestamp, tensor, other |
| \`notNull\` | \`column\` | no value is missing |
| \`unique\` | \`columns\` | no combination comes twice; the first row with it is good |
| \`range\` | \`column, min, max\` | every value is within, bounds included; NaN is not |
| \`set\` | \`column, values\` | every value is one of these |
| \`regex\` | \`column, pattern\` | the pattern (RE2) is found in every value |
| \`foreignKey\` | \`columns, references\` | every combination is in those columns of the table at input *reference* |
| \`rowCount\` | \`min, max\` | the number of rows is within |
| \`freshness\` | \`column, maxAgeHours\` | the latest time is not older, at the minute of the run |
| \`distribution\` | \`column, maxShift\` | the population stability index against the same column of *reference* is not larger |

Missing values break \`notNull\` only. **When one breaks**, \`onBreak\` of the expectation, or of the node, decides: *fail*
stops the run and shows the rows; *quarantine* takes the rows out of \`table\` and puts them into \`quarantine\` with the
reasons; *warn* keeps them and writes to the log. Checks of the whole table (type, rowCount, freshness) cannot quarantine:
they fail.

*Infer from the table*, above the settings, writes a contract that the table meets (\`slipway artifacts contract DIGEST\`
prints one); edit it as you like. With no expectations the report holds \`suggested\`, which is the same.`,
});
