import { afterEach, expect, it } from 'vitest';
import { setLanguage } from './language.ts';
import { metricName } from './metric-names.ts';

afterEach(() => setLanguage('en'));

it.each([
  ['rocAuc', 'ROC AUC'],
  ['cv.logLoss', 'log loss, cross-validated'],
  ['latencyP99Ms', 'latency p99, ms'],
  ['myOwnFigure', 'my own figure'],
  ['toString', 'to string'],
])('says %s as %s', (name, words) => {
  expect(metricName(name)).toBe(words);
});

it('speaks the language of the app', () => {
  setLanguage('de');
  expect(metricName('logLoss')).toBe('Log-Verlust');
});
