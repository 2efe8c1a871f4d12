import { expect, it } from 'vitest';
import { currentStep, type TourFacts, tourSteps } from './tour-steps.ts';

const nothing: TourFacts = { live: false, replay: null, alerts: [], events: [], brokenMs: undefined };
const replay = {
  endpointId: 'g/e',
  running: true,
  sent: 5_000,
  total: 50_000,
  labelled: 0,
  failed: 0,
  clockMs: 0,
  faults: [],
  error: null,
};
const event = (type: 'compared' | 'promoted' | 'confirmed', timeMs: number) => ({
  seq: timeMs,
  graphId: 'g',
  nodeId: 'r',
  attempt: 'a',
  type,
  timeMs,
  text: '',
  evidence: {},
});

it('leads from the endpoint to the recovery', () => {
  expect(currentStep(tourSteps(nothing))).toBe('start');
  expect(currentStep(tourSteps({ ...nothing, live: true }))).toBe('send');
  expect(currentStep(tourSteps({ ...nothing, live: true, replay }))).toBe('break');
  const broken = { ...nothing, live: true, replay, brokenMs: 100 };
  expect(currentStep(tourSteps(broken))).toBe('alert');
  expect(currentStep(tourSteps({ ...broken, events: [event('compared', 120)] }))).toBe('canary');
  const over = [event('compared', 120), event('promoted', 130), event('confirmed', 140)];
  expect(currentStep(tourSteps({ ...broken, events: over }))).toBeUndefined();
});

it('does not count what happened before the break', () => {
  const facts = { ...nothing, live: true, replay, brokenMs: 100, events: [event('promoted', 50)] };
  expect(tourSteps(facts).find(({ id }) => id === 'canary')?.done).toBe(false);
});

it('takes a model that went live and holds on newer rows for the recovery, not one that does not', () => {
  const done = (champion: number) => {
    const events = [
      { ...event('compared', 105), type: 'triggered' as const, evidence: { limit: 0.69 } },
      { ...event('compared', 110), evidence: { champion: 0.75 } },
      event('promoted', 120),
      { ...event('compared', 130), evidence: { champion } },
    ];
    return tourSteps({ ...nothing, live: true, replay, brokenMs: 100, events }).find(({ id }) => id === 'recover')
      ?.done;
  };
  expect([done(0.7), done(0.68)]).toEqual([true, false]);
});
