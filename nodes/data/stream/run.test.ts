import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { z } from 'zod';
import { readTablePage } from '../../../main/compute/duckdb/page.ts';
import { openSegmentLog } from '../../../main/compute/streams/segment-log.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { streamNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const fields = { id: 'string', at: 'timestamp', who: 'string', x: 'float64' } as const;
let chain: StepChain;
let streamsDir: string;
beforeAll(async () => {
  chain = await StepChain.create();
  streamsDir = mkdtempSync(join(tmpdir(), 'streams-'));
});
afterAll(async () => {
  await removeFolder(streamsDir);
  await chain[Symbol.asyncDispose]();
});

async function push(name: string, events: object[]): Promise<void> {
  const log = await openSegmentLog(join(streamsDir, name), { segmentBytes: 200 });
  for (const event of events) await log.append([JSON.stringify(event)]);
  await log.close();
}

async function windows(given: z.input<typeof streamNode.params>, inputs = {}): Promise<unknown[][]> {
  const params = streamNode.params.parse(given);
  const context = { params, baseDir: '/', streamsDir, signal: new AbortController().signal, secret: String };
  const source = (await runner.probe?.(context)) ?? '';
  const { table } = await chain.run(streamNode, runner, given, inputs, { streamsDir, source });
  const columns = table?.manifest.schema?.columns ?? [];
  if (params.source === 'push') {
    const inferred = streamNode.infer?.({ events: [] }, params).outputs['table'];
    expect(inferred).toMatchObject({ schema: { columns } });
  }
  return (await readTablePage(table?.path('data.parquet') ?? '', columns, { offset: 0, limit: 100 })).rows;
}

const minute = (second: number) =>
  `2024-01-01T00:${String(Math.floor(second / 60)).padStart(2, '0')}:${String(second % 60).padStart(2, '0')}Z`;

describe('data.stream from pushed events', () => {
  it('gives closed windows, each event once, without late ones', async () => {
    await push('a', [
      { id: '1', at: minute(5), who: 'n', x: 1 },
      { id: '2', at: minute(65), who: 'n', x: 2 },
      { id: '1', at: minute(5), who: 'n', x: 1 },
      // Late, but within the lateness.
      { id: '3', at: minute(50), who: 'm', x: 4 },
      { id: '4', at: minute(75), who: 'n', x: 'no number' },
      // The watermark is at 65 s: the first window is closed.
      { id: '5', at: minute(51), who: 'm', x: 8 },
      { id: '6', at: 'no time', who: 'm', x: 8 },
      { id: '7', at: '2024-01-01T01:02:10+01:00', who: 'm', x: 16 },
      { other: true },
    ]);
    const params = {
      name: 'a',
      fields,
      eventTime: 'at',
      dedupeKey: 'id',
      windowSeconds: 60,
      latenessSeconds: 10,
      groupBy: ['who'],
      aggregates: [
        { function: 'count', name: 'n' },
        { function: 'sum', field: 'x', name: 'total' },
        { function: 'max', field: 'at', name: 'latest' },
      ],
    } satisfies z.input<typeof streamNode.params>;
    const [zero, one, two] = [0, 60, 120].map(minute);
    const expected = [
      [zero, one, 'm', 1, 4, minute(50)],
      [zero, one, 'n', 1, 1, minute(5)],
      [one, two, 'n', 2, 2, minute(75)],
    ];
    expect(await windows(params)).toEqual(expected);
    expect(chain.logs.slice(-3)).toEqual([
      'info: 9 events, 1 of them sent again.',
      'warn: 2 events have no usable at and are left out.',
      'warn: 1 events came after their window had been closed.',
    ]);
    // What was closed stays as it is when more comes.
    await push('a', [
      { id: '8', at: minute(10), who: 'n', x: 100 },
      { id: '9', at: minute(200), who: 'n', x: 1 },
    ]);
    expect(await windows(params)).toEqual([...expected, [two, minute(180), 'm', 1, 16, minute(130)]]);
  });

  it('slides windows', async () => {
    await push(
      'b',
      [0, 30, 61, 300].map((second) => ({ id: String(second), at: minute(second), who: 'n', x: second })),
    );
    const rows = await windows({ name: 'b', fields, eventTime: 'at', windowSeconds: 60, slideSeconds: 30 });
    expect(rows.map(([start, , n]) => [start, n])).toEqual([
      ['2023-12-31T23:59:30Z', 1],
      [minute(0), 2],
      [minute(30), 2],
      [minute(60), 1],
    ]);
  });

  it('reads as far as its key says', async () => {
    await push('c', [
      { id: '1', at: minute(0) },
      { id: '2', at: minute(100) },
    ]);
    const given = { name: 'c', fields, eventTime: 'at', windowSeconds: 60 };
    const params = streamNode.params.parse(given);
    const probe = () =>
      runner.probe?.({ params, baseDir: '/', streamsDir, signal: new AbortController().signal, secret: String });
    const source = await probe();
    await push('c', [{ id: '3', at: minute(500) }]);
    expect(await probe()).not.toBe(source);
    const { table } = await chain.run(streamNode, runner, given, {}, { streamsDir, source: source ?? '' });
    expect(table?.manifest.rowCount).toBe(1);
  });

  it('says that nothing has come yet', async () => {
    await expect(windows({ name: 'none', fields, eventTime: 'at' })).rejects.toMatchObject({ code: 'data.empty' });
  });
});

describe('data.stream replaying a table', () => {
  const query = `SELECT i AS id, TIMESTAMP '2024-01-01' + to_milliseconds((i * 7919) % 10000) AS at, i % 3 AS who, i / 7 AS x
    FROM range(20000) AS r(i)`;

  it('gives what the same aggregation over the table gives', async () => {
    const events = await chain.table(query);
    const rows = await windows(
      {
        source: 'replay',
        eventTime: 'at',
        windowSeconds: 1,
        groupBy: ['who'],
        aggregates: [
          { function: 'count', name: 'n' },
          { function: 'min', field: 'id', name: 'first' },
        ],
      },
      { events: [events] },
    );
    const direct = await chain.table(
      `SELECT time_bucket(INTERVAL 1 SECOND, "at") AS s, who, count(*) AS n, min(id) AS first FROM (${query}) GROUP BY ALL ORDER BY ALL`,
    );
    const columns = direct.manifest.schema?.columns ?? [];
    const page = await readTablePage(direct.path('data.parquet'), columns, { offset: 0, limit: 100 });
    expect(rows.map(([start, , ...others]) => [start, ...others])).toEqual(page.rows);
  });

  it('plays at the chosen speed, and goes on where it was cut off', async () => {
    const events = await chain.table(`${query} LIMIT 500`);
    const params = { source: 'replay', eventTime: 'at', speed: 20, windowSeconds: 3600 } as const;
    const controller = new AbortController();
    const first = chain.run(
      streamNode,
      runner,
      params,
      { events: [events] },
      {
        streamsDir,
        signal: controller.signal,
        progress: ({ done, unit }) => {
          if (unit === 'events' && done > 0) controller.abort();
        },
      },
    );
    await expect(first).rejects.toMatchObject({ code: 'run.cancelled' });
    const played: number[] = [];
    const { table } = await chain.run(
      streamNode,
      runner,
      params,
      { events: [events] },
      {
        streamsDir,
        progress: ({ done, unit }) => (unit === 'events' ? played.push(done) : 0),
      },
    );
    expect(played[0]).toBeGreaterThan(0);
    expect(played.length).toBeGreaterThan(1);
    const page = await readTablePage(table?.path('data.parquet') ?? '', table?.manifest.schema?.columns ?? [], {
      offset: 0,
      limit: 5,
    });
    expect(page.rows).toEqual([['2024-01-01T00:00:00Z', '2024-01-01T01:00:00Z', 500]]);
  });
});
