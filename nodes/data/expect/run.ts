import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { type DuckDb, parquetRelation, withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { duckDbError } from '../../../main/compute/duckdb/duckdb-error.ts';
import { type NumberedRelation, numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { cell, cellExpression } from '../../../main/compute/duckdb/page.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { tableFile, writeTable, type WriteTableOptions } from '../../../main/compute/duckdb/write-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { joinedViewsOf } from '../../../shared/features/joined-view.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import type { Column } from '../../../shared/table/schema.ts';
import { brokenCondition, namedColumn } from './broken-rows.ts';
import { distributionShift } from './distribution.ts';
import { describeExpectation, type Expectation, expectNode, isAboutRows, reasonsColumn } from './definition.ts';
import { suggestExpectations } from './suggest.ts';
import { pixelColumnsOf } from '../../../shared/table/pixel-columns.ts';

type Params = z.output<typeof expectNode.params>;
type Outcome = 'fail' | 'quarantine' | 'warn';

interface Checked {
  expectation: Expectation;
  /** The expectation as a sentence about good data. */
  says: string;
  onBreak: Outcome;
  /** Rows that break it; for a check of the whole table 1 when it is broken. */
  broken: number;
  /** What is the case instead, for checks of the whole table. */
  found?: string;
  /** The first broken rows, column → value. */
  examples: Record<string, unknown>[];
}

const minuteMs = 60_000;
/** Breaks named in the message of a failure; all are in its details and in the report. */
const breaksNamed = 3;

export const runner = implementNode(expectNode, {
  async run(ctx) {
    const { params } = ctx;
    const input = ctx.inputs['input']?.[0];
    if (input === undefined) throw new AppError('data.query', 'Input “input” is not connected.');
    const columns = input.manifest.schema?.columns ?? [];
    const path = input.path(tableFile);
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      try {
        const numbered = numberedParquetRelation(path, columns);
        const rowCount = await countRows(db, input);
        const checked = await check(db, params, {
          columns,
          numbered,
          rowCount,
          reference: ctx.inputs['reference']?.[0],
          // The minute that is in the key, so that a result always fits its key.
          nowMs: Number(ctx.source),
        });
        const suggested =
          params.expectations.length === 0 ? await suggestExpectations(db, path, columns, rowCount) : undefined;
        for (const { onBreak, broken, says, found } of checked) {
          if (broken > 0 && onBreak !== 'fail') ctx.log('warn', breakSentence(says, broken, found));
        }
        failWhereAsked(checked);
        const tables = await writeTables(db, checked, columns, numbered, {
          workDir: ctx.workDir,
          joined: joinedViewsOf(input.manifest.meta),
          pixels: pixelColumnsOf(input.manifest.meta),
        });
        const quarantined = tables.quarantine.rowCount ?? 0;
        const report = join(ctx.workDir, 'report.json');
        const body = {
          type: 'expectations',
          rows: rowCount,
          quarantinedRows: quarantined,
          expectations: checked,
          suggested,
        };
        await writeFile(report, `${JSON.stringify(body, null, 2)}\n`);
        const brokenExpectations = checked.filter(({ broken }) => broken > 0).length;
        return {
          ...tables,
          report: {
            type: 'report',
            files: { 'report.json': report },
            meta: { metrics: { rows: rowCount, quarantinedRows: quarantined, brokenExpectations } },
          },
        };
      } catch (error) {
        throw duckDbError(error, { code: 'data.query', doing: 'The table cannot be checked' });
      }
    });
  },

  async probe({ params }) {
    const dependsOnTime = params.expectations.some((expectation) => expectation.check === 'freshness');
    return dependsOnTime ? String(currentMinuteMs()) : '';
  },
});

function currentMinuteMs(): number {
  return Math.floor(Date.now() / minuteMs) * minuteMs;
}

async function countRows(db: DuckDb, input: InputArtifact): Promise<number> {
  if (input.manifest.rowCount !== undefined) return input.manifest.rowCount;
  const [row] = await db.rows(`SELECT CAST(count(*) AS DOUBLE) AS n FROM ${parquetRelation(input.path(tableFile))}`);
  return Number(row?.['n']);
}

/** Checks all expectations about rows in one pass and keeps the broken rows in the table `marks`. */
async function check(
  db: DuckDb,
  params: Params,
  table: {
    columns: readonly Column[];
    numbered: NumberedRelation;
    rowCount: number;
    reference: InputArtifact | undefined;
    nowMs: number;
  },
): Promise<Checked[]> {
  const { columns, numbered } = table;
  const reference =
    table.reference === undefined
      ? undefined
      : parquetRelation(table.reference.path(tableFile), table.reference.manifest.schema?.columns);
  const conditions = params.expectations.map((expectation) => {
    const condition = brokenCondition(expectation, columns, numbered, reference);
    return condition === undefined ? 'false' : `coalesce(${condition}, false)`;
  });
  const flags = conditions.length === 0 ? 'CAST([] AS BOOLEAN[])' : `[${conditions.join(', ')}]`;
  await db.run(
    `CREATE TABLE marks AS SELECT * FROM
       (SELECT t.${numbered.ordinal} AS ordinal, ${flags} AS broken FROM ${numbered.relation} AS t)
     WHERE list_contains(broken, true)`,
  );
  const counts = conditions.map((_, at) => `CAST(count(*) FILTER (broken[${at + 1}]) AS DOUBLE) AS n${at}`);
  const [counted] = counts.length === 0 ? [] : await db.rows(`SELECT ${counts.join(', ')} FROM marks`);
  const checked: Checked[] = [];
  for (const [at, expectation] of params.expectations.entries()) {
    const says = describeExpectation(expectation);
    const chosen = expectation.onBreak === 'default' ? params.onBreak : expectation.onBreak;
    if (isAboutRows(expectation)) {
      const broken = Number(counted?.[`n${at}`]);
      const examples = broken === 0 ? [] : await exampleRows(db, columns, numbered, at, params.examples);
      checked.push({ expectation, says, onBreak: chosen, broken, examples });
    } else {
      const found = await wholeTableBreak(db, expectation, table, reference);
      const onBreak = chosen === 'quarantine' ? 'fail' : chosen;
      const broken = found === undefined ? 0 : 1;
      checked.push({ expectation, says, onBreak, broken, ...(found === undefined ? {} : { found }), examples: [] });
    }
  }
  return checked;
}

async function exampleRows(
  db: DuckDb,
  columns: readonly Column[],
  { relation, ordinal }: NumberedRelation,
  at: number,
  limit: number,
): Promise<Record<string, unknown>[]> {
  const items = columns.map((column, index) => `${cellExpression(column)} AS c${index}`);
  const rows = await db.rows(
    `SELECT ${[`CAST(t.${ordinal} AS DOUBLE) AS row_number`, ...items].join(', ')} FROM ${relation} AS t
     WHERE t.${ordinal} IN (SELECT ordinal FROM marks WHERE broken[${at + 1}] ORDER BY ordinal LIMIT ${limit})
     ORDER BY row_number`,
  );
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column.name, cell(column, row[`c${index}`] ?? null)])),
  );
}

/** What is the case instead of what is expected; undefined where it holds. */
async function wholeTableBreak(
  db: DuckDb,
  expectation: Expectation,
  table: {
    columns: readonly Column[];
    numbered: NumberedRelation;
    rowCount: number;
    reference: InputArtifact | undefined;
    nowMs: number;
  },
  reference: string | undefined,
): Promise<string | undefined> {
  const { columns, numbered, rowCount, nowMs } = table;
  if (expectation.check === 'type') {
    const { type } = namedColumn(columns, expectation.column).column;
    return type === expectation.type ? undefined : `it is ${type}`;
  }
  if (expectation.check === 'rowCount') {
    const { min = 0, max = Number.POSITIVE_INFINITY } = expectation;
    return rowCount >= min && rowCount <= max ? undefined : `there are ${rowCount}`;
  }
  if (expectation.check === 'distribution') {
    if (reference === undefined) {
      throw new AppError('params.invalid', 'A distribution expectation needs a table at the input “reference”.', {
        fix: 'Connect a table to compare with.',
      });
    }
    const { column } = namedColumn(columns, expectation.column);
    const other = namedColumn(table.reference?.manifest.schema?.columns ?? [], expectation.column).column;
    const shift = await distributionShift(db, column, numbered.relation, other, reference);
    return shift <= expectation.maxShift ? undefined : `the shift is ${shift.toPrecision(3)}`;
  }
  if (expectation.check !== 'freshness') return undefined;
  const { column, sql } = namedColumn(columns, expectation.column);
  if (column.type !== 'timestamp') {
    throw new AppError('data.column-type', `Column “${column.name}” is ${column.sqlType}, not a time.`, {
      fix: 'Choose a timestamp column for freshness.',
    });
  }
  const [row] = await db.rows(
    `SELECT CAST(epoch_ms(CAST(max(${sql}) AS TIMESTAMP)) AS DOUBLE) AS ms FROM ${numbered.relation} AS t`,
  );
  const latest = row?.['ms'];
  if (typeof latest !== 'number') return 'it has no time';
  const isFresh = nowMs - latest <= expectation.maxAgeHours * 60 * minuteMs;
  return isFresh ? undefined : `it is ${new Date(latest).toISOString()}`;
}

function breakSentence(says: string, broken: number, found: string | undefined): string {
  if (found !== undefined) return `Expected that ${says}, but ${found}.`;
  return `Expected that ${says}, but ${broken} ${broken === 1 ? 'row breaks' : 'rows break'} it.`;
}

function failWhereAsked(checked: readonly Checked[]): void {
  const breaks = checked.filter(({ broken, onBreak }) => broken > 0 && onBreak === 'fail');
  if (breaks.length === 0) return;
  const sentences = breaks.slice(0, breaksNamed).map(({ says, broken, found, examples }) => {
    const [example] = examples;
    const shown = example === undefined ? '' : ` For example ${JSON.stringify(example).slice(0, 300)}.`;
    return `${breakSentence(says, broken, found)}${shown}`;
  });
  const more = breaks.length > breaksNamed ? ` ${breaks.length - breaksNamed} more are broken.` : '';
  throw new AppError('data.expectation', `${sentences.join(' ')}${more}`, {
    fix: 'Correct the data, or let the expectation quarantine or warn.',
    details: { breaks },
  });
}

async function writeTables(
  db: DuckDb,
  checked: readonly Checked[],
  columns: readonly Column[],
  { relation, ordinal }: NumberedRelation,
  options: Pick<WriteTableOptions, 'workDir' | 'joined' | 'pixels'>,
) {
  const taken = checked.flatMap(({ onBreak, broken }, at) => (onBreak === 'quarantine' && broken > 0 ? [at] : []));
  const isTaken = taken.length === 0 ? 'false' : taken.map((at) => `broken[${at + 1}]`).join(' OR ');
  const bad = `(SELECT ordinal FROM marks WHERE ${isTaken})`;
  const keep = taken.length === 0 ? '' : ` WHERE ${ordinal} NOT IN ${bad} ORDER BY ${ordinal}`;
  const table = await writeTable(db, `SELECT * EXCLUDE (${ordinal}) FROM ${relation}${keep}`, options);
  const reasons = checked.map(
    ({ says }, at) => `CASE WHEN m.broken[${at + 1}] THEN ${quoteLiteral(`not: ${says}`)} END`,
  );
  const reason = reasons.length === 0 ? 'NULL::VARCHAR' : `concat_ws('; ', ${reasons.join(', ')})`;
  const quarantine = await writeTable(
    db,
    `SELECT t.* EXCLUDE (${ordinal}), ${reason} AS ${quoteIdentifier(reasonsColumn(columns))}
     FROM ${relation} AS t JOIN (SELECT * FROM marks WHERE ${isTaken}) AS m ON t.${ordinal} = m.ordinal
     ORDER BY m.ordinal`,
    { workDir: options.workDir, file: 'quarantine.parquet' },
  );
  return { table, quarantine };
}
