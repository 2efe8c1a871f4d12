import { z } from 'zod';
import { defineNode, type InferResult } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';

const moment = z
  .string()
  .regex(
    /^(?:\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?Z?)?$/,
    'must be a date or time in UTC, such as 2001-05-01',
  );

export const splitNode = defineNode({
  kind: 'data.split',
  version: 1,
  stage: 'data',
  title: 'Split',
  summary: 'Divides rows into a training and a test table',
  keywords: ['train', 'test', 'holdout', 'partition', 'sample', 'time', 'stratified', 'group', 'validation'],
  params: z.object({
    method: z
      .enum(['random', 'time', 'stratified', 'group'])
      .default('random')
      .describe('How rows are assigned: at random, by time, at random within each class, or by whole groups'),
    column: z
      .string()
      .default('')
      .describe('Column the method looks at: the time, the class, or the group; not used by random')
      .meta(paramMeta({ ui: { control: 'column', port: 'input' } })),
    testShare: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.2)
      .describe('Share of rows (of groups, by group) in the test table; not used by time')
      .meta(paramMeta({ section: 'At random' })),
    seed: z
      .number()
      .int()
      .min(0)
      .max(2_147_483_647)
      .default(1)
      .describe('Another seed gives another assignment; not used by time')
      .meta(paramMeta({ section: 'At random' })),
    folds: z
      .number()
      .int()
      .min(0)
      .max(100)
      .refine((value) => value !== 1, 'must be 0 or at least 2')
      .default(0)
      .describe(
        'Divides the rows into so many equal parts, one of which is the test table; 0: by share. Not used by time',
      )
      .meta(paramMeta({ section: 'Folds', unit: 'folds', advanced: true })),
    fold: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(1)
      .describe('Which of the folds is the test table; Map over it measures every fold')
      .meta(paramMeta({ section: 'Folds', advanced: true })),
    trainBefore: moment
      .default('')
      .describe('Training rows are those before this time')
      .meta(paramMeta({ ui: { control: 'datetime' }, section: 'By time' })),
    testFrom: moment
      .default('')
      .describe('Test rows start at this time; empty means where training ends')
      .meta(paramMeta({ ui: { control: 'datetime' }, section: 'By time' })),
    testTo: moment
      .default('')
      .describe('Test rows end before this time; empty means the last row')
      .meta(paramMeta({ ui: { control: 'datetime' }, section: 'By time' })),
  }),
  ports: {
    inputs: { input: { types: ['table'], doc: 'Rows to divide' } },
    outputs: {
      train: { type: 'table', lineage: 'train', doc: 'Rows to learn from' },
      test: { type: 'table', lineage: 'test', doc: 'Held-out rows; fitting steps refuse them' },
    },
  },
  infer: (inputs, params): InferResult => {
    const problems: InferResult['problems'] = [];
    const shape = inputs['input']?.[0];
    if (params.folds > 0 && params.fold > params.folds) {
      problems.push({
        field: 'fold',
        message: `There is no fold ${params.fold} of ${params.folds}.`,
        fix: `Choose one from 1 to ${params.folds}.`,
      });
    }
    if (params.method === 'time') {
      if (params.trainBefore === '') {
        problems.push({
          field: 'trainBefore',
          message: 'No time is set where training ends.',
          fix: 'Set trainBefore.',
        });
      } else if (params.testFrom !== '' && instant(params.testFrom) < instant(params.trainBefore)) {
        problems.push({
          field: 'testFrom',
          message: `Test rows start at ${params.testFrom}, before training ends at ${params.trainBefore}.`,
          fix: 'Let testFrom be trainBefore or later, so that no row is in both.',
        });
      }
      const from = params.testFrom === '' ? params.trainBefore : params.testFrom;
      if (from !== '' && params.testTo !== '' && instant(params.testTo) <= instant(from)) {
        problems.push({
          field: 'testTo',
          message: `Test rows end at ${params.testTo}, before they start.`,
          fix: 'Set a later end.',
        });
      }
    }
    if (params.method !== 'random' && params.column === '') {
      problems.push({
        field: 'column',
        message: `Splitting by ${params.method} needs a column.`,
        fix: 'Choose a column.',
      });
    }
    if (shape?.type !== 'table') return { outputs: {}, problems };
    if (params.method !== 'random' && params.column !== '') {
      const column = shape.schema.columns.find(({ name }) => name === params.column);
      if (column === undefined) {
        problems.push({
          field: 'column',
          message: `Column “${params.column}” is not in the table.`,
          fix: `It has ${shape.schema.columns.map(({ name }) => name).join(', ')}.`,
        });
      } else if (params.method === 'time' && column.type !== 'timestamp') {
        problems.push({
          field: 'column',
          message: `Column “${params.column}” is ${column.sqlType}, not a time.`,
          fix: 'Choose a timestamp column, or cast it in an SQL step.',
        });
      }
    }
    const { schema } = shape;
    return {
      outputs: { train: { type: 'table', schema, lineage: 'train' }, test: { type: 'table', schema, lineage: 'test' } },
      problems,
    };
  },
  determinism: 'seeded',
  resources: (_params, stats) => {
    const rows = stats.rows ?? 1_000_000;
    return { cpu: 2, memoryBytes: Math.min(2 ** 31, 2 ** 28 + rows * 300), seconds: 0.3 + rows / 1_000_000 };
  },
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'By time',
      params: { method: 'time', column: 'date', trainBefore: '2001-05-01', testTo: '2001-06-01' },
      note: 'Learn from what came before, test on the month after: the way a model is used.',
    },
    { name: 'One in five', params: { testShare: 0.2, seed: 7 }, note: 'At random, the same rows every time.' },
    {
      name: 'By customer',
      params: { method: 'group', column: 'customer', testShare: 0.25 },
      note: 'All rows of a customer are on one side.',
    },
  ],
  help: `Gives two tables, \`train\` and \`test\`, in the row order of the input. Steps that fit something refuse the
test table, so nothing is learnt from held-out rows.

- **time**: training rows are before *train before*; test rows from *test from* (or where training ends) to before
  *test to*. Rows between or after, and rows without a time, are in neither. Choose this when the model will predict the
  future.
- **random**: exactly the share of rows, picked by a hash of the row's position and the seed: the same rows on any
  machine.
- **stratified**: the same within each value of the column, so both tables have its classes in equal proportion.
- **group**: whole groups go to one side; the share counts groups.

With **folds**, the rows are dealt into equal parts by the same rules, and *fold* says which part is the test table. A group
of this step, features and a trainer, placed by **Map** with fold 1, 2, 3 …, is a cross-validation in which the features are
fitted anew each time.`,
});

/** The text as a number that orders like the time it names, whatever its precision. */
function instant(text: string): number {
  const iso = text.replace(' ', 'T').replace(/Z$/, '');
  return Date.parse(`${iso.includes('T') ? iso : `${iso}T00:00`}Z`);
}
