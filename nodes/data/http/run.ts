import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { fileError, openFileSource } from '../../../main/compute/duckdb/file-source.ts';
import type { FileFormat, FileSourceOptions } from '../../../main/compute/duckdb/file-source-options.ts';
import { stepDuckDbOptions } from '../../../main/compute/duckdb/step-options.ts';
import { storedColumn, writeTable } from '../../../main/compute/duckdb/write-table.ts';
import { wholeCharacters } from '../../../main/compute/duckdb/whole-characters.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { InferResult } from '../../../shared/node/define-node.ts';
import { implementNode } from '../../../shared/node/runner.ts';
import { describeFailure } from '../../lib/describe-failure.ts';
import { httpNode } from './definition.ts';
import { type Answer, fetchTo, nextUrl, type Requests } from './request.ts';

type Params = z.output<typeof httpNode.params>;

/** A page of JSON is in memory while it is read. */
const mostPageBytes = 256 * 2 ** 20;
const describeTimeoutMs = 20_000;
/** Looking at the columns asks the server at most this often. */
const describedMs = 60_000;
const described = new Map<string, { result: InferResult; untilMs: number }>();

const fileOptions: FileSourceOptions = {
  encoding: 'auto',
  nullValues: [''],
  types: {},
  columns: {},
  maximumObjectSize: 16 * 2 ** 20,
  filename: false,
};

export const runner = implementNode(httpNode, {
  async run(ctx) {
    const { params } = ctx;
    const requests = requestsOf(params, ctx, params.timeoutS * 1000);
    const { paths, format } = await fetchPages(params, requests, ctx.workDir, params.mostPages, (page) =>
      ctx.progress({ done: page, total: page, unit: 'pages' }),
    );
    return withDuckDb(stepDuckDbOptions(ctx), async (db) => {
      const name = requests.first.host + requests.first.pathname;
      const source = await openFileSource(db, paths, name, { ...fileOptions, format });
      for (const warning of source.warnings) ctx.log('warn', warning.message);
      try {
        const table = await writeTable(db, source.query, { workDir: ctx.workDir, lineage: 'all' });
        if (table.rowCount === 0)
          throw new AppError('data.empty', `${name} gives no rows.`, { fix: 'Check the address.' });
        return { table };
      } catch (error) {
        throw fileError(error, name, fileOptions);
      }
    });
  },

  async describe(ctx) {
    const { params } = ctx;
    if (params.url.trim() === '') return { outputs: {}, problems: [{ field: 'url', message: 'No address is set.' }] };
    const key = JSON.stringify(params);
    const known = described.get(key);
    if (known !== undefined && known.untilMs > Date.now()) return known.result;
    const folder = await mkdtemp(join(tmpdir(), 'slipway-http-'));
    try {
      const requests = requestsOf(params, ctx, describeTimeoutMs);
      const { paths, format } = await fetchPages(params, requests, folder, 1);
      const columns = await withDuckDb({ signal: ctx.signal }, async (db) => {
        const source = await openFileSource(db, paths, requests.first.host, { ...fileOptions, format });
        return (await db.columnsOf(source.query)).map(storedColumn);
      });
      const result: InferResult = {
        outputs: { table: { type: 'table', schema: { columns }, lineage: 'all' } },
        problems: [],
      };
      described.set(key, { result, untilMs: Date.now() + describedMs });
      return result;
    } catch (error) {
      return describeFailure(error, 'url', 'token');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },

  async probe(ctx) {
    const { params } = ctx;
    if (params.refresh === 'never') return '';
    if (params.refresh === 'always') return randomUUID();
    const { headers } = await fetchTo(requestsOf(params, ctx, describeTimeoutMs), urlOf(params), undefined);
    const mark = headers.etag ?? headers['last-modified'];
    return mark === undefined ? randomUUID() : createHash('sha256').update(mark).digest('hex');
  },
});

function urlOf(params: Params): URL {
  const url = URL.canParse(params.url.trim()) ? new URL(params.url.trim()) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new AppError('params.invalid', `“${params.url}” is no web address.`, {
      fix: 'Write one that starts with https://.',
      details: { field: 'url' },
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('params.invalid', 'The address holds a password.', {
      fix: 'Name a secret as token or header instead.',
      details: { field: 'url' },
    });
  }
  return url;
}

function requestsOf(
  params: Params,
  context: { signal: AbortSignal; secret(name: string): string },
  timeoutMs: number,
): Requests {
  const plain: Record<string, string> = {};
  const secret: Record<string, string> = {};
  for (const [name, value] of Object.entries(params.headers)) {
    if (typeof value === 'string') plain[name] = value;
    else secret[name] = context.secret(value.secret);
  }
  if (params.token !== null) secret['authorization'] = `Bearer ${context.secret(params.token.secret)}`;
  return {
    plain,
    secret,
    first: urlOf(params),
    privateHosts: params.privateHosts,
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]),
    budget: { bytes: params.mostMb * 2 ** 20 },
  };
}

/** Files with the rows of the pages, in order. A page beyond `most` is an error, unless only the first is wanted. */
async function fetchPages(
  params: Params,
  requests: Requests,
  folder: string,
  most: number,
  onPage: (page: number) => void = () => undefined,
): Promise<{ paths: [string, ...string[]]; format: FileFormat }> {
  const paths: string[] = [];
  const seen = new Set<string>();
  let url: URL | undefined =
    params.pages === 'number' ? pageUrl(requests.first, params, params.firstPage) : requests.first;
  let format: FileFormat | undefined;
  const lines = join(folder, 'rows.ndjson');
  const file = await open(lines, 'w');
  try {
    for (let page = 1; url !== undefined; page++) {
      if (page > most) {
        if (most === 1) break;
        throw new AppError('data.unreadable', `There are more than ${most} pages.`, {
          fix: 'Raise the limit, or ask for larger pages.',
        });
      }
      if (seen.has(url.href)) {
        throw new AppError('data.unreadable', `Page ${page} is one that was read before.`, {
          fix: 'Check how pages are named.',
        });
      }
      seen.add(url.href);
      const path = join(folder, `page-${page}`);
      const answer: Answer = await fetchTo(requests, url, path);
      format ??= formatOf(params, answer);
      onPage(page);
      if (format === 'json') {
        const body = await readJson(path, answer.url);
        const rows = rowsOf(body, params.rows, answer.url);
        await writeRows(file, rows);
        await rm(path);
        url =
          rows.length === 0 && params.pages === 'number'
            ? undefined
            : nextPage(params, answer, page, body, requests.first);
      } else {
        const isEmpty = (await stat(path)).size === 0;
        if (!isEmpty || page === 1) paths.push(path);
        url =
          isEmpty && params.pages === 'number' ? undefined : nextPage(params, answer, page, undefined, requests.first);
      }
    }
  } finally {
    await file.close();
  }
  if (format === 'json') return { paths: [lines], format: 'ndjson' };
  const [first, ...others] = paths;
  if (first === undefined || format === undefined) throw new AppError('internal.bug', 'No page was read.');
  return { paths: [first, ...others], format };
}

/** Characters that are written at a time. */
const writtenChars = 2 ** 20;

/** A row per line. */
async function writeRows(file: FileHandle, rows: readonly unknown[]): Promise<void> {
  let text = '';
  for (const row of rows) {
    text += `${wholeCharacters(JSON.stringify(row))}\n`;
    if (text.length < writtenChars) continue;
    await file.appendFile(text);
    text = '';
  }
  await file.appendFile(text);
}

function pageUrl(first: URL, params: Params, value: number | string): URL {
  const url = new URL(first);
  url.searchParams.set(params.pageParam, String(value));
  return url;
}

function nextPage(params: Params, answer: Answer, page: number, body: unknown, first: URL): URL | undefined {
  switch (params.pages) {
    case 'one':
      return undefined;
    case 'number':
      return pageUrl(first, params, params.firstPage + page);
    case 'link': {
      const link = [answer.headers.link ?? ''].flat().join(', ');
      const next = /<([^>]*)>\s*(?:;\s*[^,<]*?)?;\s*rel="?[^",]*\bnext\b/.exec(link)?.[1];
      return next === undefined ? undefined : nextUrl(answer.url, next);
    }
    case 'cursor': {
      const cursor = at(body, params.cursor);
      if ((typeof cursor !== 'string' && typeof cursor !== 'number') || cursor === '') return undefined;
      return /^https?:\/\/|^\//.test(String(cursor))
        ? nextUrl(answer.url, String(cursor))
        : pageUrl(first, params, cursor);
    }
  }
}

function formatOf(params: Params, { url, headers }: Answer): FileFormat {
  if (params.format !== 'auto') return params.format;
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (/ndjson|jsonl|json-seq/.test(type)) return 'ndjson';
  if (/[/+]json$/.test(type)) return 'json';
  if (type === 'text/csv') return 'csv';
  if (type === 'text/tab-separated-values') return 'tsv';
  if (type.includes('parquet')) return 'parquet';
  const extension = /\.(json|ndjson|jsonl|csv|tsv|parquet)$/i.exec(url.pathname)?.[1]?.toLowerCase();
  if (extension !== undefined) return extension === 'jsonl' ? 'ndjson' : (extension as FileFormat);
  throw new AppError('data.unreadable', `The format of the answer cannot be told from its type “${type}”.`, {
    fix: 'Set format.',
    details: { field: 'format' },
  });
}

async function readJson(path: string, url: URL): Promise<unknown> {
  const { size } = await stat(path);
  if (size > mostPageBytes) {
    throw new AppError('data.unreadable', 'A page of JSON is larger than 256 MiB.', {
      fix: 'Ask for smaller pages, or for lines of JSON.',
    });
  }
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new AppError(
      'data.unreadable',
      `${url.host} does not answer with JSON: ${cause instanceof Error ? cause.message : ''}.`,
      {
        fix: 'Check the address and the format.',
        cause,
      },
    );
  }
}

function at(value: unknown, path: string): unknown {
  let found = value;
  for (const part of path.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  return found;
}

function rowsOf(body: unknown, path: string, url: URL): unknown[] {
  const found = path === '' ? body : at(body, path);
  if (Array.isArray(found)) return found.map((row: unknown) => (isObject(row) ? row : { value: row }));
  if (path === '' && isObject(found)) {
    const lists = Object.values(found).filter((value) => Array.isArray(value) && value.every(isObject));
    if (lists.length === 1) return lists[0] as unknown[];
    if (lists.length === 0) return [found];
  }
  const names = isObject(body) ? Object.keys(body).slice(0, 12).join(', ') : typeof body;
  throw new AppError(
    'data.unreadable',
    `The answer of ${url.host} has no list of rows${path === '' ? '' : ` at “${path}”`}.`,
    {
      fix: `It has ${names}: say in rows where the list is.`,
      details: { field: 'rows' },
    },
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
