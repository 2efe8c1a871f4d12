import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FoundRequests, RequestSearch } from '../../../shared/rpc/engine-contract.ts';
import { FailureRecorder } from '../prediction-log/failure-recorder.ts';
import { logColumns } from '../prediction-log/log-columns.ts';
import { PredictionLogWriter } from '../prediction-log/prediction-log-writer.ts';
import { PredictionRecorder } from '../prediction-log/prediction-recorder.ts';
import type { RequestTiming } from '../request-timing.ts';
import type { Tensor, TensorSpec } from '../tensor.ts';
import { exportHistory } from './export-history.ts';
import { searchHistory } from './search-history.ts';

const amount: TensorSpec = { name: 'amount', datatype: 'FP32', shape: [-1, 1], dimNames: ['N', ''] };
const origin: TensorSpec = { name: 'origin', datatype: 'BYTES', shape: [-1, 1], dimNames: ['N', ''] };
const probabilities: TensorSpec = { name: 'probabilities', datatype: 'FP32', shape: [-1, 3], dimNames: ['N', ''] };
const classes = ['Adelie', "Chin'strap", 'Gentoo'];

const startMs = Date.parse('2026-03-01T10:00:00Z');
let dir: string;

const timing = (totalMs: number, id = ''): RequestTiming => ({
  startedMs: 0,
  bodyMs: 0.1,
  preparedMs: 1.1,
  featuresMs: 0.5,
  runStartedMs: 2.1,
  runEndedMs: totalMs - 0.1,
  inferMs: 1,
  batchRows: 4,
  endedMs: totalMs,
  features: 'spending;version="3"',
  id,
});

/** Rows of one version, one a second; every tenth without an origin. */
async function logRows(version: string, inputs: TensorSpec[], from: number, count: number, finish: boolean) {
  const columns = logColumns(inputs, [probabilities], null, new Set());
  const root = join(dir, 'requests');
  const writer = new PredictionLogWriter({
    root,
    dir: join(root, 'penguins', version),
    columns,
    about: { model: 'penguins', version, classes },
    retentionDays: 36_500,
    maxBytes: null,
  });
  await writer.open();
  const recorder = new PredictionRecorder(columns, 'full');
  for (let i = from; i < from + count; i++) {
    const given: Tensor[] = [
      { name: 'amount', datatype: 'FP32', shape: [1, 1], data: Float32Array.of(i) },
      { name: 'origin', datatype: 'BYTES', shape: [1, 1], data: [i % 10 === 0 ? '' : `o${i % 3}`] },
    ];
    const scores = Float32Array.of(0.2, 0.2, 0.2);
    scores[i % 3] = 0.6;
    const outputs: Tensor[] = [{ name: 'probabilities', datatype: 'FP32', shape: [1, 3], data: scores }];
    const timeMs = startMs + i * 1_000;
    recorder.add({ id: `r${i}`, inputs: given, outputs, rows: 1, timeMs, timing: timing(10 + i) });
  }
  const batch = recorder.drain();
  // Files are named by when they begin.
  vi.useFakeTimers({ toFake: ['Date'], now: startMs + from * 1_000 });
  if (batch !== undefined) writer.write(batch);
  vi.useRealTimers();
  const failures = new FailureRecorder();
  failures.add({
    timeMs: startMs + 500,
    status: 503,
    code: 'serve.overloaded',
    timing: { startedMs: 0, endedMs: 2, id: 'lost' },
  });
  if (!finish) await writer.writeFailures(failures.drain());
  if (finish) await writer.roll(true);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-history-'));
  await logRows('1', [amount], 0, 10_050, true);
  await logRows('2', [amount, origin], 20_000, 30, false);
  const labels = [
    { id: 'r1', label: 'Adelie', model: 'penguins', receivedMs: 1 },
    { id: 'r1', label: "Chin'strap", model: 'penguins', receivedMs: 2 },
    { id: 'r20001', label: 'Gentoo', model: 'penguins', receivedMs: 2 },
    { id: 'r2', label: 'Gentoo', model: 'another', receivedMs: 2 },
  ];
  await writeFile(join(dir, 'feedback.ndjson'), labels.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

async function find(search: Partial<RequestSearch> = {}): Promise<FoundRequests> {
  const found = await searchHistory(dir, { limit: 5, ...search });
  if (found === undefined) throw new Error('nothing is logged');
  return found;
}

const ids = ({ rows }: FoundRequests) => rows.map(({ id }) => id);

describe('the request log', () => {
  it('is searched whole, finished files and lines of a running endpoint, newest first, page by page', async () => {
    const first = await find();
    expect(first).toMatchObject({ source: 'log', searched: 10_081, matched: 10_081, leftOutFiles: 0 });
    expect(ids(first)).toEqual(['r20029', 'r20028', 'r20027', 'r20026', 'r20025']);
    expect(first.inputs).toEqual(['amount', 'origin']);
    expect(first.outputs).toEqual([
      { name: 'prediction', className: null },
      ...classes.map((className) => ({ name: `probability.${className}`, className })),
    ]);
    expect(first.rows[0]).toMatchObject({
      version: '2',
      status: 200,
      error: null,
      inputs: [20_029, 'o1'],
      outputs: ["Chin'strap", expect.closeTo(0.2), expect.closeTo(0.6), expect.closeTo(0.2)],
      features: 'spending;version="3"',
      batchRows: 4,
    });
    expect(ids(await find({ offset: 10_079 }))).toEqual(['lost', 'r0']);
  });

  it('says where the time went, of one and of all', async () => {
    const { latency, rows } = await find({ id: 'r100', version: '1', limit: 1 });
    expect(rows[0]?.timing).toEqual({
      body: expect.closeTo(0.1, 3) as number,
      prepare: expect.closeTo(0.5, 3) as number,
      features: 0.5,
      queue: expect.closeTo(1, 3) as number,
      run: expect.any(Number) as number,
      model: 1,
      total: expect.any(Number) as number,
    });
    expect(latency?.map(({ part }) => part)).toEqual(['body', 'prepare', 'features', 'queue', 'run', 'model', 'total']);
    expect((await find({ slowerThanMs: 10 + 20_028 })).matched).toBe(1);
  });

  it.each<[Partial<RequestSearch>, number]>([
    [{ version: '2' }, 30 + 1],
    [{ status: 'failed' }, 1],
    [{ status: 'answered' }, 10_080],
    [{ fromMs: startMs + 20_010_000 }, 20],
    [{ toMs: startMs + 1_000 }, 3],
    [{ column: 'amount', compare: 'is', value: '17' }, 1],
    [{ column: 'amount', compare: 'above', value: '20000' }, 29],
    [{ column: 'amount', compare: 'is', value: 'many' }, 0],
    [{ column: 'amount', compare: 'is', value: '0x11' }, 1],
    [{ fromMs: -8.64e15, toMs: 8.64e15, version: '2' }, 31],
    [{ column: 'origin', compare: 'is', value: "o1' OR '1'='1" }, 0],
    [{ column: 'origin', compare: 'is', value: 'o1' }, 9],
    // Version 1 had no such column.
    [{ column: 'origin', compare: 'missing' }, 10_050],
    [{ column: 'prediction', compare: 'is', value: "Chin'strap" }, 3_360],
    [{ column: 'probability.Adelie', compare: 'above', value: '0.5' }, 3_360],
    [{ column: 'no such column', compare: 'is', value: '1' }, 0],
    [{ label: 'with' }, 2],
    [{ label: 'wrong' }, 1],
    [{ label: 'without', version: '2' }, 29],
  ])('finds %j', async (search, matched) => {
    expect((await find(search)).matched).toBe(matched);
  });

  it('joins the newest label of the same model', async () => {
    const labelled = await find({ label: 'with' });
    expect(labelled.rows.map(({ id, label, outputs }) => [id, label, outputs[0]])).toEqual([
      ['r20001', 'Gentoo', 'Adelie'],
      ['r1', "Chin'strap", "Chin'strap"],
    ]);
  });

  it('is exported as CSV, oldest first', async () => {
    const exported = await exportHistory(dir, { version: '2', status: 'answered' }, 3);
    const [head, ...lines] = exported?.csv.trim().split('\n') ?? [];
    expect(exported?.rows).toBe(3);
    expect(head).toBe(
      "time,id,version,status,error,label,features,amount,origin,prediction,probability.Adelie,probability.Chin'strap,probability.Gentoo,body_ms,prepare_ms,features_ms,queue_ms,run_ms,model_ms,total_ms,batch_rows",
    );
    expect(lines.map((line) => line.split(',')[1])).toEqual(['r20027', 'r20028', 'r20029']);
  });

  it('is nothing where nothing was logged', async () => {
    expect(await searchHistory(join(dir, 'nowhere'), { limit: 1 })).toBeUndefined();
    expect(await exportHistory(join(dir, 'nowhere'), {}, 1)).toBeUndefined();
  });
});
