import { type FitTable, isText } from '../../../main/compute/fit/fit-table.ts';
import { tableFile } from '../../../main/compute/duckdb/write-table.ts';
import { numberedParquetRelation } from '../../../main/compute/duckdb/numbered-relation.ts';
import { quoteIdentifier, quoteLiteral } from '../../../main/compute/duckdb/quote.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FeatureSource } from '../../../shared/model/feature-sources.ts';
import { type InputArtifact, implementNode } from '../../../shared/node/runner.ts';
import { runFeatureStep, trainingTable } from '../../lib/feature-step.ts';
import { type Labels, readLabels } from '../../lib/labels.ts';
import { refuseTarget, targetFeature, type TargetParams, targetNode } from './definition.ts';
import { lowerTarget, type TargetState } from './lower.ts';

export const runner = implementNode(targetNode, {
  async run(ctx) {
    const { params } = ctx;
    const table = await trainingTable(ctx);
    const inputs = params.columns.map((name) => ({ name, type: 'string' as const }));
    const labels = await readLabels({ table, label: params.label, task: params.task, inputs, ctx });
    const outOfFold = new Map<string, Float32Array>();
    return runFeatureStep(ctx, {
      rule: { field: 'columns', columns: params.columns, refuse: refuseTarget },
      fit: async (rows, source) => {
        const { state, values } = await fitTarget(rows, source, { table, labels, params });
        outOfFold.set(targetFeature(source).name, values);
        return state;
      },
      lower: lowerTarget,
      outOfFold,
    });
  },
});

interface FitTargetOptions {
  table: InputArtifact;
  labels: Labels;
  params: TargetParams;
}

/** What a source's categories say of the label, and what training rows are told about theirs by the other folds. */
async function fitTarget(
  rows: FitTable,
  source: FeatureSource,
  { table, labels, params }: FitTargetOptions,
): Promise<{ state: TargetState; values: Float32Array }> {
  const { db } = rows;
  const targets = targetsOf(labels);
  const column = rows.column(source);
  const usable = isText(source) ? `${column} IS NOT NULL` : `isfinite(${column})`;
  const label = numberedParquetRelation(table.path(tableFile), table.manifest.schema?.columns ?? []);
  const places = targets.map((_, index) => index);
  const sums = (of: (index: number) => string) => places.map((index) => `${of(index)} AS s${index}`).join(', ');
  // The fold is a function of the place of a row: neighbours are in different ones, whatever the order of the rows.
  const fold = `CAST(((l.ord * 2654435761 + ${params.seed} * 40503) // 65536) % ${params.folds} AS INTEGER)`;
  await db.run(`CREATE OR REPLACE TABLE told AS
    SELECT l.ord, r.v, r.kind, ${fold} AS fold, l.usable, ${places.map((index) => `l.y${index}`).join(', ')}
    FROM (SELECT ${label.ordinal} AS ord, ${usableLabel(labels)} AS usable,
      ${targets.map((target, index) => `${target} AS y${index}`).join(', ')} FROM ${label.relation}) l
    JOIN (SELECT ${rows.numbered.ordinal} AS ord, ${column} AS v,
      CASE WHEN ${column} IS NULL THEN 'missing' WHEN ${usable} THEN 'value' ELSE 'other' END AS kind
      FROM ${rows.numbered.relation}) r ON l.ord = r.ord`);
  // Integer sums: the same whatever the order in which threads add up.
  await db.run(`CREATE OR REPLACE TABLE parts AS SELECT v, kind, fold, count(*) AS n, ${sums((i) => `sum(y${i})`)}
    FROM told WHERE usable GROUP BY v, kind, fold`);
  await db.run(`CREATE OR REPLACE TABLE kept AS SELECT v, kind, CAST(sum(n) AS HUGEINT) AS n, ${sums((i) => `sum(s${i})`)}
    FROM parts WHERE kind = 'value' GROUP BY v, kind ORDER BY n DESC, v LIMIT ${params.maxCategories}`);
  await db.run(`INSERT INTO kept SELECT NULL, 'missing', CAST(sum(n) AS HUGEINT), ${places.map((i) => `sum(s${i})`).join(', ')}
    FROM parts WHERE kind = 'missing' HAVING count(*) > 0`);
  await db.run(
    `CREATE OR REPLACE TABLE whole AS SELECT fold, sum(n) AS n, ${sums((i) => `sum(s${i})`)} FROM parts GROUP BY fold`,
  );
  const unit = unitOf(labels);
  const totals = `(SELECT sum(n) AS n, ${sums((i) => `sum(s${i})`)} FROM whole)`;
  const mean = (sum: string, n: string) => `CAST(${sum} AS DOUBLE) / ${n} * ${double(unit)}`;
  const smooth = (sum: string, n: string, prior: string) =>
    `CASE WHEN (${n}) + ${params.smoothing} > 0 THEN (CAST(${sum} AS DOUBLE) * ${double(unit)} + ${params.smoothing} * ${prior}) / ((${n}) + ${params.smoothing}) ELSE ${prior} END`;

  const learnt = await db.rows(`SELECT k.v AS v, k.kind AS kind,
      ${places.map((i) => `${smooth(`k.s${i}`, 'CAST(k.n AS DOUBLE)', mean(`t.s${i}`, 't.n'))} AS m${i}`).join(', ')}
    FROM kept k, ${totals} t ORDER BY k.kind DESC, k.n DESC, k.v`);
  const [overall] = await db.rows(
    `SELECT ${places.map((i) => `${mean(`t.s${i}`, 't.n')} AS m${i}`).join(', ')} FROM ${totals} t`,
  );
  const valuesOf = (row: Record<string, unknown> | undefined) => places.map((i) => Number(row?.[`m${i}`]));
  const known = learnt.filter((row) => row['kind'] === 'value');
  if (known.length === 0) {
    throw new AppError('data.empty', `Column “${source.name}” has no value in the training rows to learn from.`, {
      fix: 'Leave it out.',
    });
  }
  const prior = valuesOf(overall);
  const missing = learnt.find((row) => row['kind'] === 'missing');

  // The mean and the counts without the fold of the row itself.
  const others = (i: number) =>
    `coalesce(CAST(t.s${i} - w.s${i} AS DOUBLE) / nullif(CAST(t.n - w.n AS DOUBLE), 0) * ${double(unit)}, ${double(prior[i] ?? 0)})`;
  const left = (of: string) => `coalesce(k.${of} - coalesce(p.${of}, 0), 0)`;
  const result = await db.stream(`SELECT
      ${places.map((i) => `CAST(${smooth(left(`s${i}`), `CAST(${left('n')} AS DOUBLE)`, others(i))} AS DOUBLE) AS m${i}`).join(', ')}
    FROM told r
    LEFT JOIN kept k ON k.kind = r.kind AND k.v IS NOT DISTINCT FROM r.v
    LEFT JOIN parts p ON p.kind = r.kind AND p.fold = r.fold AND p.v IS NOT DISTINCT FROM r.v
    LEFT JOIN whole w ON w.fold = r.fold, ${totals} t
    ORDER BY r.ord`);
  const width = places.length;
  const count = table.manifest.rowCount ?? 0;
  const values = new Float32Array(count * width);
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const columns = chunk.getColumns();
    for (let i = 0; i < chunk.rowCount; i++, row++) {
      for (let c = 0; c < width; c++) values[row * width + c] = Number(columns[c]?.[i] ?? prior[c]);
    }
  }
  const names = known.map((item) => String(item['v']));
  return {
    values,
    state: {
      categories: isText(source) ? { values: names } : { values: known.map((item) => Number(item['v'])), names },
      means: [...known.map(valuesOf), prior, missing === undefined ? prior : valuesOf(missing)],
      labels: width === 1 ? [] : labels.classes.map(String),
    },
  };
}

/** Per output column an SQL expression of type HUGEINT: 1 or 0 for a class, else the label in units. */
function targetsOf(labels: Labels): string[] {
  const name = quoteIdentifier(labels.label.column);
  const { classes } = labels;
  if (labels.task === 'regression')
    return [
      `CAST(CASE WHEN ${usableLabel(labels)} THEN round(CAST(${name} AS DOUBLE) / ${double(unitOf(labels))}) ELSE 0 END AS HUGEINT)`,
    ];
  const counted = classes.length === 2 ? classes.slice(1) : classes;
  return counted.map((value) => {
    const equal =
      typeof value === 'string'
        ? `CAST(${name} AS VARCHAR) = ${quoteLiteral(value)}`
        : typeof value === 'boolean'
          ? `${name} = ${value}`
          : `CAST(${name} AS DOUBLE) = ${double(value)}`;
    return `CAST(CASE WHEN ${equal} THEN 1 ELSE 0 END AS HUGEINT)`;
  });
}

/** What one unit of the integer sums stands for: 1, or for numbers a power of two that keeps 60 bits of the largest. */
function unitOf({ task, values }: Labels): number {
  if (task !== 'regression') return 1;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? 1 : 2 ** Math.max(-1000, Math.floor(Math.log2(largest)) - 60);
}

function usableLabel({ task, label }: Labels): string {
  const name = quoteIdentifier(label.column);
  const present = `${name} IS NOT NULL`;
  return task === 'regression' || label.type === 'float64'
    ? `(${present} AND isfinite(CAST(${name} AS DOUBLE)))`
    : present;
}

function double(value: number): string {
  return `CAST('${value}' AS DOUBLE)`;
}
