import { expect, it } from 'vitest';
import { ActivityRecorder } from './activity-recorder.ts';

const hourMs = 3_600_000;

it('keeps the highest second of 24 hours, load tests aside, and forgets it after', () => {
  const activity = new ActivityRecorder();
  for (let i = 0; i < 5; i++) activity.record(1, 1, false);
  for (let i = 0; i < 50; i++) activity.record(1, 1, false, true);
  activity.tick(10 * hourMs, 0, []);
  expect(activity.peakPerSecond).toBe(5);
  activity.record(1, 1, false);
  activity.tick(10 * hourMs + 1_000, 0, []);
  activity.tick(33 * hourMs, 0, []);
  expect(activity.peakPerSecond).toBe(5);
  activity.tick(34 * hourMs, 0, []);
  expect(activity.peakPerSecond).toBe(0);
});
