import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAlertRecords } from '../../main/store/alert-records.ts';
import { openDatabase } from '../../main/store/database.ts';
import { repositoryRoot, runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-alerts-cli-'));
  const database = openDatabase(dir);
  createAlertRecords(database).open({
    graphId: 'g',
    nodeId: 'drift',
    kind: 'drift',
    severity: 'warning',
    title: 'Inputs drift',
    explanation: { sentences: [], columns: [], performance: null, examples: [] },
  });
  database.close();
});
afterAll(() => removeFolder(dir));

const alerts = (...args: string[]) => runSlipway(['alerts', ...args], dir);

it('lists alerts, acknowledges one, silences its monitor and ends the silence', async () => {
  const { last } = await alerts('--open');
  const [alert] = last['alerts'] as { id: string; title: string; acknowledgedMs: number | null }[];
  expect(alert).toMatchObject({ title: 'Inputs drift', acknowledgedMs: null });
  expect((await alerts('ack', alert?.id ?? '')).last['acknowledgedMs']).toBeGreaterThan(0);
  expect((await alerts('silence', 'g/drift', '--hours', '2')).code).toBe(0);
  expect((await alerts('--graph', 'g')).last['alerts']).toMatchObject([{ silenced: true }]);
  expect((await alerts('--cause', 'realized-drop')).last['alerts']).toEqual([]);
  await alerts('unsilence', 'g/drift');
  expect((await alerts()).last['alerts']).toMatchObject([{ silenced: false }]);
});

it('names what it cannot do', async () => {
  for (const args of [
    ['ack'],
    ['--cause', 'bad luck'],
    ['silence', 'g'],
    ['silence', 'g/drift', '--hours', '-1'],
    ['silence', 'g/drft'],
    ['ack', 'nobody', '--hours', '2'],
    ['mute'],
    ['ack', 'nobody'],
  ]) {
    const { code, last } = await alerts(...args);
    expect(code).toBe(2);
    expect(last['error'], args.join(' ')).toMatchObject({ message: expect.any(String) });
  }
});

it('says which monitors it knows', async () => {
  const { last } = await alerts('silence', 'g/drft');
  expect(last['error']).toMatchObject({ fix: 'Name it as GRAPH/NODE, such as g/drift.' });
});

it('tries the routes of a graph, and fails where one does not take the message', async () => {
  const received: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(chunk.toString()));
    request.on('end', () => response.writeHead(request.url === '/broken' ? 500 : 200).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const graph = (webhook: string) => {
    const path = join(dir, 'routes.slipway.json');
    const document = JSON.parse(
      readFileSync(join(repositoryRoot, 'resources/templates/closed-loop.slipway.json'), 'utf8'),
    );
    document.nodes.drift.params.webhook = webhook;
    writeFileSync(path, JSON.stringify(document));
    return path;
  };
  try {
    const sent = await alerts('test', graph(`${base}/hook`));
    expect(sent.last).toMatchObject({ routes: [{ node: 'drift', ok: true }] });
    expect(received[0]).toContain('Test of the alert route of closed-loop/drift');
    const failed = await alerts('test', graph(`${base}/broken`));
    expect(failed).toMatchObject({ code: 1, last: { routes: [{ ok: false, reason: 'status 500' }] } });
  } finally {
    server.close();
  }
});
