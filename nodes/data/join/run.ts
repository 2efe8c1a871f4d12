import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import type { DuckDb } from '../../../main/compute/duckdb/connection.ts';
import { quoteIdentifier } from '../../../main/compute/duckdb/quote.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import {
  columnList,
  columnsNamed,
  describeTableQuery,
  inputTable,
  openTables,
  paramError,
  rowPlace,
  runTableQuery,
  type TableInputs,
} from '../../lib/table-step.ts';
import { joinTablesNode } from './definition.ts';

type Params = z.output<typeof joinTablesNode.params>;

interface Sides {
  left: Side;
  right: Side;
  /** SQL condition over `l` and `r`. */
  matches: string;
}

interface Side {
  relation: string;
  columns: readonly Column[];
  keys: readonly Column[];
}

/** Duplicate keys and rows without a partner that are shown. */
const examples = 5;

function sidesOf(params: Params, inputs: TableInputs): Sides {
  if (params.leftKeys.length === 0) {
    throw paramError('leftKeys', 'No key is chosen.', 'Choose the columns whose values must be equal.');
  }
  const side = (port: 'left' | 'right', names: readonly string[], field: string): Side => {
    const { relation, columns } = inputTable(inputs, port);
    return { relation, columns, keys: columnsNamed(columns, names, field) };
  };
  const left = side('left', params.leftKeys, 'leftKeys');
  const sameNames = params.rightKeys.length === 0;
  const right = side('right', sameNames ? params.leftKeys : params.rightKeys, 'rightKeys');
  if (left.keys.length !== right.keys.length) {
    throw paramError(
      'rightKeys',
      `There are ${left.keys.length} keys on the left and ${right.keys.length} on the right.`,
      'Choose one column of the right table for each key, in the same order.',
    );
  }
  const isNumber = ({ type }: Column) => type === 'int64' || type === 'float64';
  const pairs = left.keys.map((key, at) => {
    const other = right.keys[at] ?? key;
    if (key.type !== other.type && !(isNumber(key) && isNumber(other))) {
      throw paramError(
        'rightKeys',
        `“${key.name}” is ${key.sqlType} and “${other.name}” ${other.sqlType}: they are never equal.`,
        'Cast one of them with Select columns first.',
      );
    }
    return `l.${quoteIdentifier(key.name)} = r.${quoteIdentifier(other.name)}`;
  });
  return { left, right, matches: pairs.join(' AND ') };
}

function compile(params: Params, inputs: TableInputs) {
  const { left, right, matches } = sidesOf(params, inputs);
  const from = `${left.relation} AS l`;
  if (params.how === 'semi' || params.how === 'anti') {
    const exists = `EXISTS (SELECT 1 FROM ${right.relation} AS r WHERE ${matches})`;
    const test = params.how === 'semi' ? exists : `NOT ${exists}`;
    return { select: `SELECT ${columnList(left.columns, 'l')} FROM ${from} WHERE ${test} ORDER BY l.${rowPlace}` };
  }
  const eitherSide = params.how === 'right' || params.how === 'full';
  const taken = new Set(left.columns.map(({ name }) => name.toLowerCase()));
  const leftItems = left.columns.map((column) => {
    const name = quoteIdentifier(column.name);
    const key = right.keys[left.keys.indexOf(column)];
    const isKey = eitherSide && key !== undefined && left.keys.includes(column);
    return isKey ? `coalesce(l.${name}, r.${quoteIdentifier(key.name)}) AS ${name}` : `l.${name}`;
  });
  const rightItems = right.columns
    .filter((column) => !right.keys.includes(column))
    .map(({ name }) => {
      const free = taken.has(name.toLowerCase()) ? `${name}${params.suffix}` : name;
      return `r.${quoteIdentifier(name)} AS ${quoteIdentifier(free)}`;
    });
  const items = [...leftItems, ...rightItems].join(', ');
  const order = `l.${rowPlace} NULLS LAST, r.${rowPlace} NULLS LAST`;
  const join = params.how.toUpperCase();
  return { select: `SELECT ${items} FROM ${from} ${join} JOIN ${right.relation} AS r ON ${matches} ORDER BY ${order}` };
}

export const runner = implementNode(joinTablesNode, {
  async run(ctx) {
    const { params } = ctx;
    const tables = openTables(ctx);
    const sides = sidesOf(params, tables.inputs);
    let partners: Partners | undefined;
    const table = await runTableQuery(ctx, tables, compile(params, tables.inputs), async (db) => {
      const { cardinality } = params;
      if (cardinality === 'one-to-one' || cardinality === 'many-to-one') await requireOnce(db, sides.right, 'right');
      if (cardinality === 'one-to-one' || cardinality === 'one-to-many') await requireOnce(db, sides.left, 'left');
      partners = await countPartners(db, sides);
      const { left } = partners;
      if (left.unmatched === 0 || params.unmatched === 'allow') return;
      const shown = left.examples.map((example) => JSON.stringify(example)).join(', ');
      const message = `${left.unmatched} of ${left.rows} left rows have no partner, such as ${shown}.`;
      if (params.unmatched === 'warn') ctx.log('warn', message);
      else throw new AppError('data.expectation', message, { fix: 'Correct the keys, or allow unmatched rows.' });
    });
    const report = join(ctx.workDir, 'report.json');
    await writeFile(report, `${JSON.stringify({ type: 'join', rows: table.rowCount, ...partners }, null, 2)}\n`);
    const metrics = {
      rows: table.rowCount ?? 0,
      leftUnmatched: partners?.left.unmatched ?? 0,
      rightUnmatched: partners?.right.unmatched ?? 0,
    };
    return { table, report: { type: 'report', files: { 'report.json': report }, meta: { metrics } } };
  },
  describe: (ctx) => describeTableQuery(ctx, compile, { report: { type: 'report' } }),
});

/** Errors: `data.expectation` when a key comes more than once, with the keys that come most. */
async function requireOnce(db: DuckDb, { relation, keys }: Side, side: 'left' | 'right'): Promise<void> {
  const list = columnList(keys);
  const present = keys.map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ');
  const repeated = `SELECT ${list}, CAST(count(*) AS DOUBLE) AS "slipway count" FROM ${relation} WHERE ${present}
    GROUP BY ${list} HAVING count(*) > 1`;
  const rows = await db.rows(`SELECT *, CAST(count(*) OVER () AS DOUBLE) AS "slipway total" FROM (${repeated})
    ORDER BY "slipway count" DESC, ${list} LIMIT ${examples}`);
  if (rows.length === 0) return;
  const shown = rows.map((row) => {
    const key = keys.map(({ name }) => `${name} ${String(row[name])}`).join(', ');
    return `${key} (${String(row['slipway count'])} rows)`;
  });
  const total = Number(rows[0]?.['slipway total']);
  throw new AppError(
    'data.expectation',
    `${total} ${total === 1 ? 'key comes' : 'keys come'} more than once in the ${side} table: ${shown.join('; ')}.`,
    {
      fix: 'Deduplicate that table first, add a key column, or allow any cardinality.',
      details: { side, total, field: 'cardinality' },
    },
  );
}

interface Partners {
  left: { rows: number; unmatched: number; examples: Record<string, unknown>[] };
  right: { rows: number; unmatched: number; examples: Record<string, unknown>[] };
}

async function countPartners(db: DuckDb, { left, right, matches }: Sides): Promise<Partners> {
  const count = async (own: Side, as: string, other: Side, otherAs: string) => {
    const exists = `EXISTS (SELECT 1 FROM ${other.relation} AS ${otherAs} WHERE ${matches})`;
    const alone = `${own.relation} AS ${as} WHERE NOT ${exists}`;
    const [found] = await db.rows(
      `SELECT CAST((SELECT count(*) FROM ${own.relation}) AS DOUBLE) AS n, CAST(count(*) AS DOUBLE) AS alone FROM ${alone}`,
    );
    const unmatched = Number(found?.['alone']);
    const shown =
      unmatched === 0
        ? []
        : await db.rows(
            `SELECT ${columnList(own.keys, as)} FROM ${alone} ORDER BY ${as}.${rowPlace} LIMIT ${examples}`,
          );
    return { rows: Number(found?.['n']), unmatched, examples: shown };
  };
  return { left: await count(left, 'l', right, 'r'), right: await count(right, 'r', left, 'l') };
}
