import { bucketOf } from '../sketches/count-sketch.ts';
import type { ColumnSummary } from './column-summary.ts';

type Categorical = Extract<ColumnSummary, { kind: 'categorical' }>;

/** Counts of both samples over the same categories: names, or hash buckets where one side has too many names to count. */
export function commonCounts(
  reference: Categorical,
  current: Categorical,
): { reference: ReadonlyMap<string, number>; current: ReadonlyMap<string, number> } {
  if (reference.buckets === undefined && current.buckets === undefined) {
    return { reference: reference.counts, current: current.counts };
  }
  return { reference: byBucket(reference), current: byBucket(current) };
}

function byBucket({ counts, buckets }: Categorical): Map<string, number> {
  const found = new Map<string, number>();
  if (buckets !== undefined) {
    buckets.forEach((rows, bucket) => {
      if (rows > 0) found.set(String(bucket), rows);
    });
    return found;
  }
  for (const [name, rows] of counts) {
    const bucket = String(bucketOf(name));
    found.set(bucket, (found.get(bucket) ?? 0) + rows);
  }
  return found;
}
