import { expect, it } from 'vitest';
import { roleOfFile } from './file-role.ts';

it('opens graphs, turns data into nodes, and leaves the rest', () => {
  expect(roleOfFile('Flights.slipway.json')).toEqual({ open: 'graph' });
  expect(roleOfFile('flights.CSV')).toEqual({ open: 'node', kind: 'data.file' });
  expect(roleOfFile('rows.json')).toEqual({ open: 'node', kind: 'data.file' });
  expect(roleOfFile('shop.db')).toEqual({ open: 'node', kind: 'data.sqlite' });
  expect(roleOfFile('setup.exe')).toEqual({ open: 'nothing' });
  expect(roleOfFile('')).toEqual({ open: 'nothing' });
});
