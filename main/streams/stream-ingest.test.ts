import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createStreamIngest, type StreamIngest } from './stream-ingest.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(maxHeldBytes?: number): Promise<{ dir: string; url: string; ingest: StreamIngest }> {
  const dir = mkdtempSync(join(tmpdir(), 'ingest-'));
  const ingest = createStreamIngest({ streamsDir: dir, ...(maxHeldBytes === undefined ? {} : { maxHeldBytes }) });
  const server: Server = createServer((request, response) => {
    void ingest.handle(decodeURIComponent((request.url ?? '').slice(1)), request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
    await ingest.close();
    await removeFolder(dir);
  });
  return { dir, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, ingest };
}

async function post(url: string, body: string | Uint8Array<ArrayBuffer>): Promise<[number, Record<string, unknown>]> {
  const response = await fetch(url, { method: 'POST', body });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

it('takes lines and arrays, each numbered after the other', async () => {
  const { url, dir } = await serve();
  expect(await post(`${url}s`, '{"a": 1}\r\n\n{"a": 9007199254740993}')).toEqual([200, { firstOffset: 0, count: 2 }]);
  expect(await post(`${url}s`, ' [{"a": "x\\ny"}]')).toEqual([200, { firstOffset: 2, count: 1 }]);
  expect(await post(`${url}other`, '{}')).toEqual([200, { firstOffset: 0, count: 1 }]);
  expect(await post(`${url}s`, '')).toEqual([200, { firstOffset: 3, count: 0 }]);
  const log = readFileSync(join(dir, 's', '0000000000000000.ndjson'), 'utf8');
  expect(log).toBe('{"o":0,"e":{"a": 1}}\n{"o":1,"e":{"a": 9007199254740993}}\n{"o":2,"e":{"a":"x\\ny"}}\n');
});

it.each<[string, string | Uint8Array<ArrayBuffer>, string]>([
  ['no JSON', '{"a":1}\n{"a":', 'Line 2 is not JSON'],
  ['no object', '{"a":1}\n3', 'Line 2 is no JSON object'],
  ['an array of other things', '[{"a":1}, [2]]', 'Event 1 is no JSON object'],
  ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'not UTF-8'],
])('takes nothing of a body with %s', async (_name, body, message) => {
  const { url } = await serve();
  expect(await post(`${url}s`, body)).toEqual([
    400,
    expect.objectContaining({ message: expect.stringContaining(message) }),
  ]);
  expect(await post(`${url}s`, '{}')).toEqual([200, { firstOffset: 0, count: 1 }]);
});

it('refuses names that are no names, and bodies that are too large', async () => {
  const { url } = await serve();
  expect((await post(`${url}..%2Fx`, '{}'))[0]).toBe(400);
  expect((await post(`${url}s`, `["${'x'.repeat(2 ** 20)}"]`))[0]).toBe(413);
  expect((await post(`${url}s`, `{"a":"${'x'.repeat(2 ** 20)}"}`))[0]).toBe(413);
});

it('pushes back when too much is on its way, and takes it afterwards', async () => {
  const { url } = await serve(1000);
  // Holds 600 bytes until it is ended.
  const slow = httpRequest(`${url}s`, { method: 'POST' });
  const slowAnswer = new Promise<number>((resolve) => {
    slow.on('response', (response) => resolve(response.resume().statusCode ?? 0));
  });
  const event = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`;
  slow.write(event(600));
  let refused: [number, Record<string, unknown>] = [0, {}];
  // The first bytes may take a moment to arrive.
  while (refused[0] !== 429) refused = await post(`${url}s`, event(600));
  expect(refused[1]).toMatchObject({ code: 'serve.overloaded' });
  slow.end();
  expect(await slowAnswer).toBe(200);
  expect((await post(`${url}s`, event(600)))[0]).toBe(200);
});

it('sends away what comes while it closes', async () => {
  const { url, ingest } = await serve();
  await post(`${url}s`, '{}');
  await ingest.close();
  expect((await post(`${url}s`, '{}'))[0]).toBe(503);
});
