import { z } from 'zod';
import { inferModel } from '../../../shared/model/infer-model.ts';
import { defineNode, runsOnDevice } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import { spaceEntrySchema } from '../../lib/search-space.ts';
import { checkAgainstTrainer, trainerNodes, trialBytes } from '../../lib/searchable-trainers.ts';
import { seedParam } from '../../lib/seed-param.ts';
import { targetParams } from '../../lib/target-params.ts';

/** Metrics a search can pursue. */
const measuredMetrics = [
  'logLoss',
  'rocAuc',
  'averagePrecision',
  'accuracy',
  'balancedAccuracy',
  'macroF1',
  'rmse',
  'mae',
  'r2',
] as const;
export const searchMetrics = ['auto', ...measuredMetrics] as const;

/** Trials of the sampler tpe that are drawn at random, before it learns. */
const startupTrials = 10;

const paramsSchema = z.object({
  ...targetParams,
  trainer: z
    .enum(['train.trees', 'train.forest', 'train.linear', 'train.mlp', 'train.cnn'])
    .default('train.trees')
    .describe('Kind of model whose parameters are searched.'),
  space: z
    .array(spaceEntrySchema)
    .max(50)
    .default([])
    .describe(
      'Searched parameters of the trainer, e.g. [{"name": "leaves", "type": "int", "low": 7, "high": 127, "log": true}]; empty for the usual ones.',
    )
    .meta(paramMeta({ section: 'Space' })),
  fixed: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Other parameters of the trainer, e.g. {"trees": 300}; those left out keep their defaults.')
    .meta(paramMeta({ section: 'Space' })),
  first: z
    .array(z.record(z.string(), z.unknown()))
    .max(100)
    .default([])
    .describe('Values to try before all others, e.g. [{"leaves": 31}]; parameters left out are drawn.')
    .meta(paramMeta({ section: 'Space', advanced: true })),
  weight: z
    .string()
    .default('')
    .describe('A column of numbers ≥ 0: how much each training row counts. Empty: all the same.')
    .meta(paramMeta({ advanced: true, ui: { control: 'column', port: 'features', types: ['int64', 'float64'] } })),
  metric: z
    .enum(searchMetrics)
    .default('auto')
    .describe('What the best trial is best at, on the validation rows. Auto: log loss for classes, RMSE for numbers.'),
  constraints: z
    .array(
      z
        .object({
          metric: z
            .enum([...measuredMetrics, 'modelBytes', 'trainSeconds'])
            .describe('A metric of the validation rows, the size of the model, or the time that training took.'),
          min: z.number().optional().describe('Smallest value allowed.'),
          max: z.number().optional().describe('Largest value allowed.'),
        })
        .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs a min or a max'),
    )
    .max(10)
    .default([])
    .describe('What the best trial must keep besides; trials that do not rank last, by how far they miss it.')
    .meta(paramMeta({ advanced: true })),
  trials: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(30)
    .describe('Trials at most.')
    .meta(paramMeta({ section: 'Budget', unit: 'trials' })),
  maxSeconds: z
    .number()
    .min(0)
    .default(0)
    .describe(
      'No new trial starts after this time; 0 for no limit. The result then depends on the speed of the machine.',
    )
    .meta(paramMeta({ section: 'Budget', unit: 's' })),
  sampler: z
    .enum(['tpe', 'random', 'grid'])
    .default('tpe')
    .describe('How trials are chosen: learning from those before, evenly, or every combination of a grid.'),
  gridPoints: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe('Values of each number of a grid.')
    .meta(paramMeta({ advanced: true })),
  pruner: z
    .enum(['none', 'asha', 'hyperband'])
    .default('none')
    .describe('Stops trials early whose validation loss lags behind that of others at the same iteration.'),
  parallelTrials: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'Trials at the same time, at most one per thread; they share what the step has. With 1 the result follows from the seed.',
    )
    .meta(paramMeta({ section: 'Budget', advanced: true })),
  validationShare: z
    .number()
    .gt(0)
    .max(0.8)
    .default(0.2)
    .describe('Share of the training rows that trials are measured on, without folds.')
    .meta(paramMeta({ section: 'Validation' })),
  folds: z
    .number()
    .int()
    .min(0)
    .max(20)
    .refine((value) => value !== 1, 'must be 0 or at least 2')
    .default(0)
    .describe('Measures each trial by cross-validation with so many folds, their mean; 0: on one part of the rows.')
    .meta(paramMeta({ section: 'Validation', unit: 'folds' })),
  validationRows: z
    .enum(['random', 'last'])
    .default('random')
    .describe(
      'Which rows those are; the last ones when rows are in order of time. With folds: each after those before it.',
    )
    .meta(paramMeta({ section: 'Validation' })),
  seed: seedParam('Trials and validation rows follow from it.').meta(paramMeta({ advanced: true })),
});

export const searchNode = defineNode({
  kind: 'train.search',
  version: 1,
  stage: 'train',
  title: 'Search',
  summary: 'Tries parameters of a trainer and trains the best ones on all rows.',
  keywords: ['hyperparameter', 'tuning', 'optuna', 'tpe', 'bayesian', 'grid', 'asha', 'hyperband', 'sweep', 'automl'],
  params: paramsSchema,
  ports: {
    inputs: {
      features: { types: ['features'], many: true, fits: true, doc: 'Features of the training rows.' },
      earlier: { types: ['report'], optional: true, doc: 'Report of an earlier search, whose trials are learnt from.' },
    },
    outputs: {
      model: { type: 'model', doc: 'The model with the best parameters, trained on all rows.' },
      report: { type: 'report', doc: 'Every trial with its parameters and its value.' },
    },
  },
  infer: (inputs, params) => {
    const { outputs, problems } = inferModel(inputs, params);
    return {
      outputs: { ...outputs, report: { type: 'report' } },
      problems: [...problems, ...checkAgainstTrainer(params)],
    };
  },
  determinism: 'numeric',
  usesDevice: ({ trainer }) => runsOnDevice(trainerNodes[trainer], {}),
  resources: (params, stats) => {
    const cells = (stats.rows ?? 10_000) * (stats.columns ?? 10);
    return {
      cpu: Math.max(2, params.parallelTrials),
      memoryBytes: 2 ** 29 + 24 * cells + params.parallelTrials * trialBytes(params.trainer, params.fixed, stats),
      seconds: 2 + (params.trials * Math.max(1, params.folds) * cells) / 2_000_000,
    };
  },
  // Tree-structured Parzen estimators learn from the tenth trial on. What a limit of time cuts off is not known before.
  fanOut: ({ sampler, trials, maxSeconds }) =>
    maxSeconds > 0 ? undefined : sampler === 'tpe' ? Math.min(trials, startupTrials) : trials,
  deploy: { workload: 'job' },
  lowering: { onnx: true },
  migrations: [],
  examples: [
    {
      name: 'Boosted trees',
      params: { label: 'delayed', trials: 40, metric: 'rocAuc' },
      note: 'The usual parameters.',
    },
    {
      name: 'Own space',
      params: {
        label: 'price',
        trainer: 'train.mlp',
        space: [
          { name: 'optimizer', type: 'categorical', choices: ['adam', 'adamw'] },
          { name: 'learningRate', type: 'float', low: 0.0001, high: 0.01, log: true },
          {
            name: 'weightDecay',
            type: 'float',
            low: 0.0001,
            high: 0.1,
            log: true,
            when: { parameter: 'optimizer', in: ['adamw'] },
          },
        ],
        pruner: 'asha',
      },
      note: 'Weight decay is searched only with the optimizer that decouples it.',
    },
  ],
  help: `Each trial trains the chosen kind of model on a part of the rows and measures it on the others, the validation
rows. The parameters of the best trial then train the final model on all rows.

**Space.** Numbers have bounds and may be drawn on a logarithmic scale, choices are listed, and \`when\` makes a parameter
exist only together with certain values of another. Names and bounds are checked against the trainer.

**Samplers.** TPE starts with 10 random trials and then draws where good trials are dense and bad ones are not. Random is a
fair baseline, grid tries everything.

**Pruning** compares trials by the loss on rows that the trainer itself keeps out (a tenth of a trial's rows unless it
has a validation share), at the same iteration; the linear model has none. Asynchronous successive halving lets the best
quarter through each rung, Hyperband spreads its bets over several starting rungs.

**Folds** measure each trial by cross-validation: slower, and far less a matter of luck on small tables. Pruning then looks
at the mean after each fold.

**Constraints** keep the search to models that are small, quick to train, or good enough at a second metric.

**At the same time.** Trials wait for threads, memory and graphics processors of the step as steps do for those of the machine. A
network whose device is auto trains on the processor while another trial has the graphics processor; one that asks for a
device waits for it.

**Going on.** What a search has tried is kept: after a crash or a cancel, or with more trials asked for, it goes on from
there. With another search's report at **earlier**, its trials are learnt from where the metric and the space allow, and its
best values are tried first.

The search chooses what is best on its validation rows, so their value is a little too good: evaluate the model on rows
that no trial has seen.`,
});
