import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isPermissive, productionPackages, refusedPackages } from './licences.mjs';

const lock: unknown = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));

it('carries nothing but what may be carried', () => {
  const packages = productionPackages(lock);
  expect(packages.length).toBeGreaterThan(100);
  expect(refusedPackages(packages)).toEqual([]);
});

it.each([
  ['MIT', true],
  ['(MIT OR CC0-1.0)', true],
  ['GPL-3.0-or-later OR MIT', true],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-or-later', false],
  ['AGPL-3.0', false],
  ['unknown', false],
])('%s: %s', (expression, permissive) => {
  expect(isPermissive(expression)).toBe(permissive);
});

it('refuses a licence that changes under an agreed name', () => {
  const elk = { name: 'elkjs', version: '9.9.9', path: 'node_modules/elkjs' };
  expect(refusedPackages([{ ...elk, licence: 'EPL-2.0 OR GPL-3.0-or-later' }])).toEqual([]);
  expect(refusedPackages([{ ...elk, licence: 'GPL-3.0-only' }])).toHaveLength(1);
});
