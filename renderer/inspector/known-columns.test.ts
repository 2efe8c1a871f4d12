import { expect, it } from 'vitest';
import type { KnownShape } from '../state/analysis-store.ts';
import { readFormula } from './formula-note.ts';
import { formulaNamesOf } from './known-columns.ts';

const table = (...names: string[]) => ({
  columns: names.map((name) => ({ name, type: 'float64' as const, nullable: false })),
});

it('lets a formula over a model name its answer, and one over a table not', () => {
  const model: KnownShape = { type: 'model', table: table('distance') };
  const names = formulaNamesOf([model]);
  expect(readFormula('score > 0.1', names)).toEqual({ type: 'bool' });
  expect(readFormula('clip(prediction, 0, distance)', names)).toEqual({ type: 'number' });
  expect(readFormula('scores > 0.1', names)).toMatchObject({ problem: { at: 0 } });
  expect(formulaNamesOf([{ type: 'table', schema: table('distance') }]).map(({ name }) => name)).toEqual(['distance']);
});

it('offers no name twice where a column is called like an answer', () => {
  const names = formulaNamesOf([{ type: 'model', table: table('score') }]).map(({ name }) => name);
  expect(names.filter((name) => name === 'score')).toHaveLength(1);
});
