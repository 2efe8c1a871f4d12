import type { LoopEvent } from '../../shared/rpc/engine-contract.ts';
import type { IconName } from '../ui/icons/icon.tsx';
import { t } from './text.ts';

/** Places of the loop, in order. */
export const loopStates = ['watching', 'gate', 'training', 'comparing', 'approval', 'canary', 'live'] as const;
export type LoopState = (typeof loopStates)[number];

export function stateName(state: LoopState): string {
  return t.loopStates[state];
}

const after: Readonly<Record<LoopEvent['type'], LoopState>> = {
  triggered: 'gate',
  'gate-refused': 'watching',
  retraining: 'training',
  trained: 'comparing',
  compared: 'comparing',
  rejected: 'watching',
  'awaiting-approval': 'approval',
  approved: 'canary',
  shadowing: 'canary',
  canary: 'canary',
  promoted: 'live',
  confirmed: 'watching',
  'rolled-back': 'watching',
  failed: 'watching',
  resumed: 'watching',
};

/** Where the loop is after its events. */
export function loopState(events: readonly LoopEvent[]): LoopState {
  const last = events.at(-1);
  return last === undefined ? 'watching' : after[last.type];
}

/** The retraining that waits for a person; undefined where none does. */
export function waitingAttempt(events: readonly LoopEvent[]): LoopEvent | undefined {
  const last = events.at(-1);
  return last?.type === 'awaiting-approval' ? last : undefined;
}

export const eventLooks: Readonly<
  Record<LoopEvent['type'], { icon: IconName; tone: '' | 'ok' | 'stale' | 'fail' | 'run' }>
> = {
  triggered: { icon: 'stale', tone: 'stale' },
  'gate-refused': { icon: 'failed', tone: 'fail' },
  retraining: { icon: 'running', tone: 'run' },
  trained: { icon: 'models', tone: '' },
  compared: { icon: 'queued', tone: '' },
  rejected: { icon: 'never', tone: '' },
  'awaiting-approval': { icon: 'queued', tone: 'stale' },
  approved: { icon: 'check', tone: 'ok' },
  shadowing: { icon: 'endpoints', tone: 'run' },
  canary: { icon: 'endpoints', tone: 'run' },
  promoted: { icon: 'check', tone: 'ok' },
  confirmed: { icon: 'check', tone: 'ok' },
  'rolled-back': { icon: 'failed', tone: 'fail' },
  failed: { icon: 'failed', tone: 'fail' },
  resumed: { icon: 'cached', tone: '' },
};

/** Events of one retraining, and those that belong to none, oldest first. */
export function attemptsOf(events: readonly LoopEvent[]): { id: string; events: LoopEvent[] }[] {
  const attempts = new Map<string, LoopEvent[]>();
  for (const event of events) {
    const id = event.attempt ?? `event-${event.seq}`;
    const own = attempts.get(id) ?? [];
    own.push(event);
    attempts.set(id, own);
  }
  return [...attempts].map(([id, own]) => ({ id, events: own }));
}

export interface ComparisonEvidence {
  metric: string;
  rows: number;
  champion: number;
  challenger: number;
  /** Positive where the challenger is better, whatever the metric. */
  difference: number;
  /** 95 % of the drawn differences. */
  low: number;
  high: number;
  pValue: number;
}

/** The comparison of a retraining, where it got that far. */
export function comparisonOf(events: readonly LoopEvent[]): ComparisonEvidence | undefined {
  const evidence = events.find(({ type }) => type === 'compared')?.evidence;
  if (evidence === undefined) return undefined;
  const { metric, rows, champion, challenger, difference, low, high, pValue } = evidence;
  if (typeof metric !== 'string') return undefined;
  const numbers = [rows, champion, challenger, difference, low, high, pValue];
  if (numbers.some((value) => typeof value !== 'number')) return undefined;
  return { metric, rows, champion, challenger, difference, low, high, pValue } as ComparisonEvidence;
}

export interface SliceEvidence {
  column: string;
  value: string;
  rows: number;
  champion: number;
  challenger: number;
  difference: number;
  worse: boolean;
}

/** Slices of the comparison of a retraining, most lost first; none where it did not get that far. */
export function slicesOf(events: readonly LoopEvent[]): SliceEvidence[] {
  const slices = events.find(({ type }) => type === 'compared')?.evidence['slices'];
  if (!Array.isArray(slices)) return [];
  return slices.flatMap((slice: unknown) => {
    const { column, value, rows, champion, challenger, difference, worse } = slice as Partial<SliceEvidence>;
    if (column === undefined || value === undefined || rows === undefined || champion === undefined) return [];
    if (challenger === undefined || difference === undefined) return [];
    return [{ column, value, rows, champion, challenger, difference, worse: worse === true }];
  });
}
