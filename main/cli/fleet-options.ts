import { AppError } from '../../shared/errors/app-error.ts';
import type { StartModels } from '../serving/endpoint-host.ts';
import type { CommandContext } from './command.ts';

/** How many workers the models of `serve` have, and what they share. */
export const fleetOptions = {
  replicas: { type: 'string' },
  'target-queue': { type: 'string' },
  idle: { type: 'string' },
  balance: { type: 'string' },
  fronts: { type: 'string' },
  cores: { type: 'string' },
  'memory-budget': { type: 'string' },
  load: { type: 'string' },
  device: { type: 'string' },
  pin: { type: 'string', multiple: true },
  share: { type: 'string', multiple: true },
} as const;

export const fleetHelp = {
  replicas: 'workers of each model, MIN or MIN-MAX; 0-1 ends the last one while nobody asks; default 1',
  'target-queue': 'mean wait in ms above which a worker is added, up to MAX; default 10',
  idle: 'seconds without a request after which the last worker ends where MIN is 0; default 300',
  balance: 'least-outstanding, or session: requests with equal x-slipway-session keep to one worker',
  fronts: 'processes that hold the connections of HTTP clients; default 1: the one that asks the models',
  cores: 'threads of all workers together beyond which none is added; default the cores of this machine',
  'memory-budget':
    'MiB that loaded models may take: the least recently used one makes room, and its next request loads it',
  load: 'start, or on-demand: by the first request; default start',
  device: 'where models run: auto, cpu, gpu, or an execution provider such as cuda or webgpu; default auto',
  pin: 'name of a model that is always loaded; may be repeated',
  share: 'NAME=WEIGHT: waits before this model count so many times when cores are short; default 1; may be repeated',
};

type FleetStart = Pick<
  StartModels,
  'scaling' | 'fronts' | 'device' | 'cores' | 'memoryBudgetMiB' | 'loadOnDemand' | 'pinnedModels' | 'shares'
>;

/** Errors: `cli.usage`. */
export function fleetOf(context: CommandContext): FleetStart {
  const balance = choiceOf(context, 'balance', ['least-outstanding', 'session'] as const);
  const load = choiceOf(context, 'load', ['start', 'on-demand'] as const);
  const targetQueueMs = numberOf(context, 'target-queue', 0.1, 60_000);
  const idleSeconds = numberOf(context, 'idle', 1, 1_000_000);
  return {
    scaling: {
      ...replicasOf(context.text('replicas')),
      ...(targetQueueMs === undefined ? {} : { targetQueueMs }),
      ...(idleSeconds === undefined ? {} : { idleSeconds }),
      ...(balance === undefined ? {} : { balance }),
    },
    fronts: wholeOf(context, 'fronts', 1, 16),
    device: choiceOf(context, 'device', ['auto', 'cpu', 'gpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const),
    cores: numberOf(context, 'cores', 1, 4_096),
    memoryBudgetMiB: numberOf(context, 'memory-budget', 1, 10_000_000),
    loadOnDemand: load === 'on-demand',
    pinnedModels: context.list('pin'),
    shares: sharesOf(context.list('share')),
  };
}

function sharesOf(given: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name = '', weight] = /^(.+)=([\d.]+)$/.exec(text) ?? [];
      if (name !== '' && Number(weight) >= 0.01 && Number(weight) <= 100) return [name, Number(weight)];
      throw new AppError('cli.usage', `--share ${text} is no share of a model.`, {
        fix: 'Give NAME=WEIGHT with a weight from 0.01 to 100, such as --share churn=4.',
      });
    }),
  );
}

const mostReplicas = 256;

function replicasOf(text: string | undefined): { minReplicas?: number; maxReplicas?: number } {
  if (text === undefined) return {};
  const [, low, high = low] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text) ?? [];
  const [minReplicas, maxReplicas] = [Number(low), Number(high)];
  if (minReplicas <= maxReplicas && maxReplicas >= 1 && maxReplicas <= mostReplicas)
    return { minReplicas, maxReplicas };
  throw new AppError('cli.usage', `--replicas ${text} is no number of workers.`, {
    fix: `Give MIN or MIN-MAX, up to ${mostReplicas}: 1-4, or 0-1 to end the last one while nobody asks.`,
  });
}

function numberOf(context: CommandContext, name: string, min: number, max: number): number | undefined {
  const text = context.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new AppError('cli.usage', `--${name} ${text} is not a number from ${min} to ${max}.`);
}

function wholeOf(context: CommandContext, name: string, min: number, max: number): number | undefined {
  const value = numberOf(context, name, min, max);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new AppError('cli.usage', `--${name} ${value} is not a whole number.`);
}

function choiceOf<T extends string>(context: CommandContext, name: string, choices: readonly T[]): T | undefined {
  const text = context.text(name);
  const chosen = choices.find((choice) => choice === text);
  if (text === undefined || chosen !== undefined) return chosen;
  throw new AppError('cli.usage', `--${name} is ${choices.join(' or ')}, not ${text}.`);
}
