import type { z } from 'zod';
import { type DuckDb, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { type NumberedRelation, numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { joinedViewsOf } from '../../../shared/features/joined-view.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { splitNode } from './definition.ts';
import { pixelColumnsOf } from '../../../shared/table/pixel-columns.ts';

type Params = z.output<typeof splitNode.params>;

/** Rows of the two tables: SQL conditions over the relation. */
interface Assignment {
  relation: string;
  train: string;
  test: string;
  /** Whether the relation has a column of its own that says which rows are for testing. */
  marked?: boolean;
}

export const runner = implementNode(splitNode, {
  async run(ctx) {
    const { params } = ctx;
    const input = ctx.inputs['input']?.[0];
    if (input === undefined) throw new AppError('data.query', 'Input “input” is not connected.');
    const columns = input.manifest.schema?.columns ?? [];
    const column = params.method === 'random' ? '' : columnFor(params, columns);
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        const numbered = numberedParquetRelation(input.path(tableFile), columns);
        const rows = await assign(db, params, column, numbered);
        const select = `SELECT * EXCLUDE (${numbered.ordinal}${rows.marked === true ? ', "place in class"' : ''})`;
        const order = rows.marked === true ? ` ORDER BY ${numbered.ordinal}` : '';
        const part = (name: 'train' | 'test') =>
          writeTable(db, `${select} FROM ${rows.relation} WHERE ${rows[name]}${order}`, {
            workDir: ctx.workDir,
            file: `${name}.parquet`,
            lineage: name,
            joined: joinedViewsOf(input.manifest.meta),
            pixels: pixelColumnsOf(input.manifest.meta),
          });
        const train = await part('train');
        const test = await part('test');
        const left = (input.manifest.rowCount ?? 0) - (train.rowCount ?? 0) - (test.rowCount ?? 0);
        if (left > 0) ctx.log('info', `${left} rows are in neither table.`);
        for (const [name, { rowCount }] of [
          ['train', train],
          ['test', test],
        ] as const) {
          if (rowCount === 0) throw await emptyPart(db, name, params, column, numbered);
        }
        return { train, test };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The table cannot be split' });
      }
    });
  },
});

function columnFor(params: Params, columns: readonly Column[]): string {
  const found = columns.find(({ name }) => name === params.column);
  if (found === undefined) {
    const names = columns.map(({ name }) => name);
    const near = nearMisses(params.column, names);
    throw new AppError('data.column-missing', `Column “${params.column}” is not in the table.`, {
      fix: near.length === 0 ? `It has ${names.slice(0, 12).join(', ')}.` : `Did you mean ${near.join(' or ')}?`,
      details: { column: params.column, columns: names },
    });
  }
  if (params.method === 'time' && found.type !== 'timestamp') {
    throw new AppError('data.column-type', `Column “${found.name}” is ${found.sqlType}, not a time.`, {
      fix: 'Choose a timestamp column, or cast it in an SQL step.',
    });
  }
  if (params.method === 'time' && params.trainBefore === '') {
    throw new AppError('params.invalid', 'No time is set where training ends.', { fix: 'Set trainBefore.' });
  }
  return quoteIdentifier(found.name);
}

async function assign(db: DuckDb, params: Params, column: string, numbered: NumberedRelation): Promise<Assignment> {
  const { relation, ordinal } = numbered;
  if (params.folds > 0 && params.method !== 'time') return oneFold(params, column, numbered);
  switch (params.method) {
    case 'time': {
      const at = (text: string) => `TIMESTAMP ${quoteLiteral(text.replace(/Z$/, ''))}`;
      const time = `CAST(${column} AS TIMESTAMP)`;
      const end = params.testTo === '' ? '' : ` AND ${time} < ${at(params.testTo)}`;
      return {
        relation,
        train: `${time} < ${at(params.trainBefore)}`,
        test: `${time} >= ${at(params.testFrom === '' ? params.trainBefore : params.testFrom)}${end}`,
      };
    }
    case 'random':
      return byHash(db, `hash(${ordinal}, ${params.seed})`, relation, params.testShare, relation);
    case 'group': {
      const hash = `hash(CAST(${column} AS VARCHAR), ${params.seed})`;
      return byHash(db, hash, `(SELECT DISTINCT ${column} FROM ${relation})`, params.testShare, relation);
    }
    case 'stratified': {
      const place = `row_number() OVER (PARTITION BY ${column} ORDER BY hash(${ordinal}, ${params.seed}), ${ordinal})`;
      const size = `count(*) OVER (PARTITION BY ${column})`;
      const test = `"place in class"`;
      return {
        relation: `(SELECT *, ${place} <= round(${size} * ${params.testShare}) AS "place in class" FROM ${relation})`,
        train: `NOT ${test}`,
        test,
        marked: true,
      };
    }
  }
}

/** Rows, or groups, dealt in the order of their hash. */
function oneFold(
  { method, folds, fold, seed }: Params,
  column: string,
  { relation, ordinal }: NumberedRelation,
): Assignment {
  const rowOrder = `hash(${ordinal}, ${seed}), ${ordinal}`;
  const place =
    method === 'group'
      ? `dense_rank() OVER (ORDER BY hash(CAST(${column} AS VARCHAR), ${seed}), ${column})`
      : `row_number() OVER (${method === 'stratified' ? `ORDER BY ${column}, ` : 'ORDER BY '}${rowOrder})`;
  const test = `"place in class"`;
  return {
    relation: `(SELECT *, (${place} - 1) % ${folds} = ${fold - 1} AS ${test} FROM ${relation})`,
    train: `NOT ${test}`,
    test,
    marked: true,
  };
}

/** Test rows are those with the smallest hashes: exactly the share of `among`. */
async function byHash(db: DuckDb, hash: string, among: string, share: number, relation: string): Promise<Assignment> {
  const [found] = await db.rows(
    `WITH h AS (SELECT ${hash} AS h FROM ${among})
     SELECT CAST((SELECT h FROM h ORDER BY h LIMIT 1 OFFSET (SELECT CAST(round(count(*) * ${share}) AS BIGINT) FROM h)) AS VARCHAR) AS h`,
  );
  const threshold = found?.['h'];
  if (typeof threshold !== 'string') return { relation, train: 'false', test: 'true' };
  return { relation, train: `${hash} >= ${threshold}::UBIGINT`, test: `${hash} < ${threshold}::UBIGINT` };
}

async function emptyPart(
  db: DuckDb,
  part: 'train' | 'test',
  params: Params,
  column: string,
  { relation }: NumberedRelation,
): Promise<AppError> {
  const name = part === 'train' ? 'training' : 'test';
  if (params.method !== 'time') {
    return new AppError('data.empty', `The ${name} table has no rows.`, {
      fix: 'Choose another share, or another column with more values.',
    });
  }
  const [span] = await db.rows(
    `SELECT CAST(min(${column}) AS VARCHAR) AS "from", CAST(max(${column}) AS VARCHAR) AS "to" FROM ${relation}`,
  );
  return new AppError(
    'data.empty',
    `The ${name} table has no rows: “${params.column}” goes from ${String(span?.['from'])} to ${String(span?.['to'])}.`,
    { fix: 'Set times within that span.' },
  );
}
