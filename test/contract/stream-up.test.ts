import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endProcess, startSlipway } from '../e2e/app.ts';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-up-'));
});
afterAll(() => removeFolder(dir));

it('up takes events and runs the graph when a window closes', async () => {
  const graph = join(dir, 'g.slipway.json');
  const params = {
    name: 'readings',
    fields: { at: 'timestamp', x: 'float64' },
    eventTime: 'at',
    windowSeconds: 60,
    runOnClose: true,
    aggregates: [{ function: 'count', field: '', name: 'events' }],
  };
  const view = { name: 'rates', eventTimestamp: 'window_end', features: ['events'] };
  const nodes = {
    windows: { kind: 'data.stream', version: 1, params },
    rates: { kind: 'feature.view', version: 1, params: view },
  };
  const edges = [{ from: 'windows.table', to: 'rates.source' }];
  writeFileSync(graph, JSON.stringify({ format: 'slipway/graph', formatVersion: 1, id: 'g', name: 'G', nodes, edges }));
  const dataDir = join(dir, 'data');
  const { child, event } = await startSlipway(['up', graph, '--streams', '0', '--data-dir', dataDir], 'streams.ready');
  try {
    const send = async (...times: string[]) => {
      const body = times.map((time) => JSON.stringify({ at: `2024-01-01T${time}Z`, x: 1 })).join('\n');
      const response = await fetch(`${String(event['http'])}/streams/readings/events`, { method: 'POST', body });
      expect(response.status).toBe(200);
    };
    const succeeded = async () => {
      const { last } = await runSlipway(['runs'], dataDir);
      return (last['runs'] as { status: string }[]).filter(({ status }) => status === 'succeeded').length;
    };
    // The first look only learns where the stream is; a later event then closes a window.
    let minute = 10;
    const sendLater = async () => {
      await send(`00:${minute++}:30`);
      return succeeded();
    };
    await expect.poll(sendLater, { interval: 500 }).toBeGreaterThan(0);
    const before = await succeeded();
    await expect.poll(sendLater, { interval: 500 }).toBeGreaterThan(before);
    // What a window has counted is looked up online, by the same definition.
    const onlineRows = async () => {
      const { last } = await runSlipway(['features', 'list'], dataDir);
      const [listed] = last['features'] as { name: string; online: { rows: number } | null }[];
      return [listed?.name, listed?.online?.rows ?? 0];
    };
    await expect.poll(onlineRows, { interval: 1000 }).toEqual(['rates', 1]);
    const forged = await fetch(`${String(event['http'])}/streams/readings/events`, {
      method: 'POST',
      body: '{}',
      headers: { Origin: 'https://evil.example' },
    });
    expect(forged.status).toBe(403);
  } finally {
    await endProcess(child);
  }
});
