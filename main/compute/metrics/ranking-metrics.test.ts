import { expect, test } from 'vitest';
import { rankingMetrics } from './ranking-metrics.ts';

test('two queries by hand', () => {
  // Query 1 in order of scores: 0, 2, 1. Query 2: relevant row first. Query 3 has none and does not count.
  const relevance = [2, 0, 1, 1, 0, 0, 0];
  const groups = [1, 1, 1, 2, 2, 3, 3];
  const scores = [0.5, 0.9, 0.1, 0.8, 0.2, 1, 2];
  const found = rankingMetrics(relevance, groups, scores);
  const dcg = 3 / Math.log2(3) + 1 / Math.log2(4);
  const best = 3 + 1 / Math.log2(3);
  expect(found?.queries).toBe(2);
  expect(found?.metrics['ndcgAt5']).toBeCloseTo((dcg / best + 1) / 2, 12);
  expect(found?.metrics['ndcgAt10']).toBeCloseTo((dcg / best + 1) / 2, 12);
  expect(found?.metrics['meanAveragePrecision']).toBeCloseTo(((1 / 2 + 2 / 3) / 2 + 1) / 2, 12);
  expect(found?.metrics['meanReciprocalRank']).toBeCloseTo(0.75, 12);
});

test('places beyond the cut do not count; without a relevant row there is nothing to measure', () => {
  const relevance = Array.from({ length: 12 }, (_, row) => (row === 11 ? 1 : 0));
  const scores = relevance.map((_, row) => -row);
  const found = rankingMetrics(
    relevance,
    relevance.map(() => 7),
    scores,
  );
  expect(found?.metrics).toMatchObject({ ndcgAt5: 0, ndcgAt10: 0, meanReciprocalRank: 1 / 12 });
  expect(rankingMetrics([0, 0], [1, 2], [1, 2])).toBeUndefined();
});
