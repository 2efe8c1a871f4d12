import type { z } from 'zod';
import type { InferResult, InputStats, NodeDefinition } from '../../shared/node/define-node.ts';
import { cnnNode } from '../train/cnn/definition.ts';
import { forestNode } from '../train/forest/definition.ts';
import { linearNode } from '../train/linear/definition.ts';
import { mlpNode } from '../train/mlp/definition.ts';
import { treesNode } from '../train/trees/definition.ts';
import type { SpaceEntry } from './search-space.ts';

/** Kinds that train on rows with a label as often as one likes: their parameters can be searched, their models cross-validated. */
export const trainerNodes = {
  'train.trees': treesNode,
  'train.forest': forestNode,
  'train.linear': linearNode,
  'train.mlp': mlpNode,
  'train.cnn': cnnNode,
} as const;

export type TrainerKind = keyof typeof trainerNodes;

export function isTrainer(kind: string): kind is TrainerKind {
  return Object.hasOwn(trainerNodes, kind);
}

/** Parameters that say what is predicted, not how; they are those of the search. */
const reserved = new Set(['label', 'task', 'weight', 'group']);

/** What is searched when no space is given. */
export const defaultSpaces: Record<TrainerKind, SpaceEntry[]> = {
  'train.trees': [
    { name: 'learningRate', type: 'float', low: 0.01, high: 0.3, log: true },
    { name: 'leaves', type: 'int', low: 7, high: 127, log: true },
    { name: 'minRowsPerLeaf', type: 'int', low: 5, high: 200, log: true },
    { name: 'columnSample', type: 'float', low: 0.4, high: 1 },
    { name: 'rowSample', type: 'float', low: 0.4, high: 1 },
    { name: 'l2', type: 'float', low: 1e-6, high: 10, log: true },
  ],
  'train.forest': [
    { name: 'featureShare', type: 'float', low: 0.1, high: 1 },
    { name: 'minRowsPerLeaf', type: 'int', low: 1, high: 50, log: true },
    { name: 'method', type: 'categorical', choices: ['random-forest', 'extra-trees'] },
  ],
  'train.linear': [{ name: 'l2', type: 'float', low: 1e-6, high: 1e4, log: true }],
  'train.mlp': [
    { name: 'learningRate', type: 'float', low: 1e-4, high: 3e-2, log: true },
    { name: 'hiddenLayers', type: 'categorical', choices: [[32], [64], [128], [64, 32], [128, 64]] },
    { name: 'batchSize', type: 'categorical', choices: [32, 64, 128, 256] },
    { name: 'weightDecay', type: 'float', low: 1e-6, high: 1e-1, log: true },
  ],
  'train.cnn': [
    { name: 'learningRate', type: 'float', low: 1e-4, high: 1e-2, log: true },
    {
      name: 'convolutions',
      type: 'categorical',
      choices: [
        [8, 16],
        [16, 32],
        [16, 32, 64],
      ],
    },
    { name: 'kernel', type: 'categorical', choices: [3, 5] },
    { name: 'dropout', type: 'float', low: 0, high: 0.5 },
  ],
};

export interface SearchParams {
  trainer: TrainerKind;
  fixed: Record<string, unknown>;
  space: SpaceEntry[];
}

export function spaceOf({ trainer, space }: Pick<SearchParams, 'trainer' | 'space'>): SpaceEntry[] {
  return space.length > 0 ? space : defaultSpaces[trainer];
}

/** Memory of one training with these params beside others in the same process, roughly; 0 where they do not parse. */
export function trialBytes(trainer: TrainerKind, params: Record<string, unknown>, stats: InputStats): number {
  const { params: schema, resources }: NodeDefinition = trainerNodes[trainer];
  const parsed = schema.safeParse({ label: 'label', ...params });
  if (!parsed.success || resources === undefined) return 0;
  const [own, least] = [stats, { ...stats, rows: 1 }].map((size) => resources(parsed.data, size).memoryBytes);
  return Math.max(0, (own as number) - (least as number));
}

/** Problems of `space` and `fixed` against the parameters of the trainer. */
export function checkAgainstTrainer(params: SearchParams): InferResult['problems'] {
  const problems: InferResult['problems'] = [];
  const node = trainerNodes[params.trainer];
  const known = Object.keys(node.params.shape).filter((name) => !reserved.has(name));
  const refuse = (field: string, message: string, fix: string) => problems.push({ field, message, fix });
  const accepts = (field: string, name: string, value: unknown): boolean => {
    if (!known.includes(name)) {
      refuse(field, `${node.title} has no parameter “${name}” to search.`, `It has: ${known.join(', ')}.`);
      return false;
    }
    const schema = (node.params.shape as Record<string, z.ZodType>)[name];
    const parsed = schema?.safeParse(value);
    if (parsed?.success === true) return true;
    const why = parsed?.error.issues[0]?.message ?? 'invalid';
    refuse(field, `“${name}” of ${node.title} does not take ${JSON.stringify(value)} (${why}).`, 'Change the value.');
    return false;
  };
  for (const [name, value] of Object.entries(params.fixed)) accepts('fixed', name, value);
  for (const entry of spaceOf(params)) {
    if (Object.hasOwn(params.fixed, entry.name) && params.space.length > 0) {
      refuse('space', `“${entry.name}” is both fixed and searched.`, 'Take it out of one of the two.');
    }
    const ends = entry.type === 'categorical' ? entry.choices : [entry.low, entry.high];
    for (const end of ends) if (!accepts('space', entry.name, end)) break;
  }
  return problems;
}
