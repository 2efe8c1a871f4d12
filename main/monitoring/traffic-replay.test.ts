import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withDuckDb } from '../compute/duckdb/connection.ts';
import { quotePath } from '../compute/duckdb/quote.ts';
import { applyFault, startTrafficReplay } from './traffic-replay.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

it('changes text and numbers as a broken upstream system would, and leaves the row it was given', () => {
  const row = { origin: 'SFO', distance: 100, delay: 6, missing: null };
  expect(applyFault(row, { id: 'codes', columns: ['origin', 'distance'], prefix: 'K' })).toEqual({
    ...row,
    origin: 'KSFO',
  });
  expect(applyFault(row, { id: 'units', columns: ['distance', 'missing'], factor: 1.609, whole: true })).toEqual({
    ...row,
    distance: 161,
  });
  expect(row).toEqual({ origin: 'SFO', distance: 100, delay: 6, missing: null });
});

it('sends rows in the order of time and each label only once it would have been known', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-replay-'));
  const path = join(dir, 'rows.parquet');
  // Rows of every minute, in reverse; labels are known half an hour later.
  await withDuckDb({}, (db) =>
    db.run(
      `COPY (SELECT TIMESTAMP '2001-01-01' + to_minutes(199 - i) AS date, (199 - i)::DOUBLE AS x, i % 2 = 0 AS late
        FROM range(200) t(n), LATERAL (SELECT n::INTEGER AS i)) TO ${quotePath(path)} (FORMAT parquet)`,
    ),
  );
  const rows: number[] = [];
  const labels: string[] = [];
  const knownAt: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        rows?: { x: number }[];
        feedback?: { id: string }[];
      };
      rows.push(...(body.rows ?? []).map(({ x }) => x));
      labels.push(...(body.feedback ?? []).map(({ id }) => id));
      if (body.feedback !== undefined) knownAt.push(rows.length - labels.length);
      response.writeHead(200).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const replay = await startTrafficReplay({
      endpointId: 'g/e',
      http: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      model: 'm',
      path,
      inputs: [{ name: 'x', type: 'float64' }],
      label: 'late',
      timeColumn: 'date',
      from: '2001-01-01 01:00:00',
      rowsPerSecond: 1_000,
      labelDelay: { minutes: 30 },
      log: () => undefined,
    });
    expect(replay.state().total).toBe(140);
    await expect.poll(() => replay.state().running).toBe(false);
    expect(rows).toEqual(Array.from({ length: 140 }, (_, i) => 60 + i));
    // The last half hour has no label yet; no label ever came within half an hour of its row.
    expect(labels).toHaveLength(110);
    expect(Math.min(...knownAt)).toBeGreaterThanOrEqual(30);
    expect(replay.state()).toMatchObject({ sent: 140, labelled: 110, failed: 0 });
  } finally {
    server.close();
    await removeFolder(dir);
  }
});
