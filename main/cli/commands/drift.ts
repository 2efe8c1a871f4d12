import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { driftHtml } from '../../../shared/monitoring/drift-html.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { DistanceTests } from '../../compute/drift/distance-test.ts';
import { compareTables } from '../../compute/drift/table-drift.ts';
import type { Command, CommandContext } from '../command.ts';
import { withInputFiles } from '../input-files.ts';
import { textTable } from '../output.ts';

/** The window sizes below which a comparison says nothing. */
const minimumRows = 50;
const alpha = 0.05;

export const driftCommand: Command = {
  name: 'drift',
  summary: 'Compares two tables column by column with two-sample tests, false discoveries controlled over the columns.',
  usage: 'REFERENCE CURRENT [--method two-sample|distance|evidently] [--multivariate] [--html FILE] [--fail-on-drift]',
  positionals: 2,
  options: {
    multivariate: { type: 'boolean' },
    'fail-on-drift': { type: 'boolean' },
    method: { type: 'string' },
    html: { type: 'string' },
  },
  optionHelp: {
    multivariate: 'also compares rows as a whole: trees that tell the tables apart, and principal components',
    html: 'writes the report as one file that a browser shows',
    'fail-on-drift': 'exit 1 when any column has drifted',
    method:
      'two-sample (default): tests; distance: distances against their size without drift; evidently: its numbers and thresholds',
  },
  run: (context) => withInputFiles(context.output, () => compare(context)),
};

async function compare(context: CommandContext): Promise<number> {
  const [reference, current] = context.positionals;
  if (reference === undefined || current === undefined) {
    throw new AppError('cli.usage', 'Name two tables: the reference and the current one.');
  }
  const method = context.text('method') ?? 'two-sample';
  if (!['two-sample', 'distance', 'evidently'].includes(method)) {
    throw new AppError('cli.usage', `There is no drift method "${method}".`, {
      fix: 'Use two-sample, distance or evidently.',
    });
  }
  const { details, ...report } = await compareTables(reference, current, {
    minimumRows,
    alpha,
    multivariate: context.flag('multivariate'),
    compatible: method === 'evidently',
    distances: method === 'distance' ? new DistanceTests() : undefined,
    signal: context.signal,
  });
  const rows = report.columns.map((column) => [
    column.drifted ? 'drifted' : column.state === 'ok' ? 'same' : column.state,
    column.column,
    column.method,
    column.statistic === null ? '' : column.statistic.toPrecision(4),
    column.pValue === undefined ? '' : `p ${column.pValue.toPrecision(3)}`,
  ]);
  const htmlPath = context.text('html');
  if (htmlPath !== undefined) {
    const page = driftHtml({ ...details, title: `${basename(current)} against ${basename(reference)}` });
    await writeFile(htmlPath, page).catch((cause: unknown) => {
      throw new AppError('cli.usage', `The report cannot be written to ${htmlPath}.`, {
        fix: 'Name a file in a folder that exists and can be written.',
        cause,
      });
    });
  }
  const { multivariate } = report;
  const whole =
    multivariate === undefined
      ? ''
      : `\nRows as a whole: ${multivariate.drifted ? 'drifted' : 'same'} (told apart with ROC AUC ` +
        `${multivariate.domain.auc.toFixed(3)}, ${multivariate.domain.threshold.toFixed(3)} is chance; by ` +
        `${multivariate.domain.columns
          .map(({ column }) => column)
          .slice(0, 3)
          .join(', ')})`;
  context.output.result(report, textTable(rows) + whole);
  return report.drifted && context.flag('fail-on-drift') ? 1 : 0;
}
