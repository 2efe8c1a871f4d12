import type { Alert, LoopEvent, ReplayState } from '../../shared/rpc/engine-contract.ts';

export interface TourFacts {
  live: boolean;
  replay: ReplayState | null;
  alerts: readonly Alert[];
  events: readonly LoopEvent[];
  /** When the person broke the upstream system; undefined before. */
  brokenMs: number | undefined;
}

export type TourStepId = 'start' | 'send' | 'calm' | 'break' | 'alert' | 'retrain' | 'canary' | 'recover';

export interface TourStep {
  id: TourStepId;
  done: boolean;
}

/** Rows after which the monitors have judged a window. */
const calmRows = 4_000;

/** What of the story has happened. */
export function tourSteps({ live, replay, alerts, events, brokenMs }: TourFacts): TourStep[] {
  const since = (type: LoopEvent['type']) =>
    brokenMs !== undefined && events.some((event) => event.type === type && event.timeMs >= brokenMs);
  const sent = replay?.sent ?? 0;
  return [
    { id: 'start', done: live },
    { id: 'send', done: sent > 0 },
    { id: 'calm', done: sent >= calmRows },
    { id: 'break', done: brokenMs !== undefined },
    { id: 'alert', done: brokenMs !== undefined && alerts.some(({ startedMs }) => startedMs >= brokenMs) },
    { id: 'retrain', done: since('compared') },
    { id: 'canary', done: since('promoted') },
    { id: 'recover', done: since('confirmed') || holdsAgain(events, brokenMs) },
  ];
}

/** Whether a model that went live after the break was measured, on newer labelled rows, within the limit of its monitor. */
function holdsAgain(events: readonly LoopEvent[], brokenMs: number | undefined): boolean {
  const limit = events.findLast(({ type }) => type === 'triggered')?.evidence['limit'];
  const promoted = events.find(({ type, timeMs }) => type === 'promoted' && timeMs >= (brokenMs ?? timeMs));
  if (brokenMs === undefined || promoted === undefined || typeof limit !== 'number') return false;
  return events.some(({ type, seq, evidence }) => {
    const { champion } = evidence;
    return type === 'compared' && seq > promoted.seq && typeof champion === 'number' && champion >= limit;
  });
}

/** The first step that has not happened; undefined at the end. */
export function currentStep(steps: readonly TourStep[]): TourStepId | undefined {
  const last = steps.findLastIndex(({ done }) => done);
  return steps[last + 1]?.id;
}
