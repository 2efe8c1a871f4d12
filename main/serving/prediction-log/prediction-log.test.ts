import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MISSING_STRING, MISSING_TIMESTAMP, type ModelManifest } from '../../../shared/model/signature.ts';
import { startOf } from '../../compute/paths/process-identity.ts';
import { withDuckDb } from '../../compute/duckdb/connection.ts';
import { attribute, createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import { createEndpointHost, type EndpointHost } from '../endpoint-host.ts';
import { modelSourcesAt } from '../model-source.ts';
import type { Tensor } from '../tensor.ts';
import { loggedValue, logColumns } from './log-columns.ts';
import { type PredictionLogFolder, PredictionLogWriter } from './prediction-log-writer.ts';
import { type AnsweredRequest, PredictionRecorder } from './prediction-recorder.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const manifest: ModelManifest = {
  task: 'regression',
  label: { column: 'delay', type: 'float64' },
  classes: [],
  inputs: [
    { name: 'amount', type: 'float64' },
    { name: 'late', type: 'bool' },
    { name: 'origin', type: 'string' },
    { name: 'moment', type: 'timestamp' },
    { name: 'secret', type: 'string' },
  ],
  features: [],
  trainer: { kind: 'train.linear', params: {} },
  training: { rows: 1, table: '0'.repeat(64), curve: { metric: 'loss', train: [], valid: [] } },
  importance: [],
  example: {},
  choices: {},
};

/** prediction = amount. */
function model(): Uint8Array {
  const graph = createGraphBuilder('model');
  const amount = graph.input('amount', 'FP64', ['N', 1]);
  graph.input('late', 'FP64', ['N', 1]);
  graph.input('origin', 'BYTES', ['N', 1]);
  graph.input('moment', 'INT64', ['N', 1]);
  graph.input('secret', 'BYTES', ['N', 1]);
  graph.output('prediction', graph.node('Cast', [amount], { to: attribute.int(1) }), 'FP32', ['N', 1]);
  return graph.toBytes();
}

let dir: string;
let host: EndpointHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-prediction-log-'));
  await mkdir(join(dir, 'model'));
  await writeFile(join(dir, 'model', 'model.onnx'), model());
  await writeFile(join(dir, 'model', 'model.json'), JSON.stringify(manifest));
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
});

afterAll(async () => {
  await host.close();
  await removeFolder(dir);
});

async function start(nodeId: string) {
  return host.startModels({
    graphId: 'log',
    nodeId,
    name: 'delays',
    http: { port: 0 },
    models: await modelSourcesAt(join(dir, 'model'), 'delays'),
    predictionLog: { mode: 'full', redactColumns: ['secret'], retentionDays: 30 },
  });
}

const folderOf = (nodeId: string) => join(dir, 'serving', 'log', nodeId, 'requests', 'delays', '1');

async function predict(url: string | null, id: string, rows: Record<string, unknown>[]): Promise<void> {
  const body = JSON.stringify({ id, rows });
  const response = await fetch(`${url}/v1/models/delays/predict`, { method: 'POST', body });
  expect(response.status).toBe(200);
}

async function logged(folder: string) {
  return withDuckDb({}, (db) => db.rows(`FROM read_parquet('${folder}/*.parquet') ORDER BY id`));
}

const counted = async (url: string | null) =>
  Object.fromEntries(
    [
      ...(await (await fetch(`${url}/metrics`)).text()).matchAll(
        /^pipeline_request_log_rows_total\{.*state="(\w+)"\} (\d+)/gm,
      ),
    ].map(([, state, count]) => [state, Number(count)]),
  );

describe('request log of an endpoint', () => {
  it('writes columns and predictions to Parquet, without redacted columns', async () => {
    const endpoint = await start('parquet');
    await predict(endpoint.http, 'a', [
      { amount: 1.5, late: true, origin: 'SFO', moment: '2001-05-01T12:30:00.25Z', secret: 'hidden' },
      { amount: null, late: null, origin: null, moment: null, secret: 'hidden' },
    ]);
    await predict(endpoint.http, 'b', [{ amount: -3 }]);
    await expect.poll(() => counted(endpoint.http)).toEqual({ written: 3, unsampled: 0, lost: 0 });
    await host.stop(endpoint.id);
    const rows = await logged(folderOf('parquet'));
    const missing = { amount: null, late: null, origin: null, moment: null };
    expect(rows).toMatchObject([
      {
        id: 'a/0',
        row: '0',
        input: { amount: 1.5, late: true, origin: 'SFO', moment: '2001-05-01 12:30:00.25' },
        output: { prediction: 1.5 },
      },
      { id: 'a/1', row: '1', input: missing, output: { prediction: null } },
      { id: 'b', row: '2', input: { ...missing, amount: -3 }, output: { prediction: -3 } },
    ]);
    expect(JSON.stringify(rows)).not.toContain('hidden');
    expect(Date.now() - Date.parse(`${String(rows[0]?.['time']).replace(' ', 'T')}Z`)).toBeLessThan(60_000);
    const others = (await readdir(folderOf('parquet'))).filter((name) => !name.endsWith('.parquet'));
    expect(others).toEqual(['model.json']);
  });

  it('keeps what was flushed before the process was killed', async () => {
    const children: ChildProcess[] = [];
    const remember = (message: unknown) => children.push((message as { process: ChildProcess }).process);
    subscribe('child_process', remember);
    const endpoint = await start('killed');
    unsubscribe('child_process', remember);
    await predict(endpoint.http, 'flushed', [{ amount: 1 }]);
    await expect.poll(async () => (await counted(endpoint.http))['written']).toBe(1);
    const [child] = children as [ChildProcess];
    child.kill('SIGKILL');
    await once(child, 'exit');
    // The process that takes its place takes the lines over.
    await expect
      .poll(async () => (await readdir(folderOf('killed'))).filter((name) => name.endsWith('.parquet')), {})
      .toHaveLength(1);
    expect(await logged(folderOf('killed'))).toMatchObject([{ id: 'flushed', input: { amount: 1 } }]);
    await host.stop(endpoint.id);
  });
});

const about = { model: 'm', version: '1', classes: null };

/** A folder `MODEL/VERSION` below its root. */
function folderAt(folder: string): PredictionLogFolder {
  return { root: join(folder, '..', '..'), dir: folder, columns, about, retentionDays: 1, maxBytes: null };
}

async function setAge(path: string, days: number): Promise<void> {
  const seconds = Date.now() / 1_000 - days * 86_400;
  await utimes(path, seconds, seconds);
}

function answered(id: string, inputs: Tensor[], outputs: Tensor[] = [], timeMs = Date.now()): AnsweredRequest {
  return { id, inputs, outputs, rows: 1, timeMs, timing: undefined };
}

const columns = logColumns(
  [
    { name: 'n', datatype: 'INT64', shape: [-1, 1], dimNames: ['N', ''] },
    { name: 'v', datatype: 'FP32', shape: [-1, 2], dimNames: ['N', ''] },
    { name: 'image', datatype: 'FP32', shape: [-1, 784], dimNames: ['N', ''] },
    { name: 'half', datatype: 'FP16', shape: [-1, 1], dimNames: ['N', ''] },
  ],
  [{ name: 'best', datatype: 'INT64', shape: [-1, 1], dimNames: ['N', ''] }],
  null,
  new Set(),
);

function tensors(n: bigint, v: number[]): Tensor[] {
  return [
    { name: 'n', datatype: 'INT64', shape: [1, 1], data: BigInt64Array.of(n) },
    { name: 'v', datatype: 'FP32', shape: [1, 2], data: Float32Array.from(v) },
  ];
}

describe('recorder and writer', () => {
  it('leaves out wide and 16-bit tensors', () => {
    expect(columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['n', 'integer'],
      ['v', 'list'],
      ['best', 'integer'],
    ]);
  });

  it('keeps outputs that were not asked for apart from those that were', async () => {
    const folder = join(dir, 'outputs', 'm', '1');
    const writer = new PredictionLogWriter(folderAt(folder));
    await writer.open();
    const recorder = new PredictionRecorder(columns, 'full');
    const best: Tensor = { name: 'best', datatype: 'INT64', shape: [1, 1], data: BigInt64Array.of(2n) };
    recorder.add(answered('x', tensors(2n ** 62n + 1n, [1, Number.NaN]), [best]));
    recorder.add(answered('y', tensors(-1n, [0.5, Number.POSITIVE_INFINITY])));
    const batch = recorder.drain();
    expect(recorder.drain()).toBeUndefined();
    if (batch !== undefined) writer.write(batch);
    await writer.roll(true);
    const rows = await withDuckDb({}, (db) =>
      db.rows(
        `SELECT id, input.n::VARCHAR AS n, input.v::VARCHAR AS v, output.best::VARCHAR AS best FROM '${folder}/*.parquet' ORDER BY id`,
      ),
    );
    expect(rows).toEqual([
      { id: 'x', n: String(2n ** 62n + 1n), v: '[1.0, NULL]', best: '2' },
      { id: 'y', n: '-1', v: '[0.5, inf]', best: null },
    ]);
  });

  it('drops a line that a crash cut off, and files that are too old', async () => {
    const folder = join(dir, 'cut', 'm', '1');
    await mkdir(folder, { recursive: true });
    const fields = JSON.stringify(columns.filter(({ name }) => name === 'n'));
    const line = '{"time":"2024-01-01T00:00:00.000","id":"whole","row":0,"input":{"n":7}}\n';
    // No process has this id.
    await writeFile(join(folder, '1-4194305.ndjson'), `${line}{"time":"2024-01-01T00:00`);
    await writeFile(join(folder, '1-4194305.columns.json'), fields);
    await writeFile(join(folder, '2-4194305.ndjson'), '{"time');
    await writeFile(join(folder, '2-4194305.columns.json'), fields);
    await writeFile(join(folder, 'old.parquet'), '');
    await setAge(join(folder, 'old.parquet'), 10);
    expect(await new PredictionLogWriter(folderAt(folder)).open()).toBe(2);
    expect(await readdir(folder)).toEqual(['1-4194305.parquet', 'model.json']);
    expect(await logged(folder)).toMatchObject([{ id: 'whole', input: { n: '7' } }]);
  });

  it('takes over the others where a file cannot be read, and keeps none of them for longer', async () => {
    const folder = join(dir, 'bad', 'm', '1');
    await mkdir(folder, { recursive: true });
    const fields = JSON.stringify(columns.filter(({ name }) => name === 'n'));
    // The half of a line is longer than a block that is read at a time.
    const line = `{"time":"2024-01-01T00:00:00.000","id":"good","row":0,"input":{"n":7}}\n${'x'.repeat(200_000)}`;
    const files = { '1-4194305': 'rubbish\n', '2-4194305': line, '3-4194305': 'rubbish\n' };
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, `${name}.ndjson`), text);
      await writeFile(join(folder, `${name}.columns.json`), fields);
    }
    await setAge(join(folder, '3-4194305.ndjson'), 10);
    await expect(new PredictionLogWriter(folderAt(folder)).open()).rejects.toThrow('1-4194305.ndjson');
    const left = ['1-4194305.columns.json', '1-4194305.ndjson', '2-4194305.parquet', 'model.json'];
    expect((await readdir(folder)).toSorted()).toEqual(left);
    expect(await logged(folder)).toMatchObject([{ id: 'good', input: { n: '7' } }]);
  });

  it('takes over what versions left that are served no more, once, also of a process with the same id', async () => {
    const root = join(dir, 'left');
    const [folder, other] = [join(root, 'm', '1'), join(root, 'm', '2')];
    await mkdir(folder, { recursive: true });
    const fields = JSON.stringify(columns.filter(({ name }) => name === 'n'));
    const line = '{"time":"2024-01-01T00:00:00.000","id":"left","row":0,"input":{"n":7}}\n';
    const before = `${process.pid}1700000000000`;
    await writeFile(join(folder, `1-${before}.ndjson`), line);
    await writeFile(join(folder, `1-${before}.columns.json`), fields);
    await mkdir(other, { recursive: true });
    const writers = [new PredictionLogWriter(folderAt(folder)), new PredictionLogWriter(folderAt(other))];
    const taken = await Promise.all(writers.map((writer) => writer.open()));
    expect(taken.toSorted()).toEqual([0, 1]);
    expect((await readdir(folder)).toSorted()).toEqual([`1-${before}.parquet`, 'model.json']);
  });

  it('keeps to its size, the oldest files of all versions first, whatever the clock does', async () => {
    const root = join(dir, 'size');
    const [folder, other] = [join(root, 'm', '1'), join(root, 'm', '2')];
    await mkdir(folder, { recursive: true });
    await mkdir(other, { recursive: true });
    const nowSeconds = Date.now() / 1_000;
    for (const [at, path] of [
      join(folder, '1-1.parquet'),
      join(other, '2-1.parquet'),
      join(folder, '3-1.parquet'),
    ].entries()) {
      await writeFile(path, Buffer.alloc(40_000));
      await utimes(path, nowSeconds, nowSeconds - 100 + at);
    }
    const writer = new PredictionLogWriter({ ...folderAt(folder), maxBytes: 100_000 });
    await writer.open();
    expect(await readdir(folder)).toEqual(['3-1.parquet', 'model.json']);
    expect(await readdir(other)).toEqual(['2-1.parquet']);
    // The clock jumps ten years ahead: nothing is too old for that, and what is logged goes on into the same file.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 365 * 86_400_000 });
    try {
      const recorder = new PredictionRecorder(columns, 'full');
      recorder.add(answered('x', tensors(1n, [1, 2])));
      const batch = recorder.drain();
      if (batch !== undefined) writer.write(batch);
      await writer.roll(true);
    } finally {
      vi.useRealTimers();
    }
    expect((await readdir(folder)).filter((name) => name.endsWith('.parquet'))).toHaveLength(2);
    expect(await readdir(other)).toEqual(['2-1.parquet']);
  });

  it('counts the age of what was logged while the clock stood at 1970 from when that is right', async () => {
    const folder = join(dir, 'unset-clock', 'm', '1');
    await mkdir(folder, { recursive: true });
    for (const name of ['60000-1.parquet', 'failures.ndjson']) {
      await writeFile(join(folder, name), 'x');
      await utimes(join(folder, name), 60, 60);
    }
    await new PredictionLogWriter(folderAt(folder)).open();
    const kept = ['60000-1.parquet', 'failures.ndjson', 'model.json'];
    expect((await readdir(folder)).toSorted()).toEqual(kept);
    expect((await stat(join(folder, '60000-1.parquet'))).mtimeMs).toBeGreaterThan(Date.UTC(2025, 0));
    // Its age is known now, and it goes as any other.
    await setAge(join(folder, '60000-1.parquet'), 0.5);
    await new PredictionLogWriter(folderAt(folder)).open();
    expect((await readdir(folder)).toSorted()).toEqual(kept);
    await setAge(join(folder, '60000-1.parquet'), 2);
    await new PredictionLogWriter(folderAt(folder)).open();
    expect((await readdir(folder)).toSorted()).toEqual(['failures.ndjson', 'model.json']);
  });

  it('keeps what waits to be sent past its age, within its size, until it is sent', async () => {
    const folder = join(dir, 'waiting', 'm', '1');
    await mkdir(folder, { recursive: true });
    const left = async (options: Partial<PredictionLogFolder>) => {
      for (const name of ['1-1.parquet', '2-1.parquet']) {
        await writeFile(join(folder, name), Buffer.alloc(1_000));
        await setAge(join(folder, name), 10);
      }
      await new PredictionLogWriter({ ...folderAt(folder), ...options }).open();
      return (await readdir(folder)).filter((name) => name.endsWith('.parquet')).toSorted();
    };
    expect(await left({ isSentOn: true, maxBytes: 100_000 })).toEqual(['1-1.parquet', '2-1.parquet']);
    await writeFile(join(folder, 'uploaded.json'), '["1-1.parquet"]');
    expect(await left({ isSentOn: true, maxBytes: 100_000 })).toEqual(['2-1.parquet']);
    expect(await left({ isSentOn: true, maxBytes: 500 })).toEqual([]);
    // Nothing else would bound it.
    expect(await left({ isSentOn: true, maxBytes: null })).toEqual([]);
    expect(await left({ maxBytes: 100_000 })).toEqual([]);
  });

  function batchOf(id: string) {
    const recorder = new PredictionRecorder(columns, 'full');
    recorder.add(answered(id, tensors(1n, [1, 2])));
    const batch = recorder.drain();
    if (batch === undefined) throw new Error('There is no row.');
    return batch;
  }

  it('turns a file into Parquet later where that fails, and then too removes what is too old', async () => {
    const folder = join(dir, 'late', 'm', '1');
    await mkdir(folder, { recursive: true });
    const writer = new PredictionLogWriter(folderAt(folder));
    await writer.open();
    writer.write(batchOf('x'));
    await writeFile(join(folder, 'old.parquet'), '');
    await setAge(join(folder, 'old.parquet'), 10);
    const aside = (await readdir(folder)).find((name) => name.endsWith('.columns.json')) ?? '';
    const fields = await readFile(join(folder, aside), 'utf8');
    await writeFile(join(folder, aside), '');
    await expect(writer.roll(true)).rejects.toThrow();
    expect(await readdir(folder)).not.toContain('old.parquet');
    await writeFile(join(folder, aside), fields);
    await writer.roll(true);
    expect(await logged(folder)).toMatchObject([{ id: 'x' }]);
    expect((await readdir(folder)).filter((name) => name.endsWith('.ndjson'))).toEqual([]);
  });

  it('removes a file that is larger than the log may be, not all others for it', async () => {
    const folder = join(dir, 'huge', 'm', '1');
    await mkdir(folder, { recursive: true });
    const nowSeconds = Date.now() / 1_000;
    for (const [at, [name, size]] of Object.entries({ '1-1': 40_000, '2-1': 40_000, '3-1': 120_000 }).entries()) {
      await writeFile(join(folder, `${name}.parquet`), Buffer.alloc(size));
      await utimes(join(folder, `${name}.parquet`), nowSeconds, nowSeconds - 100 + at);
    }
    await new PredictionLogWriter({ ...folderAt(folder), maxBytes: 100_000 }).open();
    expect((await readdir(folder)).filter((name) => name.endsWith('.parquet'))).toEqual(['1-1.parquet', '2-1.parquet']);
  });

  it('ends a file that has its share of what the log may take', async () => {
    const folder = join(dir, 'share', 'm', '1');
    const writer = new PredictionLogWriter({ ...folderAt(folder), maxBytes: 20_000 });
    await writer.open();
    const parquet = async () => (await readdir(folder)).filter((name) => name.endsWith('.parquet')).length;
    writer.write(batchOf('x'));
    await writer.roll();
    expect(await parquet()).toBe(0);
    for (let i = 0; i < 60; i++) writer.write(batchOf('x'));
    await writer.roll();
    expect(await parquet()).toBe(1);
  });

  it('leaves nothing behind where no file can be made', async () => {
    const folder = join(dir, 'unmade', 'm', '1');
    const writer = new PredictionLogWriter(folderAt(folder));
    await writer.open();
    writer.write(batchOf('x'));
    const own = (await readdir(folder)).flatMap((name) => /^\d+-(\d+)\.ndjson$/.exec(name)?.[1] ?? [])[0] ?? '';
    await writer.roll(true);
    const before = await readdir(folder);
    vi.useFakeTimers({ toFake: ['Date'], now: 1_000 });
    try {
      // Nothing is there to be seen, and yet nothing can be made.
      await symlink(join(folder, 'missing', 'file'), join(folder, `1000-${own}.ndjson`));
      expect(() => writer.write(batchOf('y'))).toThrow('EEXIST');
    } finally {
      vi.useRealTimers();
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it.skipIf(!existsSync('/proc/self/stat'))('takes over what a process left whose id another one has now', async () => {
    const folder = join(dir, 'reused', 'm', '1');
    await mkdir(folder, { recursive: true });
    const fields = JSON.stringify(columns.filter(({ name }) => name === 'n'));
    const parent = startOf(process.ppid) ?? '';
    const fileOf = (time: number, start: string) => `${time}-${process.ppid}${start.padStart(12, '0')}1700000000000`;
    for (const name of [fileOf(1, String(Number(parent) + 1)), fileOf(2, parent)]) {
      await writeFile(join(folder, `${name}.ndjson`), '{"time":"2024-01-01T00:00:00.000","id":"left","row":0}\n');
      await writeFile(join(folder, `${name}.columns.json`), fields);
    }
    expect(await new PredictionLogWriter(folderAt(folder)).open()).toBe(1);
    const left = await readdir(folder);
    expect(left).toContain(`${fileOf(1, String(Number(parent) + 1))}.parquet`);
    expect(left).toContain(`${fileOf(2, parent)}.ndjson`);
  });

  it('counts rows that come with more text than may wait', () => {
    const spec = { name: 't', datatype: 'BYTES' as const, shape: [-1, 1], dimNames: ['N', ''] };
    const recorder = new PredictionRecorder(logColumns([spec], [], null, new Set()), 'full');
    const text: Tensor = { name: 't', datatype: 'BYTES', shape: [1, 1], data: ['x'.repeat(2 ** 20)] };
    for (let i = 0; i < 70; i++) recorder.add(answered('', [text]));
    expect(recorder.counts).toEqual({ seen: 70, unsampled: 0, lost: 6 });
    expect(recorder.drain()).toMatchObject({ textLength: 64 * 2 ** 20 });
    recorder.add(answered('', [text]));
    expect(recorder.counts.lost).toBe(6);
  });

  it('counts rows that come faster than they are taken, and samples evenly', () => {
    const full = new PredictionRecorder(columns, 'full');
    for (let i = 0; i < 50_010; i++) full.add(answered('', [], [], 0));
    expect(full.counts).toEqual({ seen: 50_010, unsampled: 0, lost: 10 });
    expect(full.drain()?.ids).toHaveLength(50_000);
    const sampled = new PredictionRecorder(columns, 'sampled');
    for (let second = 10; second < 15; second++) {
      for (let i = 0; i < 4_000; i++) sampled.add(answered('', [], [], second * 1_000 + i / 4));
    }
    const { seen, unsampled, lost } = sampled.counts;
    expect([seen, lost]).toEqual([20_000, 0]);
    // All of the first second, a quarter of the others.
    expect(sampled.drain()?.ids).toHaveLength(seen - unsampled);
    expect(seen - unsampled).toBeGreaterThan(7_990);
    expect(seen - unsampled).toBeLessThan(8_010);
  });

  it('says what could not be written', async () => {
    const folder = join(dir, 'gone', 'm', '1');
    const writer = new PredictionLogWriter(folderAt(folder));
    await writer.open();
    await removeFolder(folder);
    const recorder = new PredictionRecorder(columns, 'full');
    recorder.add(answered('x', tensors(1n, [1, 2])));
    const batch = recorder.drain();
    expect(() => batch && writer.write(batch)).toThrow('ENOENT');
  });

  it.each([
    [Number.NaN, 'number', 'null'],
    [Number.NEGATIVE_INFINITY, 'number', '"-Infinity"'],
    [1, 'boolean', 'true'],
    [MISSING_STRING, 'text', 'null'],
    ['a"b', 'text', '"a\\"b"'],
    [MISSING_TIMESTAMP, 'time', 'null'],
    [-1n, 'time', '"1969-12-31T23:59:59.999999"'],
    [10n ** 18n, 'time', 'null'],
    [5n, 'integer', '5'],
  ] as const)('writes %s as %s', (value, kind, text) => {
    expect(JSON.stringify(loggedValue(value, kind))).toBe(text);
  });
});
