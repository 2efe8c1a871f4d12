/** What the rule computes with: numbers when a row is read online, SQL text when rows are joined offline. */
interface Arithmetic<Value, Truth> {
  literal(value: bigint): Value;
  difference(a: Value, b: Value): Value;
  atMost(a: Value, b: Value): Truth;
  always: Truth;
}

/**
 * The one time-to-live rule of the product: a row is usable while it is at most `ttlUs` old at the time it is asked for,
 * the bound included; 0 is for ever. All times in microseconds.
 */
function withinTtl<Value, Truth>(
  { literal, difference, atMost, always }: Arithmetic<Value, Truth>,
  row: { event: Value; asOf: Value },
  ttlUs: bigint,
): Truth {
  if (ttlUs === 0n) return always;
  return atMost(difference(row.asOf, row.event), literal(ttlUs));
}

const numbers: Arithmetic<bigint, boolean> = {
  literal: (value) => value,
  difference: (a, b) => a - b,
  atMost: (a, b) => a <= b,
  always: true,
};

/** The difference of two BIGINT times can be wider than BIGINT. */
const sql: Arithmetic<string, string> = {
  literal: (value) => `${value}::HUGEINT`,
  difference: (a, b) => `CAST(${a} AS HUGEINT) - ${b}`,
  atMost: (a, b) => `${a} <= ${b}`,
  always: 'true',
};

export function isWithinTtl(row: { event: bigint; asOf: bigint }, ttlUs: bigint): boolean {
  return withinTtl(numbers, row, ttlUs);
}

/** SQL condition over two BIGINT expressions. */
export function withinTtlSql(row: { event: string; asOf: string }, ttlUs: bigint): string {
  return `(${withinTtl(sql, row, ttlUs)})`;
}

/** The time-to-live of a view in microseconds. */
export function ttlMicros(view: { ttlSeconds: number }): bigint {
  return BigInt(view.ttlSeconds) * 1_000_000n;
}
