import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createAlertRecords } from '../store/alert-records.ts';
import { openDatabase } from '../store/database.ts';
import { createAlerting } from './alerting.ts';
import { summarizeValues } from '../compute/drift/column-summary.ts';
import { shiftInWords } from '../compute/drift/shift-in-words.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

it('sends an alert once when it begins and once when it is over, except while silenced', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-alerting-'));
  const database = openDatabase(dir);
  const bodies: { text: string; alert: { title: string; resolvedMs: number | null } }[] = [];
  let status = 500;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // The first delivery fails once: it is tried again.
      if (status === 200) bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(status).end();
      status = 200;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const records = createAlertRecords(database);
    const alerting = createAlerting(records, { log: () => undefined, groupMs: 20 });
    const rule = {
      graphId: 'g',
      nodeId: 'm',
      kind: 'drift' as const,
      severity: 'warning' as const,
      title: 'Inputs drift',
      webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const explain = async () => ({
      sentences: ['x moved.'],
      columns: [],
      performance: null,
      examples: [],
      before: [{ timeMs: 1, text: 'Version 2 is live.' }],
      owner: 'team-a',
    });
    alerting.update(rule, true, explain);
    alerting.update(rule, true, explain);
    await expect.poll(() => bodies.length).toBe(1);
    expect(bodies[0]?.text).toBe('Warning: Inputs drift. x moved. Before it: Version 2 is live. Owner: team-a.');
    await expect.poll(() => records.list({ limit: 1 })[0]?.deliveredMs).not.toBeNull();
    alerting.update(rule, false, explain);
    await expect.poll(() => bodies.length).toBe(2);
    expect(bodies[1]).toMatchObject({ text: 'Over: Inputs drift', alert: { resolvedMs: expect.any(Number) } });
    records.silence('g', 'm', Date.now() + 60_000);
    alerting.update(rule, true, explain);
    await expect.poll(() => records.list({ open: true, limit: 5 })).toHaveLength(1);
    expect(bodies).toHaveLength(2);
  } finally {
    server.close();
    database.close();
    await removeFolder(dir);
  }
});

it('sends an alert once where the store cannot note that it was sent', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-alert-noted-'));
  const database = openDatabase(dir);
  let sent = 0;
  const server = createServer((request, response) => {
    sent++;
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const waits = vi.spyOn(globalThis, 'setTimeout');
  try {
    const lines: string[] = [];
    const records = {
      ...createAlertRecords(database),
      delivered: () => {
        throw new Error('database is not open');
      },
    };
    const alerting = createAlerting(records, { log: (text) => lines.push(text), groupMs: 1 });
    const rule = {
      graphId: 'g',
      nodeId: 'm',
      kind: 'drift' as const,
      severity: 'warning' as const,
      title: 'Inputs drift',
      webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    alerting.update(rule, true, async () => ({ sentences: [], columns: [], performance: null, examples: [] }));
    await expect.poll(() => lines.join()).toContain('"Inputs drift" was sent, which could not be kept: ');
    expect(sent).toBe(1);
    // Nothing waits to send it again.
    expect(waits.mock.calls.map(([, ms]) => ms)).not.toContain(2_000);
  } finally {
    waits.mockRestore();
    server.close();
    database.close();
    await removeFolder(dir);
  }
});

it('sends what begins together as one message, by severity and with each owner', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-alert-groups-'));
  const database = openDatabase(dir);
  const bodies: { text: string; alerts: { title: string }[] }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const records = createAlertRecords(database);
    const alerting = createAlerting(records, { log: () => undefined, groupMs: 200 });
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const rule = (nodeId: string, severity: 'info' | 'critical', title: string, graphId = 'g') => ({
      graphId,
      nodeId,
      kind: 'drift' as const,
      severity,
      title,
      webhook,
    });
    const explain = (owner: string) => async () => ({
      sentences: [],
      columns: [],
      performance: null,
      examples: [],
      owner,
    });
    alerting.update(rule('a', 'critical', 'First'), true, explain('ann'));
    alerting.update(rule('b', 'info', 'Second'), true, explain('bob'));
    alerting.update(rule('a', 'info', 'Elsewhere', 'other'), true, explain('cy'));
    await expect.poll(() => bodies.length).toBe(2);
    const [own, other] = bodies.toSorted((a, b) => b.alerts.length - a.alerts.length);
    expect(own?.text).toBe('Critical: First. Owner: ann.\nNote: Second. Owner: bob.');
    expect(other?.alerts.map(({ title }) => title)).toEqual(['Elsewhere']);
    await expect
      .poll(() => records.list({ limit: 5 }).filter(({ deliveredMs }) => deliveredMs !== null).length)
      .toBe(3);
  } finally {
    server.close();
    database.close();
    await removeFolder(dir);
  }
});

it('tries for long where a receiver cannot be reached, and once where it refuses', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-alert-retry-'));
  const database = openDatabase(dir);
  const statuses = [503, 502, 429, 503, 200, 400];
  let asked = 0;
  const server = createServer((request, response) => {
    const status = statuses[asked++] ?? 500;
    request.resume().on('end', () => response.writeHead(status).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const lines: string[] = [];
  const records = createAlertRecords(database);
  const alerting = createAlerting(records, { log: (text) => lines.push(text), groupMs: 1, retryMs: 1 });
  try {
    const rule = {
      graphId: 'g',
      nodeId: 'm',
      severity: 'warning' as const,
      title: 'Inputs drift',
      webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const explain = async () => ({ sentences: [], columns: [], performance: null, examples: [] });
    alerting.update({ ...rule, kind: 'drift' }, true, explain);
    await expect.poll(() => records.list({ limit: 1 })[0]?.deliveredMs).toEqual(expect.any(Number));
    expect(asked).toBe(5);
    expect(lines.filter((line) => line.includes('could not be sent'))).toEqual([
      'The alert "Inputs drift" could not be sent yet: status 429. It is tried again for a day.',
    ]);
    alerting.update({ ...rule, kind: 'break', title: 'A column is missing' }, true, explain);
    await expect.poll(() => lines.at(-1)).toBe('The alert "A column is missing" could not be sent: status 400.');
    expect(asked).toBe(6);
  } finally {
    await alerting.close();
    server.close();
    database.close();
    await removeFolder(dir);
  }
});

it('sends what waits when it is closed, and tries no more what is refused', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-alert-close-'));
  const database = openDatabase(dir);
  let status = 500;
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    request.resume().on('end', () => response.writeHead(status).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const records = createAlertRecords(database);
    const lines: string[] = [];
    const rule = {
      graphId: 'g',
      nodeId: 'm',
      severity: 'warning' as const,
      title: 'Inputs drift',
      webhook: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    };
    const explain = async () => ({ sentences: [], columns: [], performance: null, examples: [] });
    const open = () => records.list({ open: true, limit: 5 });
    const refused = createAlerting(records, { log: (text) => lines.push(text), groupMs: 1 });
    refused.update({ ...rule, kind: 'drift' }, true, explain);
    await expect.poll(() => asked).toBe(1);
    await refused.close();
    expect(asked).toBeLessThan(3);
    expect(lines.at(-1)).toBe('The alert "Inputs drift" could not be sent: status 500.');
    [status, asked] = [200, 0];
    const waiting = createAlerting(records, { log: () => undefined, groupMs: 600_000 });
    waiting.update({ ...rule, kind: 'break' }, true, explain);
    await expect.poll(open).toHaveLength(2);
    await waiting.close();
    expect(asked).toBe(1);
    expect(open().map(({ kind, deliveredMs }) => [kind, deliveredMs !== null])).toContainEqual(['break', true]);
  } finally {
    server.close();
    database.close();
    await removeFolder(dir);
  }
});

it('says how numbers and categories have moved', () => {
  const numbers = (values: number[]) =>
    summarizeValues({ name: 'x', kind: 'number', values: Float64Array.from(values) }, 'float64');
  const texts = (values: string[]) => summarizeValues({ name: 'x', kind: 'string', values }, 'string');
  const miles = Array.from({ length: 100 }, (_, i) => i);
  expect(shiftInWords(numbers(miles), numbers([...miles.map((mile) => mile * 60), Number.NaN, Number.NaN]))).toBe(
    'missing values 0 % → 2 %, median 50 → 3000, 90 % of values span 89 → 5340, that is a factor of 60, as after a change of unit',
  );
  expect(shiftInWords(texts(['SFO', 'SFO', 'LAX', 'LAX']), texts(['KSFO', 'KSFO', 'LAX', 'LAX']))).toBe(
    '1 new values (KSFO) make up 50 %, SFO 50 % → 0 %',
  );
  expect(shiftInWords(numbers(miles), texts(['a']))).toBe('');
});
