import type { Json } from '@duckdb/node-api';

/** How the rows of a query come out, read from DuckDB's bound plan. */
export interface PlanTraits {
  /**
   * `kept`: one input filtered and projected, in its order; `declared`: the query ends with its own ORDER BY; `open`:
   * joins, groups or set operations, whose order depends on threads.
   */
  rowOrder: 'kept' | 'declared' | 'open';
  /** Some value depends on the order in which rows are met: float sums, first values, ties of ranks, a bare LIMIT. */
  orderSensitive: boolean;
  /** Lower-case names of the functions it calls. */
  functions: Set<string>;
  /** Contains a random sample of rows. */
  samples: boolean;
  /** Combines rows into fewer. */
  aggregates: boolean;
}

/** Operators that hand rows on in the order they get them. */
const orderKeeping = new Set([
  'LOGICAL_PROJECTION',
  'LOGICAL_FILTER',
  'LOGICAL_GET',
  'LOGICAL_EXPRESSION_GET',
  'LOGICAL_DUMMY_SCAN',
  'LOGICAL_EMPTY_RESULT',
  'LOGICAL_CHUNK_GET',
  'LOGICAL_UNNEST',
  'LOGICAL_LIMIT',
]);
/** Aggregates whose result is a function of the set of values alone. */
const orderFree = new Set([
  'count',
  'count_star',
  'count_if',
  'countif',
  'min',
  'max',
  'bool_and',
  'bool_or',
  'bit_and',
  'bit_or',
  'bit_xor',
  'approx_count_distinct',
  'median',
  'quantile',
  'quantile_cont',
  'quantile_disc',
]);
/** Aggregates that are exact over integers and decimals, and rounded in row order over floats. */
const exactOverIntegers = new Set(['sum', 'sum_no_overflow', 'avg', 'mean']);
const exactTypes = /^(?:U?(?:TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL|BOOLEAN|BIGNUM)$/;
const tieFreeWindows = new Set(['WINDOW_RANK', 'WINDOW_RANK_DENSE', 'WINDOW_PERCENT_RANK', 'WINDOW_CUME_DIST']);

type JsonObject = { [key: string]: Json };

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every object in a JSON value, outermost first. */
export function* objectsIn(value: Json): Generator<JsonObject> {
  const open: Json[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (Array.isArray(next)) {
      for (let index = next.length - 1; index >= 0; index--) open.push(next[index] ?? null);
    } else if (isObject(next)) {
      yield next;
      const children = Object.values(next);
      for (let index = children.length - 1; index >= 0; index--) open.push(children[index] ?? null);
    }
  }
}

/** Traits of one plan as `json_serialize_plan(…, optimize := false)` gives it. */
export function planTraits(plan: Json): PlanTraits {
  const traits: PlanTraits = {
    rowOrder: rootOrder(plan),
    orderSensitive: false,
    functions: new Set(),
    samples: false,
    aggregates: false,
  };
  for (const node of objectsIn(plan)) {
    const { type } = node;
    const name = typeof node['name'] === 'string' ? node['name'].toLowerCase() : '';
    if (typeof type !== 'string') continue;
    if (type.startsWith('LOGICAL_')) {
      if (traits.rowOrder === 'kept' && !orderKeeping.has(type)) traits.rowOrder = 'open';
      if (type === 'LOGICAL_SAMPLE') traits.samples = true;
      if (type === 'LOGICAL_AGGREGATE_AND_GROUP_BY') traits.aggregates = true;
      if (type === 'LOGICAL_LIMIT' && !isOrdered(node)) traits.orderSensitive = true;
      if (node['distinct_type'] === 'DISTINCT_ON') traits.orderSensitive = true;
    }
    if (node['expression_class'] === 'BOUND_FUNCTION') traits.functions.add(name);
    if (node['expression_class'] === 'BOUND_AGGREGATE') {
      traits.functions.add(name);
      if (!isExact(name, node)) traits.orderSensitive = true;
    }
    if (node['expression_class'] === 'BOUND_WINDOW' && !isTieFree(name, node)) traits.orderSensitive = true;
  }
  return traits;
}

/** Whether the rows leave the root through an ORDER BY. */
function rootOrder(plan: Json): 'kept' | 'declared' {
  for (let node: Json | undefined = plan; isObject(node); ) {
    const type: Json | undefined = node['type'];
    if (type === 'LOGICAL_ORDER_BY' || type === 'LOGICAL_TOP_N') return 'declared';
    if (type !== 'LOGICAL_PROJECTION' && type !== 'LOGICAL_LIMIT') return 'kept';
    node = firstChild(node);
  }
  return 'kept';
}

/** Rows below come in a fixed order: sorted, or that of one input. */
function isOrdered(limit: JsonObject): boolean {
  for (let node: Json | undefined = limit; isObject(node); ) {
    const type: Json | undefined = node['type'];
    if (type === 'LOGICAL_ORDER_BY') return true;
    if (typeof type !== 'string' || !orderKeeping.has(type)) return false;
    node = firstChild(node);
  }
  return true;
}

function firstChild(node: JsonObject): Json | undefined {
  const { children } = node;
  return Array.isArray(children) ? children[0] : undefined;
}

function isExact(name: string, call: JsonObject): boolean {
  if (orderFree.has(name)) return true;
  if (!exactOverIntegers.has(name)) return false;
  const types = Array.isArray(call['arguments']) ? call['arguments'] : [];
  return types.every((type) => isObject(type) && typeof type['id'] === 'string' && exactTypes.test(type['id']));
}

function isTieFree(name: string, window: JsonObject): boolean {
  const { type, start, end } = window;
  if (typeof type === 'string' && tieFreeWindows.has(type)) return true;
  const countsRows = [start, end].some((bound) => typeof bound === 'string' && bound.endsWith('_ROWS'));
  return type === 'WINDOW_AGGREGATE' && !countsRows && isExact(name, window);
}
