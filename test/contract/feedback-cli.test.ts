import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFeedback } from '../../main/serving/feedback-store.ts';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-feedback-'));
  writeFileSync(join(dir, 'labels.csv'), 'request,was,note\na/0,1,x\na/1,0,y\n,1,no id\nb,,no label\n');
});
afterAll(() => removeFolder(dir));

it('sends the labels of a file in the form that endpoints read, and says what an endpoint answers', async () => {
  let status = 200;
  const received: { body: unknown; key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
      received.push({ body, key: request.headers.authorization });
      response.writeHead(status).end('{"error":"no such class"}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const args = [
    'feedback',
    join(dir, 'labels.csv'),
    '--url',
    url,
    '--id',
    'request',
    '--label',
    'was',
    '--key',
    'secret',
  ];
  try {
    const sent = await runSlipway(args, dir);
    expect(sent).toMatchObject({ code: 0, last: { sent: 2 } });
    expect(received[0]?.key).toBe('Bearer secret');
    const entries = readFeedback(received[0]?.body, () => ({ name: 'm', manifest: null }));
    expect(entries.map(({ id, label }) => [id, label])).toEqual([
      ['a/0', 1],
      ['a/1', 0],
    ]);
    status = 400;
    const refused = await runSlipway(args, dir);
    expect(refused.code).not.toBe(0);
    expect(JSON.stringify(refused.last)).toContain('no such class');
  } finally {
    server.close();
  }
  const missing = await runSlipway(['feedback', join(dir, 'labels.csv'), '--url', url], dir);
  expect(missing).toMatchObject({ code: 2, last: { error: { code: 'data.column-missing' } } });
});
