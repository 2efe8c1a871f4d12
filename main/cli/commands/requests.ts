import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exportFormat, exportTable } from '../../../nodes/lib/export-table.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FoundRequests, RequestSearch } from '../../../shared/rpc/engine-contract.ts';
import { besideFile, replaceFile, resolveTargetPath } from '../../compute/paths/replace-file.ts';
import { searchHistory, withHistory } from '../../serving/request-history/search-history.ts';
import { resolveDataDir } from '../../store/data-dir.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const memoryBytes = 2 ** 29;

export const requestsCommand: Command = {
  name: 'requests',
  summary: 'Lists what endpoints were asked and answered, newest first, or writes it to a file; also while they run.',
  usage:
    '[GRAPH/NODE] [--since 1h | --from TIME] [--to TIME] [--where CONDITION] [--status answered|failed] [--label with|without|wrong] [--slower MS] [--version V] [--id TEXT] [--limit N] [--offset N] [--out FILE]',
  positionals: 1,
  options: {
    since: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    where: { type: 'string' },
    status: { type: 'string' },
    label: { type: 'string' },
    slower: { type: 'string' },
    version: { type: 'string' },
    id: { type: 'string' },
    limit: { type: 'string' },
    offset: { type: 'string' },
    out: { type: 'string' },
  },
  optionHelp: {
    since: 'only of this time: 30s, 15m, 2h, 7d',
    from: 'only from this time on, ISO 8601',
    to: 'only up to this time',
    where: 'an input or output: "amount > 3", "origin = SFO", "origin != SFO", "amount missing"',
    status: 'answered, or failed: refused and broken ones, without values',
    label: 'with or without what really happened (from feedback), or wrong: it differs from the prediction',
    slower: 'only those that took longer, in ms',
    version: 'of the model',
    id: 'text in the id',
    limit: 'how many, 1 to 500; default 20',
    offset: 'how many to skip',
    out: 'file to write all of them to, oldest first: CSV, TSV, Parquet, JSON, NDJSON or Arrow, by its extension',
  },
  async run(context) {
    const dataDir = resolveDataDir(context.dataDir);
    const dir = join(dataDir, 'serving', endpointOf(context, dataDir));
    const search = searchOf(context);
    const out = context.text('out');
    if (out !== undefined) return writeTo(context, dir, search, out);
    const limit = wholeNumber(context, 'limit', 1, 500) ?? 20;
    const offset = wholeNumber(context, 'offset', 0, 1_000_000) ?? 0;
    const found = await searchHistory(dir, { ...search, limit, offset }, context.signal);
    if (found === undefined) throw nothingLogged();
    context.output.result(found, textOf(found));
    return 0;
  },
};

async function writeTo(
  context: CommandContext,
  dir: string,
  search: Omit<RequestSearch, 'limit'>,
  out: string,
): Promise<number> {
  const format = exportFormat(out, { format: 'auto', compression: 'auto', delimiter: ',', header: true });
  const target = await resolveTargetPath(out, resolve('.'), false);
  const temporary = besideFile(target);
  const rows = await withHistory(
    dir,
    search,
    async (db, query) => {
      await db.run(`CREATE TABLE requests AS ${query} ORDER BY time, id`);
      const columns = await db.columnsOf('SELECT * FROM requests');
      await exportTable(db, 'requests', temporary, format, { columns, memoryBytes });
      const [counted] = await db.rows('SELECT CAST(count(*) AS DOUBLE) AS n FROM requests');
      return Number(counted?.['n'] ?? 0);
    },
    context.signal,
  ).catch(async (error: unknown) => {
    await rm(temporary, { force: true });
    throw error;
  });
  if (rows === undefined) throw nothingLogged();
  await replaceFile(temporary, target);
  context.output.result({ rows, out: target }, `${rows} rows into ${out}.`);
  return 0;
}

/** `GRAPH/NODE`, or the only endpoint that has logged. Errors: `cli.usage`, `serve.no-log`. */
function endpointOf(context: CommandContext, dataDir: string): string {
  const root = join(dataDir, 'serving');
  const foldersIn = (dir: string) =>
    existsSync(dir)
      ? readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
      : [];
  const known = foldersIn(root)
    .flatMap((graph) => foldersIn(join(root, graph)).map((node) => `${graph}/${node}`))
    .filter((id) => existsSync(join(root, id, 'requests')));
  const [named] = context.positionals;
  if (named !== undefined) {
    if (known.includes(named)) return named;
    throw new AppError('cli.usage', `No endpoint ${named} has a request log here.`, {
      fix: known.length === 0 ? 'Turn its request log on.' : `Those that have: ${known.join(', ')}.`,
    });
  }
  const [only] = known;
  if (only === undefined) throw nothingLogged();
  if (known.length === 1) return only;
  throw new AppError('cli.usage', 'Several endpoints have a request log.', { fix: `Name one: ${known.join(', ')}.` });
}

function nothingLogged(): AppError {
  return new AppError('serve.no-log', 'Nothing has been logged here.', {
    fix: 'Check --data-dir, turn the request log on, and wait a second after the first answer.',
  });
}

function searchOf(context: CommandContext): Omit<RequestSearch, 'limit'> {
  const since = context.text('since');
  const from = context.text('from');
  if (since !== undefined && from !== undefined) throw new AppError('cli.usage', 'Give --since or --from, not both.');
  const slowerThanMs = numberOf(context, 'slower');
  return {
    ...given('id', context.text('id')),
    ...given('version', context.text('version')),
    ...given('fromMs', since === undefined ? timeOf('from', from) : Date.now() - durationMs(since)),
    ...given('toMs', timeOf('to', context.text('to'))),
    ...given('status', choice(context, 'status', ['answered', 'failed'] as const)),
    ...given('label', choice(context, 'label', ['with', 'without', 'wrong'] as const)),
    ...given('slowerThanMs', slowerThanMs),
    ...conditionOf(context.text('where')),
  };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [key in Key]: Value });
}

const comparisons: Readonly<Record<string, NonNullable<RequestSearch['compare']>>> = {
  '=': 'is',
  '!=': 'is-not',
  '<': 'below',
  '>': 'above',
};

function conditionOf(text: string | undefined): Pick<RequestSearch, 'column' | 'compare' | 'value'> {
  if (text === undefined) return {};
  const missing = /^\s*(.+?)\s+missing\s*$/.exec(text)?.[1];
  if (missing !== undefined) return { column: missing, compare: 'missing' };
  const [, column, sign, value] = /^\s*(.+?)\s*(!=|=|<|>)\s*(.*?)\s*$/.exec(text) ?? [];
  const compare = comparisons[sign ?? ''];
  if (column === undefined || compare === undefined) {
    throw new AppError('cli.usage', `--where ${text} is no condition.`, {
      fix: 'For example "amount > 3", "origin = SFO" or "amount missing".',
    });
  }
  return { column, compare, value: value ?? '' };
}

function durationMs(text: string): number {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined) return Number(amount) * (unitsMs[unit] as number);
  throw new AppError('cli.usage', `--since ${text} is no time.`, { fix: 'For example 30s, 15m, 2h or 7d.' });
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = Date.parse(text);
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new AppError('cli.usage', `--${name} ${text} is no time.`, { fix: 'For example 2026-03-01T12:00:00Z.' });
}

function numberOf(context: CommandContext, name: string): number | undefined {
  const text = context.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= 0) return value;
  throw new AppError('cli.usage', `--${name} ${text} is not a number from 0.`);
}

function wholeNumber(context: CommandContext, name: string, min: number, max: number): number | undefined {
  const value = numberOf(context, name);
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return value;
  throw new AppError('cli.usage', `--${name} is a whole number from ${min} to ${max}.`);
}

function choice<T extends string>(context: CommandContext, name: string, choices: readonly T[]): T | undefined {
  const text = context.text(name);
  const chosen = choices.find((each) => each === text);
  if (text === undefined || chosen !== undefined) return chosen;
  throw new AppError('cli.usage', `--${name} is ${choices.join(', ')}, not ${text}.`);
}

function textOf({ rows, matched, searched, outputs, latency, leftOutFiles }: FoundRequests): string {
  const lines = rows.map((row) => {
    const queued = row.timing?.queue;
    const model = row.timing?.model;
    const shown = outputs.slice(0, 2).map(({ name }, i) => `${name}=${row.outputs[i] ?? '–'}`);
    return [
      new Date(row.timeMs).toISOString(),
      row.id === '' ? '–' : row.id,
      `v${row.version}`,
      row.error === null ? String(row.status) : `${row.status} ${row.error}`,
      row.timing?.total == null ? '–' : `${row.timing.total.toFixed(1)} ms`,
      queued == null || model == null ? '' : `queue ${queued.toFixed(1)}, model ${model.toFixed(1)}`,
      row.error === null ? shown.join(' ') : '',
      row.label === null ? '' : `label=${row.label}`,
    ];
  });
  const total = latency?.find(({ part }) => part === 'total');
  const took = total === undefined ? '' : `, p50 ${total.p50.toFixed(1)} ms, p99 ${total.p99.toFixed(1)} ms`;
  const left = leftOutFiles === 0 ? '' : ` The oldest ${leftOutFiles} files were left out: choose a time.`;
  const summary = `${matched} of ${searched} logged rows${took}.${left}`;
  return lines.length === 0 ? summary : `${textTable(lines)}\n${summary}`;
}
