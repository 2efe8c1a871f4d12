import { describe, expect, it } from 'vitest';
import { categoryCounts, normals } from '../../../test/support/golden-inputs.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { ColumnPair } from './column-test.ts';
import { summarizeValues } from './column-summary.ts';
import { DistanceTests } from './distance-test.ts';
import { compareColumns } from './drift-report.ts';

const options = { minimumRows: 20, alpha: 0.05 };

function numbers(column: string, reference: Float64Array, current: Float64Array): ColumnPair {
  const summary = (values: Float64Array) => summarizeValues({ name: column, kind: 'number', values }, 'float64');
  return { column, type: 'float64', reference: summary(reference), current: summary(current) };
}

function labels(counts: readonly number[]): string[] {
  return counts.flatMap((count, label) => Array.from({ length: count }, () => `c${label}`));
}

function texts(column: string, reference: string[], current: string[]): ColumnPair {
  const summary = (values: string[]) => summarizeValues({ name: column, kind: 'string', values }, 'string');
  return { column, type: 'string', reference: summary(reference), current: summary(current) };
}

const close = (actual: number | null | undefined, expected: number) =>
  Math.abs((actual ?? Number.NaN) - expected) <= 1e-6 * Math.abs(expected);

describe('the Evidently-compatible mode', () => {
  const judge = (...pairs: ColumnPair[]) => compareColumns(pairs, { ...options, compatible: true });
  const only = (pair: ColumnPair) => judge(pair).columns[0];
  const four = [0.4, 0.3, 0.2, 0.1];

  it('tests numbers of small references by Kolmogorov–Smirnov at 0.05', () => {
    const same = only(numbers('x', normals(500, 1), normals(400, 2)));
    expect(same).toMatchObject({ method: 'evidently ks', drifted: false, state: 'ok' });
    expect(close(same?.pValue, 0.5551802722951961)).toBe(true);
    expect(only(numbers('x', normals(500, 1), normals(400, 2, 0.3)))?.drifted).toBe(true);
  });

  it('judges numbers of larger references by Wasserstein distance at 0.1', () => {
    const shifted = only(numbers('x', normals(5000, 1), normals(3000, 2, 0.1)));
    expect(shifted).toMatchObject({ method: 'evidently wasserstein', threshold: 0.1, pValue: null, drifted: true });
    expect(close(shifted?.statistic, 0.11899527830834211)).toBe(true);
  });

  it('tests categories of small references by goodness of fit, or Z for two', () => {
    const drift = only(
      texts('c', labels(categoryCounts(600, 3, four)), labels(categoryCounts(500, 4, [0.3, 0.3, 0.25, 0.15]))),
    );
    expect(drift).toMatchObject({ method: 'evidently chisquare', drifted: true });
    expect(close(drift?.pValue, 3.209423752861415e-5)).toBe(true);
    const two = only(
      texts('c', labels(categoryCounts(600, 5, [0.5, 0.5])), labels(categoryCounts(500, 6, [0.42, 0.58]))),
    );
    expect(two?.method).toBe('evidently z');
    expect(close(two?.pValue, 0.0003270740825058738)).toBe(true);
  });

  it('judges categories and few-valued numbers of larger references by Jensen–Shannon distance', () => {
    const pair = texts('c', labels(categoryCounts(2000, 3, four)), labels(categoryCounts(500, 4, four)));
    expect(only(pair)).toMatchObject({ method: 'evidently jensenshannon', threshold: 0.1, drifted: false });
    const few = Float64Array.from({ length: 1500 }, (_, i) => i % 3);
    expect(only(numbers('n', few, few.slice(0, 300)))?.method).toBe('evidently jensenshannon');
  });

  it('drops missing values and takes an unseen category for certain drift', () => {
    const rows = labels([100, 100, 100]);
    const kept = only(texts('c', rows, [...rows, ...Array.from({ length: 200 }, () => MISSING_STRING)]));
    expect(kept).toMatchObject({ statistic: 0, drifted: false });
    expect(only(texts('c', rows, [...rows, 'new']))).toMatchObject({ pValue: 0, drifted: true });
  });

  it('calls a window drifted when half of its columns are', () => {
    const same = (name: string) => numbers(name, normals(500, 1), normals(400, 2));
    const moved = numbers('moved', normals(500, 1), normals(400, 2, 1));
    expect(judge(moved, same('a'), same('b')).drifted).toBe(false);
    expect(judge(moved, same('a')).drifted).toBe(true);
    expect(judge(same('a')).drifted).toBe(false);
  });
});

describe('the distance mode', () => {
  it('allows small windows the distance they have without drift', () => {
    const distances = new DistanceTests();
    const reference = normals(1500, 1);
    const judged = [50, 500].map((rows) => {
      const pair = { ...numbers('x', reference, normals(rows, 2)) };
      return compareColumns([pair], { ...options, distances }).columns[0];
    });
    expect(judged.map((column) => column?.drifted)).toEqual([false, false]);
    expect(judged[0]?.threshold).toBeGreaterThan(judged[1]?.threshold ?? Infinity);
    expect(judged[1]?.threshold).toBeGreaterThanOrEqual(0.1);
  });

  it('finds shifts of numbers and categories', () => {
    const distances = new DistanceTests();
    const { columns } = compareColumns(
      [
        numbers('x', normals(1500, 1), normals(500, 2, 0.5)),
        texts('c', labels(categoryCounts(1500, 3, [0.5, 0.5])), labels(categoryCounts(500, 4, [0.2, 0.8]))),
        texts('same', labels(categoryCounts(1500, 3, [0.5, 0.5])), labels(categoryCounts(500, 4, [0.5, 0.5]))),
      ],
      { ...options, distances },
    );
    expect(columns.map(({ method, drifted }) => [method, drifted])).toEqual([
      ['wasserstein-normed', true],
      ['jensen-shannon', true],
      ['jensen-shannon', false],
    ]);
  });

  it('does not call a difference drift that is sure but tiny', () => {
    const distances = new DistanceTests();
    const pair = numbers('x', normals(5000, 1), normals(5000, 2, 0.05));
    expect(compareColumns([pair], { ...options, distances }).drifted).toBe(false);
    expect(compareColumns([pair], options).drifted).toBe(true);
  });
});
