import { expect, it } from 'vitest';
import { shellLanguage, shellTexts } from './shell-text.ts';

it('has a German text for every English one', () => {
  expect(Object.keys(shellTexts.de)).toEqual(Object.keys(shellTexts.en));
  for (const [key, text] of Object.entries(shellTexts.en)) {
    const german = shellTexts.de[key as keyof typeof shellTexts.de];
    expect(typeof german, key).toBe(typeof text);
    if (typeof text === 'string') expect(german, key).not.toBe(text);
  }
});

it('counts endpoints in both languages', () => {
  expect([1, 2].map((live) => shellTexts.en.endpointsLive(live))).toEqual([
    'An endpoint is live',
    '2 endpoints are live',
  ]);
  expect([1, 2].map((live) => shellTexts.de.endpointsLive(live))).toEqual([
    'Ein Endpunkt ist in Betrieb',
    '2 Endpunkte sind in Betrieb',
  ]);
});

it('speaks what the app spoke last, else a language of the system, else English', () => {
  expect(shellLanguage('de', ['en-US'])).toBe('de');
  expect(shellLanguage('en', ['de-DE'])).toBe('en');
  expect(shellLanguage(undefined, ['fr-FR', 'de-AT', 'en-GB'])).toBe('de');
  expect(shellLanguage('constructor', ['fr-FR'])).toBe('en');
  expect(shellLanguage({ de: true }, [])).toBe('en');
});
