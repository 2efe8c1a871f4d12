import { resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { withDuckDb } from '../../compute/duckdb/connection.ts';
import { openFileSource } from '../../compute/duckdb/file-source.ts';
import { quoteIdentifier } from '../../compute/duckdb/quote.ts';
import { labelExpression } from '../../monitoring/label-table.ts';
import type { Column } from '../../../shared/table/schema.ts';
import type { Command, CommandContext } from '../command.ts';
import { withInputFiles } from '../input-files.ts';

const rowsPerRequest = 5_000;
const timeoutMs = 30_000;

export const feedbackCommand: Command = {
  name: 'feedback',
  summary: 'Sends the labels of a file to an endpoint, whose monitors then measure how well it did.',
  usage: 'FILE --url URL [--id COLUMN] [--label COLUMN] [--model NAME] [--key KEY]',
  positionals: 1,
  options: {
    url: { type: 'string' },
    id: { type: 'string' },
    label: { type: 'string' },
    model: { type: 'string' },
    key: { type: 'string' },
  },
  optionHelp: {
    url: 'address of the endpoint, such as http://127.0.0.1:8080',
    key: 'key of the endpoint; default SLIPWAY_KEY',
    id: 'column with the id of the answer; default id',
    label: 'column with what really happened; default label',
    model: 'model that answered, where the endpoint serves several',
  },
  run: (context) => withInputFiles(context.output, () => send(context)),
};

async function send(context: CommandContext): Promise<number> {
  const [file] = context.positionals;
  const address = context.text('url');
  if (file === undefined || address === undefined || !/^https?:\/\//.test(address) || !URL.canParse(address)) {
    throw new AppError('cli.usage', 'Name a file with labels, and --url with the address of the endpoint.');
  }
  const [id, label, model] = [context.text('id') ?? 'id', context.text('label') ?? 'label', context.text('model')];
  const url = new URL('/v1/feedback', address);
  const key = context.text('key') ?? process.env['SLIPWAY_KEY'];
  const { signal } = context;
  const sent = await withDuckDb({ signal }, async (db) => {
    const { query } = await openFileSource(db, [resolve(file)], file, {
      encoding: 'auto',
      nullValues: [''],
      types: {},
      columns: {},
      maximumObjectSize: 2 ** 24,
      filename: false,
    });
    const known = await db.columnsOf(query);
    const columns = known.map(({ name }) => name);
    for (const name of [id, label]) {
      if (columns.includes(name)) continue;
      throw new AppError('data.column-missing', `${file} has no column “${name}”.`, {
        fix: `It has ${columns.join(', ')}.`,
      });
    }
    const labelled = known.find(({ name }) => name === label) as Column;
    await db.run(
      `CREATE TEMP TABLE labels AS SELECT row_number() OVER () AS n, CAST(${quoteIdentifier(id)} AS VARCHAR) AS id,
       ${labelExpression(labelled, 't')} AS label FROM (${query}) AS t WHERE ${quoteIdentifier(id)} IS NOT NULL AND ${quoteIdentifier(label)} IS NOT NULL`,
    );
    let count = 0;
    for (let from = 0; ; from += rowsPerRequest) {
      const rows = await db.rows(
        `SELECT id, label FROM labels WHERE n > ${from} AND n <= ${from + rowsPerRequest} ORDER BY n`,
      );
      if (rows.length === 0) return count;
      const feedback = rows.map((row) => ({
        id: row['id'],
        label: row['label'],
        ...(model === undefined ? {} : { model }),
      }));
      await post(url, feedback, key, signal);
      count += rows.length;
      context.output.log(`${count} labels sent.`);
    }
  });
  context.output.result({ sent }, `${sent} labels sent to ${url.origin}.`);
  return 0;
}

async function post(
  url: URL,
  feedback: readonly unknown[],
  key: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ feedback }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new AppError('data.connection', `${url.origin} does not answer.`, {
      fix: 'Check that the endpoint is up.',
      cause,
    });
  }
  if (response.ok) return;
  const text = (await response.text()).slice(0, 500);
  throw new AppError('request.invalid', `${url.origin} did not take the labels (status ${response.status}): ${text}`, {
    fix: 'Labels are classes of the model, or numbers for a regression; see --label and --id.',
  });
}
