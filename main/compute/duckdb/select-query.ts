import type { Json } from '@duckdb/node-api';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { type DuckDb, withDuckDb } from './connection.ts';
import { duckDbError } from './duckdb-error.ts';
import { parseExactJson } from './exact-json.ts';
import { objectsIn, type PlanTraits, planTraits } from './query-plan.ts';
import { quoteIdentifier, quoteLiteral } from './quote.ts';

/** A user's query that may be run; see `checkSelect`. */
export interface CheckedQuery {
  /** SELECT over the inputs by name, perhaps with a final semicolon or comment: make a view of it. */
  select: string;
  /** ` ORDER BY …` for a SELECT over that view, or empty where its own order is right. */
  orderBy: string;
  columns: Column[];
  /** `one`: some value depends on the order in which rows are met, so only one thread gives one result. */
  threads: 'any' | 'one';
}

const longestQuery = 200_000;
/** Table functions that read nothing but their arguments. */
const tableFunctions = new Set([
  'range',
  'generate_series',
  'unnest',
  'repeat',
  'repeat_row',
  'json_each',
  'json_tree',
]);
/** Not marked as volatile, but a property of the machine or session. */
const environmentFunctions = ['current_setting', 'getvariable', 'getenv', 'version'];

/**
 * Checks a user's query without data: it must be one SELECT over the inputs, give the same rows every time, and bind to
 * the columns of the inputs. `orderBy` names output columns; ties are broken by the other columns, so the order of the
 * rows is a function of the rows. Errors: `data.query`, `data.column-missing` (with candidates).
 */
export async function checkSelect(
  query: string,
  inputs: Readonly<Record<string, readonly Column[]>>,
  orderBy: readonly string[],
  signal?: AbortSignal,
): Promise<CheckedQuery> {
  return withDuckDb(signal === undefined ? {} : { signal }, async (db) => {
    try {
      for (const [name, columns] of Object.entries(inputs)) await db.run(emptyView(name, columns));
      await db.restrictToFiles([]);
      const tree = await parseSelect(db, query);
      const traits = await bind(db, query, inputs);
      await refuseVolatile(db, new Set([...traits.functions, ...calledFunctions(tree)]));
      if (traits.samples) {
        throw new AppError('data.query', 'The query takes a random sample, so each run would give other rows.', {
          fix: 'Filter by a hash of a column, such as WHERE hash(id) % 10 = 0.',
        });
      }
      const columns = await db.columnsOf(query);
      requireDistinctNames(columns);
      requireColumns(orderBy, columns);
      return await ordered(db, query, tree, traits, columns, orderBy);
    } catch (error) {
      throw duckDbError(error, { code: 'data.query', doing: 'The query cannot be run' });
    }
  });
}

/** A part of a generated query that a person wrote: one scalar expression, such as `price * 2`. */
export interface WrittenExpression {
  text: string;
  /** FROM item whose columns it may use. */
  from: string;
  /** Param it comes from and what it is called in messages, such as `The condition`. */
  field: string;
  says: string;
}

/** A query that Slipway wrote, bound to the columns of its inputs. */
export interface BoundQuery {
  columns: Column[];
  /** As in `CheckedQuery`. */
  threads: 'any' | 'one';
}

/**
 * Binds a generated query, whose row order is its own concern, without data. Each written expression must be a single
 * scalar expression that gives the same value every time: no aggregate, subquery, star, or second column. Errors:
 * `data.query`, `data.column-missing`, with `details.field` where an expression is at fault.
 */
export async function bindGenerated(
  query: string,
  inputs: Readonly<Record<string, readonly Column[]>>,
  expressions: readonly WrittenExpression[],
  signal?: AbortSignal,
): Promise<BoundQuery> {
  return withDuckDb(signal === undefined ? {} : { signal }, async (db) => {
    try {
      for (const [name, columns] of Object.entries(inputs)) await db.run(emptyView(name, columns));
      await db.restrictToFiles([]);
      for (const expression of expressions) await checkExpression(db, expression, inputs);
      const traits = await bind(db, query, inputs);
      const columns = await db.columnsOf(query);
      requireDistinctNames(columns);
      return { columns, threads: traits.orderSensitive ? 'one' : 'any' };
    } catch (error) {
      throw duckDbError(error, { code: 'data.query', doing: 'The step cannot be run' });
    }
  });
}

async function checkExpression(
  db: DuckDb,
  { text, from, field, says }: WrittenExpression,
  inputs: Readonly<Record<string, readonly Column[]>>,
): Promise<void> {
  const refuse = (message: string, fix: string) =>
    new AppError('data.query', `${says} ${message}`, { fix, details: { field } });
  if (text.trim() === '') throw refuse('is empty.', 'Write an expression, such as price * 2.');
  // The line breaks end a comment of the person's.
  const wrap = (source: string) => `SELECT (\n${text}\n) AS value FROM ${source}`;
  try {
    const tree = await parseSelect(db, wrap('input'));
    if (!isOneExpression(tree))
      throw refuse('is not one expression.', 'Write a single expression without keywords of a query.');
    for (const node of objectsIn(tree.statements[0]?.node['select_list'] ?? null)) {
      if (node['class'] === 'SUBQUERY') throw refuse('holds a query.', 'Use an SQL step for queries.');
      if (node['class'] === 'STAR') throw refuse('names all columns.', 'Name the columns that are meant.');
    }
    const traits = await bind(db, wrap(from), inputs);
    if (traits.aggregates) {
      throw refuse('combines rows.', 'Use Aggregate, or add OVER () to compute it beside each row.');
    }
    await refuseVolatile(db, new Set([...traits.functions, ...calledFunctions(tree)]));
  } catch (error) {
    if (!(error instanceof AppError) || error.details?.['field'] !== undefined) throw error;
    const message = error.message.replace(/^The query/, says).replace(/ in line \d+/, '');
    throw new AppError(error.code, message, { fix: error.fix, details: { ...error.details, field }, cause: error });
  }
}

/** Whether the tree is `SELECT expression FROM input` and nothing else. */
function isOneExpression(tree: Tree): boolean {
  const node = tree.statements[0]?.node ?? {};
  const from = node['from_table'] as { [key: string]: Json } | undefined;
  const list = node['select_list'];
  const empty = (key: string) => {
    const value = node[key];
    return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
  };
  return (
    node['type'] === 'SELECT_NODE' &&
    Array.isArray(list) &&
    list.length === 1 &&
    from?.['type'] === 'BASE_TABLE' &&
    from['table_name'] === 'input' &&
    ['modifiers', 'where_clause', 'group_expressions', 'group_sets', 'having', 'sample', 'qualify'].every(empty)
  );
}

/** A view of an input's columns without rows. */
function emptyView(name: string, columns: readonly Column[]): string {
  const items = columns.map((column) => `CAST(NULL AS ${column.sqlType}) AS ${quoteIdentifier(column.name)}`);
  return `CREATE VIEW ${quoteIdentifier(name)} AS SELECT ${items.length === 0 ? 'NULL AS nothing' : items.join(', ')} WHERE false`;
}

type Tree = { statements: { node: { [key: string]: Json } }[] };

/** The syntax tree of a text that is exactly one SELECT. */
async function parseSelect(db: DuckDb, query: string): Promise<Tree> {
  if (query.length > longestQuery) {
    throw new AppError('data.query', `The query has ${query.length} characters; ${longestQuery} are allowed.`, {
      fix: 'Split it over several SQL steps.',
    });
  }
  const [row] = await db.rows(`SELECT json_serialize_sql(${quoteLiteral(query)}) AS tree`);
  const tree = parseExactJson(String(row?.['tree'])) as Tree & QueryProblem;
  if (tree.error === true) {
    if (tree.error_type === 'not implemented') throw notOneSelect();
    throw queryError(tree, query, {});
  }
  if (tree.statements.length === 0) {
    throw new AppError('data.query', 'The query is empty.', { fix: 'Write a SELECT over the inputs.' });
  }
  if (tree.statements.length > 1) throw notOneSelect();
  for (const node of objectsIn(tree.statements as unknown as Json)) {
    if (node['class'] === 'PARAMETER') {
      throw new AppError('data.query', 'The query has a placeholder ($1 or ?).', {
        fix: 'Write the value in its place.',
      });
    }
    if (node['type'] === 'TABLE_FUNCTION') requireTableFunction(node['function']);
  }
  return tree;
}

function notOneSelect(): AppError {
  return new AppError('data.query', 'The query must be one SELECT statement.', {
    fix: 'Remove statements that change, create, load or delete something, and anything after a semicolon.',
  });
}

function requireTableFunction(call: Json | undefined): void {
  const name =
    typeof call === 'object' && call !== null && !Array.isArray(call)
      ? String(call['function_name']).toLowerCase()
      : '';
  if (tableFunctions.has(name)) return;
  throw new AppError('data.query', `The query calls ${name}(), which reads something other than its inputs.`, {
    fix: 'Read files with a File node and connect it as an input.',
  });
}

function calledFunctions(tree: Tree): string[] {
  const names: string[] = [];
  for (const node of objectsIn(tree.statements as unknown as Json)) {
    if (typeof node['function_name'] === 'string') names.push(node['function_name'].toLowerCase());
  }
  return names;
}

/** What `json_serialize_sql` and `json_serialize_plan` give in place of a result. */
interface QueryProblem {
  error?: boolean;
  error_type?: string;
  error_subtype?: string;
  error_message?: string;
  /** Offset in the query, in bytes. */
  position?: string;
  name?: string;
  candidates?: string;
}

/** Binds the query to the inputs. A plan that DuckDB cannot write down counts as sensitive to everything. */
async function bind(
  db: DuckDb,
  query: string,
  inputs: Readonly<Record<string, readonly Column[]>>,
): Promise<PlanTraits> {
  const [row] = await db.rows(
    `SELECT json_serialize_plan(${quoteLiteral(query)}, skip_null := true, optimize := false) AS plan`,
  );
  const plan = JSON.parse(String(row?.['plan'])) as QueryProblem & { plans?: Json[] };
  if (plan.error === true) {
    if (plan.error_type !== 'serialization' && plan.error_type !== 'not implemented') {
      throw queryError(plan, query, inputs);
    }
    return { rowOrder: 'open', orderSensitive: true, functions: new Set(), samples: false, aggregates: false };
  }
  return planTraits(plan.plans?.[0] ?? null);
}

/** DuckDB says this where an alias of the same name, in any case, hides that the column is not there. */
const hiddenByAlias = /^Column "(.+)" referenced that exists in the SELECT clause/;

function queryError(
  problem: QueryProblem,
  query: string,
  inputs: Readonly<Record<string, readonly Column[]>>,
): AppError {
  const hidden = hiddenByAlias.exec(problem.error_message ?? '')?.[1];
  const candidates =
    hidden === undefined
      ? (problem.candidates ?? '').split(',').filter((candidate) => candidate !== '')
      : Object.values(inputs).flatMap((columns) => columns.map((column) => column.name));
  const name = hidden ?? problem.name ?? '';
  const where = lineOf(query, problem.position);
  if (problem.error_subtype === 'COLUMN_NOT_FOUND' || hidden !== undefined) {
    const near = nearMisses(name, candidates);
    const suggested = near.length > 0 ? near : candidates.slice(0, 5);
    return new AppError('data.column-missing', `Column “${name}” does not exist${where}.`, {
      fix: suggested.length === 0 ? 'Check the columns of the inputs.' : `Did you mean ${suggested.join(' or ')}?`,
      details: { column: name, candidates },
    });
  }
  if (problem.error_subtype === 'MISSING_ENTRY') {
    const names = Object.keys(inputs);
    const tables = names.length === 0 ? 'This query has no inputs' : `The inputs are ${names.join(', ')}`;
    const isTable = problem.error_message?.startsWith('Table') === true;
    return new AppError('data.query', `${isTable ? 'Table' : 'Function'} “${name}” does not exist${where}.`, {
      fix: isTable ? `${tables}; add names under Inputs.` : `Did you mean ${candidates.join(' or ')}?`,
      details: { name, candidates },
    });
  }
  if (problem.error_type === 'permission') {
    return new AppError('data.query', `The query reads something other than its inputs: ${problem.error_message}.`, {
      fix: 'Read files with a File node and connect it as an input.',
    });
  }
  const message = (problem.error_message ?? 'it is not understood').trim().split('\n', 1)[0];
  return new AppError('data.query', `The query has an error${where}: ${message}`, { details: { name, candidates } });
}

/** ` in line 3, near “…”`, or nothing where the place is unknown. */
function lineOf(query: string, position: string | undefined): string {
  if (position === undefined) return '';
  const before = Buffer.from(query).subarray(0, Number(position)).toString();
  const line = before.split('\n').length;
  return query.includes('\n') ? ` in line ${line}` : '';
}

async function refuseVolatile(db: DuckDb, names: ReadonlySet<string>): Promise<void> {
  if (names.size === 0) return;
  const list = [...names].map(quoteLiteral).join(', ');
  const rows = await db.rows(
    `SELECT DISTINCT function_name AS name FROM duckdb_functions()
     WHERE function_name IN (${list}) AND stability <> 'CONSISTENT' ORDER BY ALL`,
  );
  const found = [...rows.map((row) => String(row['name'])), ...environmentFunctions.filter((name) => names.has(name))];
  const [first] = found;
  if (first === undefined) return;
  throw new AppError('data.query', `The query calls ${first}(), which gives another result each time.`, {
    fix: 'The result of a step must follow from its inputs: write the value, or read it from an input.',
    details: { functions: found },
  });
}

function requireDistinctNames(columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) {
      throw new AppError('data.query', `The result has two columns named “${name}”.`, {
        fix: `Rename one with AS, or leave it out: SELECT * EXCLUDE (${quoteIdentifier(name)}).`,
      });
    }
    seen.add(folded);
  }
}

function requireColumns(orderBy: readonly string[], columns: readonly Column[]): void {
  const names = columns.map((column) => column.name);
  for (const column of orderBy) {
    if (names.includes(column)) continue;
    const near = nearMisses(column, names);
    throw new AppError('data.column-missing', `The result has no column “${column}” to order by.`, {
      fix: near.length === 0 ? `It has ${names.slice(0, 12).join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
      details: { column, field: 'orderBy' },
    });
  }
}

/** The query with an order that leaves no ties between different rows. */
async function ordered(
  db: DuckDb,
  query: string,
  tree: Tree,
  traits: PlanTraits,
  columns: Column[],
  orderBy: readonly string[],
): Promise<CheckedQuery> {
  const threads = traits.orderSensitive ? 'one' : 'any';
  if (orderBy.length > 0 || traits.rowOrder === 'open') {
    const others = columns.map((column) => column.name).filter((name) => !orderBy.includes(name));
    const keys = [...orderBy, ...others].map((name) => `${quoteIdentifier(name)} ASC NULLS LAST`);
    return { select: query, orderBy: ` ORDER BY ${keys.join(', ')}`, columns, threads };
  }
  if (traits.rowOrder === 'kept') return { select: query, orderBy: '', columns, threads };
  const select = await withTieBreakers(db, query, tree, columns.length);
  if (select !== undefined) return { select, orderBy: '', columns, threads };
  return { select: query, orderBy: '', columns, threads: 'one' };
}

/**
 * The query with its own ORDER BY continued by every output column; undefined where that is not at its end, or where
 * DuckDB does not read back what it wrote.
 */
async function withTieBreakers(db: DuckDb, query: string, tree: Tree, columns: number): Promise<string | undefined> {
  const modifiers = tree.statements[0]?.node['modifiers'];
  if (!Array.isArray(modifiers)) return undefined;
  for (const modifier of modifiers as { type: string; orders: Json[] }[]) {
    if (modifier.type !== 'ORDER_MODIFIER') continue;
    for (const node of objectsIn(modifier.orders)) if (node['class'] === 'STAR') return query;
    for (let position = 1; position <= columns; position++) {
      modifier.orders.push({
        type: 'ORDER_DEFAULT',
        null_order: 'ORDER_DEFAULT',
        expression: {
          class: 'CONSTANT',
          type: 'VALUE_CONSTANT',
          alias: '',
          query_location: 0,
          value: { type: { id: 'INTEGER', type_info: null }, is_null: false, value: position },
        },
      });
    }
    const json = quoteLiteral(JSON.stringify(tree));
    try {
      const [row] = await db.rows(`SELECT json_deserialize_sql(${json}) AS sql`);
      const select = String(row?.['sql']);
      await db.columnsOf(select);
      return select;
    } catch (error) {
      if (error instanceof AppError) throw error;
      return undefined;
    }
  }
  return undefined;
}
