import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import { withDuckDb } from '../../compute/duckdb/connection.ts';
import { fileError, openFileSource } from '../../compute/duckdb/file-source.ts';
import { tableFile, writeTable } from '../../compute/duckdb/write-table.ts';
import { besideFile, replaceFile, resolveTargetPath } from '../../compute/paths/replace-file.ts';
import { openScoringSession } from '../../compute/scoring/scoring-session.ts';
import { scoreTable } from '../../compute/scoring/score-table.ts';
import { exportFormat, exportTable } from '../../../nodes/lib/export-table.ts';
import type { Command, CommandContext } from '../command.ts';
import { withInputFiles } from '../input-files.ts';
import { modelToServe } from '../model-argument.ts';

const memoryBytes = 2 ** 31;
const threads = 2;
const autoFormat = { format: 'auto', compression: 'auto', delimiter: ',', header: true } as const;

export const scoreCommand: Command = {
  name: 'score',
  summary: 'Adds the predictions of a model to every row of a file.',
  usage: 'MODEL FILE --out FILE [--name COLUMN] [--keep COLUMN]… [--no-probabilities]',
  positionals: 2,
  options: {
    out: { type: 'string' },
    name: { type: 'string' },
    keep: { type: 'string', multiple: true },
    'no-probabilities': { type: 'boolean' },
  },
  optionHelp: {
    out: 'file to write: CSV, TSV, Parquet, JSON, NDJSON or Arrow, by its extension',
    name: 'column with the predicted class or value; default prediction',
    keep: 'column to hand on, may be repeated; default all',
    'no-probabilities': 'only the predicted class',
  },
  run: (context) => withInputFiles(context.output, () => score(context)),
};

async function score(context: CommandContext): Promise<number> {
  const [model, file] = context.positionals;
  const out = context.text('out');
  if (model === undefined || file === undefined || out === undefined) {
    throw new AppError('cli.usage', 'Name a model, a file with rows, and --out with the file to write.');
  }
  const format = exportFormat(out, autoFormat);
  const target = await resolveTargetPath(out, resolve('.'), false);
  const source = await modelToServe(context, model);
  const { manifest } = source;
  if (manifest === null) {
    throw new AppError('model.invalid', `The columns of ${model} are not known, so rows cannot be scored.`, {
      fix: 'Use a model that was trained here (models:/NAME@ALIAS, or the folder of one).',
    });
  }
  const { signal } = context;
  const workDir = await mkdtemp(join(tmpdir(), 'slipway-score-'));
  const temporary = besideFile(target);
  const session = await openScoringSession(
    { manifest, path: (name) => join(dirname(source.modelPath), name) },
    { threads, label: `model ${source.name}` },
  );
  try {
    const options = { threads, memoryBytes, tempDir: join(workDir, 'spill'), signal };
    const rows = await withDuckDb(options, async (db) => {
      const read = await openFileSource(db, [file], file, {
        encoding: 'auto',
        nullValues: [''],
        types: {},
        columns: {},
        maximumObjectSize: 2 ** 24,
        filename: false,
      });
      for (const warning of read.warnings) context.output.log(warning.message);
      const table = await writeTable(db, read.query, { workDir }).catch((error: unknown) => {
        throw fileError(error, file, { encoding: 'auto' });
      });
      const total = table.rowCount ?? 0;
      const query = await scoreTable({
        db,
        session,
        manifest,
        tablePath: join(workDir, tableFile),
        columns: table.schema?.columns.map(({ name }) => name) ?? [],
        keep: context.list('keep'),
        name: context.text('name') ?? 'prediction',
        probabilities: !context.flag('no-probabilities'),
        signal,
        onProgress(done) {
          context.output.event({ type: 'score.progress', done, total });
          context.output.log(`${done} of ${total} rows`);
        },
      });
      const columns = await db.columnsOf(query);
      await exportTable(db, `(${query})`, temporary, format, { columns, memoryBytes });
      return total;
    });
    await replaceFile(temporary, target);
    const result = { rows, out: target, model: source.name, version: source.version, digest: source.digest };
    context.output.result(result, `${rows} rows scored by ${source.name} version ${source.version} into ${out}.`);
    return 0;
  } finally {
    await session.release();
    await rm(temporary, { force: true });
    await rm(workDir, { recursive: true, force: true });
  }
}
