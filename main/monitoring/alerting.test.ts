import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { createAlertRecords } from '../store/alert-records.ts';
import { openDatabase } from '../store/database.ts';
import { createAlerting, explainDrop } from './alerting.ts';
import { summarizeValues } from '../compute/drift/column-summary.ts';
import { shiftInWords } from '../compute/drift/shift-in-words.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

interface Message {
  text: string;
  alert: { resolvedMs: number | null };
  alerts: { title: string }[];
}

/** Alerts of a store that are posted to a server, which answers each request with the status that `statusOf` gives. */
async function withReceiver(
  statusOf: (request: number) => number,
  use: (receiver: {
    records: ReturnType<typeof createAlertRecords>;
    webhook: string;
    /** Requests so far. */
    asked: () => number;
    /** Those it answered with 200. */
    taken: readonly Message[];
  }) => Promise<void>,
): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-alerting-'));
  const database = openDatabase(dir);
  let asked = 0;
  const taken: Message[] = [];
  const server = createServer((request, response) => {
    const status = statusOf(asked++);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (status === 200) taken.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use({ records: createAlertRecords(database), webhook, asked: () => asked, taken });
  } finally {
    server.close();
    database.close();
    await removeFolder(dir);
  }
}

const drift = {
  graphId: 'g',
  nodeId: 'm',
  kind: 'drift' as const,
  severity: 'warning' as const,
  title: 'Inputs drift',
};
const nothing = { sentences: [], columns: [], performance: null, examples: [] };
const explain = async () => nothing;

it('sends an alert once when it begins and once when it is over, except while silenced', async () => {
  // The first delivery fails once: it is tried again.
  await withReceiver(
    (request) => (request === 0 ? 500 : 200),
    async ({ records, webhook, taken }) => {
      const alerting = createAlerting(records, { log: () => undefined, groupMs: 20 });
      const rule = { ...drift, webhook };
      const before = [{ timeMs: 1, text: 'Version 2 is live.' }];
      const explained = async () => ({ ...nothing, sentences: ['x moved.'], before, owner: 'team-a' });
      alerting.update(rule, true, explained);
      alerting.update(rule, true, explained);
      await expect.poll(() => taken.length).toBe(1);
      expect(taken[0]?.text).toBe('Warning: Inputs drift. x moved. Before it: Version 2 is live. Owner: team-a.');
      await expect.poll(() => records.list({ limit: 1 })[0]?.deliveredMs).not.toBeNull();
      alerting.update(rule, false, explained);
      await expect.poll(() => taken.length).toBe(2);
      expect(taken[1]).toMatchObject({ text: 'Over: Inputs drift', alert: { resolvedMs: expect.any(Number) } });
      records.silence('g', 'm', Date.now() + 60_000);
      alerting.update(rule, true, explained);
      await expect.poll(() => records.list({ open: true, limit: 5 })).toHaveLength(1);
      expect(taken).toHaveLength(2);
    },
  );
});

it('sends an alert once where the store cannot note that it was sent', async () => {
  const waits = vi.spyOn(globalThis, 'setTimeout');
  try {
    await withReceiver(
      () => 200,
      async ({ records, webhook, asked }) => {
        const lines: string[] = [];
        const failing = {
          ...records,
          delivered: () => {
            throw new Error('database is not open');
          },
        };
        const alerting = createAlerting(failing, { log: (text) => lines.push(text), groupMs: 1, retryMs: 2_001 });
        alerting.update({ ...drift, webhook }, true, explain);
        await expect.poll(() => lines.join()).toContain('"Inputs drift" was sent, which could not be kept: ');
        expect(asked()).toBe(1);
        // Nothing waits to send it again.
        expect(waits.mock.calls.map(([, ms]) => ms)).not.toContain(2_001);
      },
    );
  } finally {
    waits.mockRestore();
  }
});

it('sends what begins together as one message, by severity and with each owner', async () => {
  await withReceiver(
    () => 200,
    async ({ records, webhook, taken }) => {
      const alerting = createAlerting(records, { log: () => undefined, groupMs: 200 });
      const rule = { ...drift, webhook };
      const owned = (owner: string) => async () => ({ ...nothing, owner });
      alerting.update({ ...rule, nodeId: 'a', severity: 'critical', title: 'First' }, true, owned('ann'));
      alerting.update({ ...rule, nodeId: 'b', severity: 'info', title: 'Second' }, true, owned('bob'));
      alerting.update({ ...rule, graphId: 'other', title: 'Elsewhere' }, true, owned('cy'));
      await expect.poll(() => taken.length).toBe(2);
      const [own, other] = taken.toSorted((a, b) => b.alerts.length - a.alerts.length);
      expect(own?.text).toBe('Critical: First. Owner: ann.\nNote: Second. Owner: bob.');
      expect(other?.alerts.map(({ title }) => title)).toEqual(['Elsewhere']);
      await expect
        .poll(() => records.list({ limit: 5 }).filter(({ deliveredMs }) => deliveredMs !== null).length)
        .toBe(3);
    },
  );
});

it('tries for long where a receiver cannot be reached, and once where it refuses', async () => {
  const statuses = [503, 502, 429, 503, 200, 400];
  await withReceiver(
    (request) => statuses[request] ?? 500,
    async ({ records, webhook, asked }) => {
      const lines: string[] = [];
      const alerting = createAlerting(records, { log: (text) => lines.push(text), groupMs: 1, retryMs: 1 });
      try {
        alerting.update({ ...drift, webhook }, true, explain);
        await expect.poll(() => records.list({ limit: 1 })[0]?.deliveredMs).toEqual(expect.any(Number));
        expect(asked()).toBe(5);
        expect(lines.filter((line) => line.includes('could not be sent'))).toEqual([
          'The alert "Inputs drift" could not be sent yet: status 429. It is tried again for a day.',
        ]);
        alerting.update({ ...drift, kind: 'break', title: 'A column is missing', webhook }, true, explain);
        await expect.poll(() => lines.at(-1)).toBe('The alert "A column is missing" could not be sent: status 400.');
        expect(asked()).toBe(6);
      } finally {
        await alerting.close();
      }
    },
  );
});

it('sends what waits when it is closed, and tries no more what is refused', async () => {
  let status = 500;
  await withReceiver(
    () => status,
    async ({ records, webhook, asked }) => {
      const lines: string[] = [];
      const open = () => records.list({ open: true, limit: 5 });
      const refused = createAlerting(records, { log: (text) => lines.push(text), groupMs: 1 });
      refused.update({ ...drift, webhook }, true, explain);
      await expect.poll(asked).toBe(1);
      await refused.close();
      const before = asked();
      expect(before).toBeLessThan(3);
      expect(lines.at(-1)).toBe('The alert "Inputs drift" could not be sent: status 500.');
      status = 200;
      const waiting = createAlerting(records, { log: () => undefined, groupMs: 600_000 });
      waiting.update({ ...drift, kind: 'break', webhook }, true, explain);
      await expect.poll(open).toHaveLength(2);
      await waiting.close();
      expect(asked()).toBe(before + 1);
      expect(open().map(({ kind, deliveredMs }) => [kind, deliveredMs !== null])).toContainEqual(['break', true]);
    },
  );
});

it.each([
  ['rocAuc', 'ROC AUC'],
  ['rmse', 'RMSE, in units of the label'],
  ['macroF1', 'macro F1'],
])('names the metric %s as people do', (metric, words) => {
  const band = { value: 0.5, low: 0.4, high: 0.6 };
  const window = { estimated: band, realized: band };
  const report = { performance: { metric, reference: 0.75, windows: [window] } } as unknown as MonitorReport;
  for (const [kind, name] of [
    ['estimated', 'Estimated'],
    ['realized', 'Realized'],
  ] as const) {
    const { sentences, performance } = explainDrop(report, kind);
    expect(sentences).toEqual([`${name} performance (${words}) is 0.500; on held-out rows it was 0.750.`]);
    expect(performance).toEqual({ metric, now: 0.5, reference: 0.75 });
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
