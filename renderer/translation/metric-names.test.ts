import { afterEach, expect, it } from 'vitest';
import { translatedText } from './engine-text.ts';
import { setLanguage } from './language.ts';
import { loadGerman } from './loaded-german.ts';
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

it('is said in German in what the engine says about performance', async () => {
  setLanguage('de');
  await loadGerman();
  expect(
    translatedText('Estimated performance (RMSE, in units of the label) is 12.5; on held-out rows it was 9.1.'),
  ).toBe('Die geschätzte Güte (RMSE, in Einheiten des Zielwerts) ist 12.5; auf zurückgehaltenen Zeilen war sie 9.1.');
  expect(translatedText('Realized performance (log loss) is 0.7; on held-out rows it was 0.4.')).toContain(
    'Log-Verlust',
  );
});
