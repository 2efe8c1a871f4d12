import { mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { tableRows } from '../../../test/support/table-artifact.ts';
import { httpNode } from './definition.ts';
import { isPrivateAddress } from './request.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'http-node-'));
type Handler = (url: URL, request: IncomingMessage, response: ServerResponse) => void;
let handler: Handler = () => undefined;
const seen: { host: string; path: string; authorization: string | undefined }[] = [];
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', base);
    seen.push({
      host: String(request.headers.host),
      path: url.pathname + url.search,
      authorization: request.headers.authorization,
    });
    handler(url, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  base = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await removeFolder(dir);
});
beforeEach(() => {
  seen.length = 0;
});

function json(response: ServerResponse, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}

function contextOf(given: object, signal?: AbortSignal) {
  return stepContext(
    dir,
    httpNode.params.parse({ url: `${base}/rows`, ...given }),
    signal === undefined ? {} : { signal },
  );
}

async function read(given: object = {}) {
  const { table } = await runner.run(contextOf(given));
  return tableRows(table);
}

it.each([
  ['127.0.0.1', true],
  ['10.1.2.3', true],
  ['169.254.169.254', true],
  ['192.168.0.1', true],
  ['172.20.0.1', true],
  ['100.64.1.1', true],
  ['0.0.0.0', true],
  ['::1', true],
  ['::', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['::ffff:127.0.0.1', true],
  ['::ffff:7f00:1', true],
  ['8.8.8.8', false],
  ['2606:4700::1111', false],
  ['nonsense', true],
])('knows that %s is private: %s', (address, expected) => {
  expect(isPrivateAddress(address)).toBe(expected);
});

describe('data.http', () => {
  it.each<[string, Handler, object]>([
    ['a list', (_, _r, response) => json(response, [{ a: 1 }, { a: 2 }]), {}],
    ['its only list', (_, _r, response) => json(response, { total: 2, items: [{ a: 1 }, { a: 2 }] }), {}],
    [
      'a list inside',
      (_, _r, response) => json(response, { x: [{ b: 1 }], d: { rows: [{ a: 1 }, { a: 2 }] } }),
      { rows: 'd.rows' },
    ],
    ['CSV', (_, _r, response) => void response.writeHead(200, { 'content-type': 'text/csv' }).end('a\n1\n2\n'), {}],
    [
      'packed lines',
      (_, _r, response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}\n{"a":2}\n')),
      { format: 'ndjson' },
    ],
  ])('reads %s', async (_, answer, params) => {
    handler = answer;
    expect(await read(params)).toEqual([['a'], [1], [2]]);
  });

  it('reads texts that end in half a character, as servers cut them', async () => {
    handler = (_url, _request, response) => json(response, [{ text: 'half \ud83d' }, { text: 'whole \u{1f600}' }]);
    expect(await read()).toEqual([['text'], ['half \ufffd'], ['whole \u{1f600}']]);
  });

  it('says where it cannot write', async () => {
    handler = (_url, _request, response) => json(response, [{ a: 1 }]);
    const ctx = contextOf({});
    mkdirSync(join(ctx.workDir, 'rows.ndjson'));
    await expect(runner.run(ctx)).rejects.toThrow('EISDIR');
  });

  it('follows a Link header', async () => {
    handler = (url, _request, response) => {
      const page = Number(url.searchParams.get('p') ?? 1);
      const link =
        page < 3 ? { link: `<${base}/rows?p=1>; rel="first", </rows?p=${page + 1}>; title="x"; rel="next"` } : {};
      json(response, [{ page }], link);
    };
    expect(await read({ pages: 'link' })).toEqual([['page'], [1], [2], [3]]);
    await expect(read({ pages: 'link', mostPages: 2 })).rejects.toThrow('more than 2 pages');
  });

  it('counts pages until one is empty', async () => {
    handler = (url, _request, response) =>
      json(response, Number(url.searchParams.get('page')) < 3 ? [{ n: Number(url.searchParams.get('page')) }] : []);
    expect(await read({ url: `${base}/rows?size=1`, pages: 'number' })).toEqual([['n'], [1], [2]]);
    expect(seen.at(-1)?.path).toBe('/rows?size=1&page=3');
  });

  it('follows a cursor, and stops when it goes round', async () => {
    handler = (url, _request, response) => {
      const at = url.searchParams.get('page') ?? 'start';
      json(response, { data: [{ at }], meta: { next: at === 'start' ? 'b' : null } });
    };
    expect(await read({ pages: 'cursor', cursor: 'meta.next', rows: 'data' })).toEqual([['at'], ['start'], ['b']]);
    handler = (_, _request, response) => json(response, { data: [{ a: 1 }], meta: { next: 'same' } });
    await expect(read({ pages: 'cursor', cursor: 'meta.next', rows: 'data' })).rejects.toThrow('was read before');
  });

  it('sends secrets to the first host only', async () => {
    const other = base.replace('localhost', '127.0.0.1');
    handler = (url, _request, response) => {
      if (url.pathname === '/rows') response.writeHead(302, { location: `${other}/moved` }).end();
      else json(response, [{ a: 1 }]);
    };
    const params = { token: { secret: 'T' }, headers: { 'x-key': { secret: 'K' }, 'x-plain': 'p' } };
    await expect(read(params)).rejects.toThrow('private network');
    expect(await read({ ...params, privateHosts: true })).toEqual([['a'], [1]]);
    expect(seen.filter(({ path }) => path === '/moved').map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(seen[0]?.authorization).toBe('Bearer value of T');
  });

  it('asks again where the server wants that', async () => {
    let calls = 0;
    handler = (_, _request, response) => {
      calls++;
      if (calls < 3) response.writeHead(429, { 'retry-after': '0' }).end();
      else json(response, [{ a: 1 }]);
    };
    expect(await read()).toEqual([['a'], [1]]);
  });

  it.each<[string, Handler, object, object]>([
    [
      'a missing page',
      (_, _r, response) => void response.writeHead(404).end(),
      {},
      { code: 'data.unreadable', details: { status: 404 } },
    ],
    ['a refusal', (_, _r, response) => void response.writeHead(401).end(), {}, { details: { field: 'token' } }],
    ['an error', (_, _r, response) => void response.writeHead(500).end(), {}, { code: 'data.connection' }],
    [
      'a cut-off answer',
      (_, _r, response) => {
        response.writeHead(200, { 'content-length': '1000', 'content-type': 'text/csv' });
        response.write('a\n1\n');
        setTimeout(() => response.destroy(), 20);
      },
      {},
      { code: 'data.connection' },
    ],
    [
      'too much',
      (_, _r, response) => void response.writeHead(200, { 'content-type': 'text/csv' }).end('x'.repeat(20_000)),
      { mostMb: 0.01 },
      { code: 'data.unreadable', message: expect.stringContaining('more data than the limit') },
    ],
    [
      'a bomb',
      (_, _r, response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
      { mostMb: 1, format: 'csv' },
      { message: expect.stringContaining('more data than the limit') },
    ],
    ['no end', () => undefined, { timeoutS: 0.3 }, { code: 'step.timeout' }],
    [
      'no JSON',
      (_, _r, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
      {},
      { code: 'data.unreadable' },
    ],
    [
      'no rows there',
      (_, _r, response) => json(response, { data: [{ a: 1 }] }),
      { rows: 'nope' },
      { details: { field: 'rows' } },
    ],
    [
      'an unknown type',
      (_, _r, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      {},
      { details: { field: 'format' } },
    ],
    [
      'a redirect to a file',
      (_, _r, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      {},
      { message: expect.stringContaining('not to the web') },
    ],
    [
      'a redirect to the cloud’s data',
      (_, _r, response) => void response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
      {},
      { message: expect.stringContaining('private network') },
    ],
    [
      'a redirect round',
      (_, _r, response) => void response.writeHead(302, { location: '/rows' }).end(),
      {},
      { message: expect.stringContaining('more than five') },
    ],
    ['no address', () => undefined, { url: 'ftp://x/y' }, { code: 'params.invalid' }],
    ['a password in it', () => undefined, { url: 'http://u:p@localhost/' }, { code: 'params.invalid' }],
    ['nobody there', () => undefined, { url: 'http://localhost:1/x' }, { code: 'data.connection' }],
  ])('says what is wrong: %s', async (_, answer, params, expected) => {
    handler = answer;
    await expect(read(params)).rejects.toMatchObject(expected);
  });

  it('ends when it is cancelled', async () => {
    handler = () => undefined;
    const controller = new AbortController();
    const reading = runner.run(contextOf({}, controller.signal));
    setTimeout(() => controller.abort(), 50);
    await expect(reading).rejects.toMatchObject({ code: 'run.cancelled' });
  });

  it('describes the first page, and probes by ETag', async () => {
    handler = (_, _request, response) => json(response, [{ a: 1 }], { etag: '"v1"', link: '</rows?p=2>; rel="next"' });
    const context = contextOf({ pages: 'link', refresh: 'changed' });
    expect(await runner.describe?.({ ...context, inputs: {} })).toMatchObject({
      outputs: { table: { schema: { columns: [{ name: 'a', type: 'int64' }] } } },
    });
    expect(seen).toHaveLength(1);
    const token = await runner.probe?.(context);
    expect(await runner.probe?.(context)).toBe(token);
    handler = (_, _request, response) => json(response, [], { etag: '"v2"' });
    expect(await runner.probe?.(context)).not.toBe(token);
    expect(await runner.describe?.({ ...contextOf({ url: '' }), inputs: {} })).toMatchObject({
      problems: [{ field: 'url' }],
    });
  });
});
