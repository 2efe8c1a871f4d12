import { metricName } from '../translation/metric-names.ts';
import type { Training } from '../../shared/rpc/experiment-schemas.ts';

/** A column of the table: `params.NAME` or `metrics.NAME`. */
export type ColumnId = `params.${string}` | `metrics.${string}`;

/** Shown before a person has chosen: the figures of evaluations, and what was set. */
const firstMetrics = ['rocAuc', 'accuracy', 'logLoss', 'rmse', 'r2'];
const mostFirstColumns = 7;

export function nameOf(column: ColumnId): string {
  return column.slice(column.indexOf('.') + 1);
}

/** What the head of a column says: a metric in words, a param as it is called. */
export function columnTitle(column: ColumnId): string {
  return column.startsWith('metrics.') ? metricName(nameOf(column)) : nameOf(column);
}

export function firstColumns(keys: { params: readonly string[]; metrics: readonly string[] }): ColumnId[] {
  const metrics = firstMetrics.filter((name) => keys.metrics.includes(name)).map((name): ColumnId => `metrics.${name}`);
  const params = keys.params.filter((name) => name !== 'label').map((name): ColumnId => `params.${name}`);
  return [...metrics, ...params].slice(0, mostFirstColumns);
}

/** Value of a column: a metric as a number, a param as its text; undefined where there is none. */
export function cellOf(training: Training, column: ColumnId): number | string | undefined {
  const name = nameOf(column);
  if (column.startsWith('metrics.')) return training.metrics[name] ?? undefined;
  return training.params[name];
}

/** As a number, where it is one. */
export function numberOf(training: Training, column: ColumnId): number | undefined {
  const cell = cellOf(training, column);
  const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Whether a column of numbers differs among the trainings. */
function varies(trainings: readonly Training[], column: ColumnId): boolean {
  const values = trainings.flatMap((training) => numberOf(training, column) ?? []);
  return new Set(values).size > 1;
}

/**
 * Columns of numbers, and which two are set against each other before a person chooses: upwards a metric, across a
 * param, of each the first that differs among the trainings.
 */
export function scatterColumns(
  trainings: readonly Training[],
  columns: readonly ColumnId[],
): { numbers: ColumnId[]; across: ColumnId | undefined; up: ColumnId | undefined } {
  const numbers = columns.filter((column) => trainings.some((training) => numberOf(training, column) !== undefined));
  // What was set alike everywhere says nothing.
  const varied = numbers.filter((column) => varies(trainings, column));
  const isMetric = (column: ColumnId): boolean => column.startsWith('metrics.');
  const up = varied.find(isMetric) ?? numbers.find(isMetric) ?? varied[0] ?? numbers[0];
  const others = [...varied, ...numbers].filter((column) => column !== up);
  const across = varied.find((column) => column !== up && !isMetric(column)) ?? others[0];
  return { numbers, across, up };
}

/** Rows of a comparison: each param and metric that some of the trainings have, and whether it differs among them. */
export function differencesOf(
  trainings: readonly Training[],
): { column: ColumnId; cells: (number | string | undefined)[]; differs: boolean }[] {
  const columns = new Set<ColumnId>();
  for (const { params } of trainings) for (const name of Object.keys(params)) columns.add(`params.${name}`);
  for (const { metrics } of trainings) for (const name of Object.keys(metrics)) columns.add(`metrics.${name}`);
  return [...columns].map((column) => {
    const cells = trainings.map((training) => cellOf(training, column));
    return { column, cells, differs: new Set(cells).size > 1 };
  });
}
