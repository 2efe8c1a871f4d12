import { describe, expect, it } from 'vitest';
import { wrapColumns } from './wrap-columns.ts';

const chain = Array.from({ length: 10 }, (_, at) => ({
  id: `n${at}`,
  left: at * 196,
  top: 0,
  width: 148,
  height: 102,
}));

describe('wrapColumns', () => {
  it('keeps a layout that fits in one row', () => {
    const positions = wrapColumns(chain, 4000);
    expect(new Set(Object.values(positions).map(({ y }) => y)).size).toBe(1);
  });

  it('breaks a long one into rows of equally many columns, below each other', () => {
    const positions = wrapColumns(chain, 1000);
    const rows = [...new Set(Object.values(positions).map(({ y }) => y))];
    expect(rows).toHaveLength(2);
    expect(Object.values(positions).filter(({ y }) => y === rows[0])).toHaveLength(5);
    expect((rows[1] ?? 0) - (rows[0] ?? 0)).toBeGreaterThan(102);
    expect(positions.n5?.x).toBe(0);
  });

  it('never separates cards of one column', () => {
    const stacked = [...chain, { id: 'below', left: 4 * 196, top: 200, width: 148, height: 102 }];
    const positions = wrapColumns(stacked, 1000);
    expect(positions.below?.x).toBe(positions.n4?.x);
  });
});
