import { AppError } from '../../../shared/errors/app-error.ts';
import { compareTables } from '../../monitoring/table-drift.ts';
import type { Command } from '../command.ts';
import { textTable } from '../output.ts';

/** The window sizes below which a comparison says nothing. */
const minimumRows = 50;
const alpha = 0.05;

export const driftCommand: Command = {
  name: 'drift',
  summary: 'Compares two tables column by column with two-sample tests, false discoveries controlled over the columns.',
  usage: 'REFERENCE CURRENT [--fail-on-drift]',
  options: { 'fail-on-drift': { type: 'boolean' } },
  optionHelp: { 'fail-on-drift': 'exit 1 when any column has drifted' },
  async run(context) {
    const [reference, current] = context.positionals;
    if (reference === undefined || current === undefined) {
      throw new AppError('cli.usage', 'Name two tables: the reference and the current one.');
    }
    const report = await compareTables(reference, current, { minimumRows, alpha, signal: context.signal });
    const rows = report.columns.map((column) => [
      column.drifted ? 'drifted' : column.state === 'ok' ? 'same' : column.state,
      column.column,
      column.method,
      column.statistic === null ? '' : column.statistic.toPrecision(4),
      column.pValue === undefined ? '' : `p ${column.pValue.toPrecision(3)}`,
    ]);
    context.output.result(report, textTable(rows));
    return report.drifted && context.flag('fail-on-drift') ? 1 : 0;
  },
};
