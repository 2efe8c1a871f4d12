import { z } from 'zod';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { seedParam } from './seed-param.ts';

/** What a trainer predicts. */
export const targetParams = {
  label: z
    .string()
    .default('')
    .describe('The column to predict.')
    .meta(paramMeta({ ui: { control: 'column', port: 'features', types: ['bool', 'int64', 'float64', 'string'] } })),
  task: z
    .enum(['auto', 'binary', 'multiclass', 'regression'])
    .default('auto')
    .describe('Auto: true/false, text and few whole numbers are classes, other numbers a regression.'),
};

/** How much each training row counts. */
export const weightParams = {
  classWeight: z
    .enum(['none', 'balanced'])
    .default('none')
    .describe('Balanced: every class counts the same in total. Probabilities are then no longer those of the data.')
    .meta(paramMeta({ advanced: true })),
  weight: z
    .string()
    .default('')
    .describe('A column of numbers ≥ 0: how much each row counts. Empty: all the same.')
    .meta(paramMeta({ advanced: true, ui: { control: 'column', port: 'features', types: ['int64', 'float64'] } })),
};

/** Name of a column that a step adds to its table. */
export function newColumn(name: string, description: string) {
  return z
    .string()
    .min(1)
    .max(200)
    .default(name)
    .describe(description)
    .meta(paramMeta({ advanced: true }));
}

export const drawSeed = seedParam('Start of the random draws.').meta(paramMeta({ advanced: true }));
