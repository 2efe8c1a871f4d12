import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import type { ArtifactDraft } from '../../../shared/node/runner.ts';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { fileNode } from './definition.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-file-'));
afterAll(() => rmSync(dir, { recursive: true }));
const signal = new AbortController().signal;

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(dir, name), content);
  return name;
}

async function read(params: Record<string, unknown>) {
  const ctx = stepContext(dir, fileNode.params.parse(params));
  const { table } = await runner.run(ctx);
  return { table: table as ArtifactDraft, logs: ctx.logs };
}

async function rows(params: Record<string, unknown>): Promise<unknown[][]> {
  const { table } = await read(params);
  return withDuckDb({}, async (db) =>
    (await db.rows(`SELECT * FROM '${table.files['data.parquet']}'`)).map((row) => Object.values(row)),
  );
}

const secret = (name: string) => `value of ${name}`;

function describe(params: Record<string, unknown>) {
  return runner.describe?.({ params: fileNode.params.parse(params), inputs: {}, baseDir: dir, signal, secret });
}

async function schemaOf(params: Record<string, unknown>): Promise<string[]> {
  const result = await describe(params);
  const table = result?.outputs['table'];
  if (table?.type !== 'table') throw new Error(JSON.stringify(result?.problems));
  return table.schema.columns.map((column) => `${column.name}: ${column.type}`);
}

function probe(params: Record<string, unknown>) {
  return runner.probe?.({ params: fileNode.params.parse(params), baseDir: dir, streamsDir: dir, signal, secret });
}

test('the flights as they are', async () => {
  const path = 'pkg:vega-datasets/data/flights-3m.parquet';
  const { table } = await read({ path });
  expect(table).toMatchObject({ type: 'table', rowCount: 3_000_000, lineage: 'all', meta: { columns: 5 } });
  const columns = ['date: timestamp', 'delay: int64', 'distance: int64', 'origin: string', 'destination: string'];
  expect(table.schema?.columns.map((column) => `${column.name}: ${column.type}`)).toEqual(columns);
  expect(await schemaOf({ path })).toEqual(columns);
});

test('sample CSV and JSON files are described as they are read', async () => {
  for (const file of ['airports.csv', 'birdstrikes.csv', 'seattle-weather.csv', 'penguins.json', 'unemployment.tsv']) {
    const path = `pkg:vega-datasets/data/${file}`;
    const { table, logs } = await read({ path });
    const described = await describe({ path });
    expect(described?.problems, file).toEqual([]);
    expect(described?.outputs['table'], file).toEqual({ type: 'table', schema: table.schema, lineage: 'all' });
    expect(logs).toEqual([]);
  }
});

test('delimiters are found; byte order marks, quotes and missing values are understood', async () => {
  const semicolons = write('semicolons.csv', '\ufeffname;size\n"a; ""b""";1,5\n;NA\n');
  expect(await rows({ path: semicolons, nullValues: ['', 'NA'] })).toEqual([
    ['a; "b"', '1,5'],
    [null, null],
  ]);
  expect(await schemaOf({ path: semicolons })).toEqual(['name: string', 'size: string']);
  const late = write('late.csv', `name,n\n${'x,1\n'.repeat(3000)}"y, z",2\n`);
  expect((await rows({ path: late })).at(-1)).toEqual(['y, z', '2']);
  const bare = write('bare.csv', '1,2\n3,4\n');
  expect(await rows({ path: bare, header: 'no' })).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('packed files', async () => {
  const text = `name;v\n${'x;1\n'.repeat(50_000)}`;
  const gz = write('packed.csv.gz', gzipSync(text));
  const zst = write('packed.csv.zst', zstdCompressSync(text));
  for (const path of [gz, zst]) {
    expect(await schemaOf({ path })).toEqual(['name: string', 'v: int64']);
    expect((await describe({ path }))?.problems).toEqual([]);
    expect((await read({ path })).table.rowCount).toBe(50_000);
  }
  const broken = write('broken.csv.gz', 'not packed at all');
  await expect(read({ path: broken })).rejects.toMatchObject({
    code: 'data.unreadable',
    message: expect.stringContaining('broken.csv.gz'),
  });
});

test('encodings', async () => {
  const latin = write('latin.csv', Buffer.from('name,v\nJosé,1\n', 'latin1'));
  expect(await rows({ path: latin, encoding: 'latin-1' })).toEqual([['José', '1']]);
  const utf16 = write('utf16.csv', Buffer.from('\ufeffname,v\nJosé,1\n', 'utf16le'));
  expect(await rows({ path: utf16 })).toEqual([['José', '1']]);
  const refused = { code: 'data.unreadable', message: 'latin.csv is not UTF-8 text.' };
  await expect(read({ path: latin })).rejects.toMatchObject(refused);
  expect((await describe({ path: latin }))?.problems).toMatchObject([{ field: 'path', message: refused.message }]);
});

test('a line that does not fit stops the step and names the line', async () => {
  const message = 'ragged.csv, line 3: 2 fields where 3 are expected: 4,5';
  const ragged = write('ragged.csv', 'a,b,c\n1,2,3\n4,5\n6,7,8,9\n');
  await expect(read({ path: ragged })).rejects.toMatchObject({ code: 'data.unreadable', message });
  expect((await describe({ path: ragged }))?.problems).toMatchObject([{ message }]);
  const late = write('late-ragged.csv', `a,b\n${'1,2\n'.repeat(40_000)}1,2,3\n`);
  await expect(read({ path: late })).rejects.toMatchObject({
    message: 'late-ragged.csv, line 40002: 3 fields where 2 are expected: 1,2,3',
  });
  const text = write('late-text.csv', `a,b\n${'1,2\n'.repeat(40_000)}x,2\n`);
  await expect(read({ path: text })).rejects.toMatchObject({
    message: expect.stringContaining('late-text.csv, line 40002, column “a”: Could not convert string "x"'),
    fix: expect.stringContaining('“a”'),
  });
  expect((await rows({ path: text, types: { a: 'string' } })).at(-1)).toEqual(['x', '2']);
});

test('a wrong delimiter is a warning that names the likely one', async () => {
  const path = write('wrong.csv', 'a;b;c\n1;2;3\n');
  const result = await describe({ path, delimiter: ',' });
  expect(result?.problems).toMatchObject([
    { field: 'delimiter', severity: 'warning', fix: expect.stringContaining('semicolon (;)') },
  ]);
  const { logs } = await read({ path, delimiter: ',' });
  expect(logs).toHaveLength(1);
});

test('duplicate names are renamed with a warning', async () => {
  const path = write('duplicates.csv', 'a,a,A,b\n1,2,3,4\n');
  const result = await describe({ path });
  expect(result?.problems).toMatchObject([
    { severity: 'warning', message: 'Column “a” occurs 3 times in the header; the columns are named a, a_1, A_2.' },
  ]);
});

test('empty files', async () => {
  const nothing = write('nothing.csv', '');
  await expect(read({ path: nothing })).rejects.toMatchObject({ code: 'data.empty', message: 'nothing.csv is empty.' });
  const header = write('header.csv', 'a,b\n');
  await expect(read({ path: header })).rejects.toMatchObject({
    code: 'data.empty',
    message: 'header.csv has no rows.',
  });
  expect((await describe({ path: header }))?.problems).toMatchObject([{ severity: 'warning' }]);
  expect((await describe({ path: nothing }))?.problems).toMatchObject([{ message: 'nothing.csv is empty.' }]);
});

test('missing, malformed and unknown files are named', async () => {
  const missing = await describe({ path: 'semicolon.csv' });
  expect(missing?.problems[0]).toMatchObject({ field: 'path', message: expect.stringContaining('semicolon.csv') });
  const parquet = write('broken.parquet', 'PAR1 this is not one, not at all PAR1');
  await expect(read({ path: parquet })).rejects.toMatchObject({
    code: 'data.unreadable',
    message: expect.stringMatching(/^Cannot read broken\.parquet: /),
  });
  const json = write('broken.json', '[{"a":1},{"a"');
  await expect(read({ path: json })).rejects.toMatchObject({
    code: 'data.unreadable',
    message: expect.stringContaining('Malformed JSON'),
  });
  const cut = write('cut.json', '[{"a":1},\n');
  await expect(read({ path: cut })).rejects.toMatchObject({
    code: 'data.unreadable',
    message: 'cut.json ends before its list of rows is closed.',
  });
  const arrow = write('data.arrow', 'ARROW1');
  await expect(read({ path: arrow })).rejects.toMatchObject({ message: expect.stringContaining('data.arrow') });
  expect((await describe({}))?.problems).toMatchObject([{ field: 'path', message: 'No file is chosen.' }]);
});

test('types for a column that is not there', async () => {
  const path = write('typed.csv', 'code,n\n007,1\n');
  expect(await rows({ path, types: { code: 'string', n: 'float64' } })).toEqual([['007', 1]]);
  const result = await describe({ path, types: { kode: 'string' } });
  expect(result?.problems).toMatchObject([{ field: 'types', fix: 'Did you mean code?' }]);
  const quoted = write('quoted.json', '[{"it\'s \\"q\\"": "1"}]');
  expect(await rows({ path: quoted, types: { 'it\'s "q"': 'int64' } })).toEqual([['1']]);
});

test('globs, file names and JSON columns', async () => {
  mkdirSync(join(dir, 'parts', 'b'), { recursive: true });
  write('parts/1.csv', 'a\n1\n');
  write('parts/b/2.csv', 'a\n2\n');
  expect(await rows({ path: 'parts/**/*.csv', filename: true })).toEqual([
    ['1', '1.csv'],
    ['2', 'b/2.csv'],
  ]);
  write('parts/b/3.csv', 'b\n2\n');
  await expect(read({ path: 'parts/**/*.csv' })).rejects.toMatchObject({
    message: expect.stringContaining('has another header'),
  });
  const objects = write('array.json', '{"data":[1,2.5],"other":true}');
  expect(await rows({ path: objects, columns: { data: 'FLOAT[]' } })).toEqual([[[1, 2.5]]]);
  const lines = write('lines.ndjson', '{"a":1}\n{"a":null}\n{"a":3}\n');
  expect(await rows({ path: lines })).toEqual([['1'], [null], ['3']]);
});

test('the probe follows content, not dates', async () => {
  const path = write('probe.csv', 'a\n1\n');
  const before = await probe({ path });
  utimesSync(join(dir, path), new Date(), new Date(2001, 1, 1));
  expect(await probe({ path })).toBe(before);
  write('probe.csv', 'a\n2\n');
  expect(await probe({ path })).not.toBe(before);
  await expect(probe({ path: 'gone.csv' })).rejects.toMatchObject({ code: 'data.not-found' });
});

test('cancelling', async () => {
  const abort = new AbortController();
  abort.abort();
  const params = fileNode.params.parse({ path: 'pkg:vega-datasets/data/flights-3m.parquet' });
  await expect(runner.run(stepContext(dir, params, { signal: abort.signal }))).rejects.toMatchObject({
    code: 'run.cancelled',
  });
  const later = new AbortController();
  setTimeout(() => later.abort(), 20);
  await expect(runner.run(stepContext(dir, params, { signal: later.signal }))).rejects.toMatchObject({
    code: 'run.cancelled',
  });
});
