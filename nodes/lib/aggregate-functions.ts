/** What can be computed of a group of rows. */
export const aggregateFunctions = [
  'count',
  'distinct',
  'missing',
  'sum',
  'mean',
  'min',
  'max',
  'median',
  'quantile',
  'stddev',
  'variance',
  'first',
  'last',
  'any',
  'all',
] as const;
export type AggregateFunction = (typeof aggregateFunctions)[number];
