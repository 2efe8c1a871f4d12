import { createWriteStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { withDuckDb } from '../../../main/compute/duckdb/connection.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { tableRows } from '../../../test/support/table-artifact.ts';
import { fileNode } from './definition.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-bad-'));
afterAll(() => removeFolder(dir));

function write(name: string, content: string | Uint8Array): string {
  mkdirSync(join(dir, name, '..'), { recursive: true });
  writeFileSync(join(dir, name), content);
  return name;
}

function contextOf(params: object, given: object = {}) {
  return stepContext(dir, fileNode.params.parse(params), given);
}

async function read(params: object) {
  const { table } = await runner.run(contextOf(params));
  return { rows: await tableRows(table), types: table?.schema?.columns.map(({ type }) => type), table };
}

const expected = [
  ['näme', 'x'],
  ['Zoë', 1],
  ['ü', 2],
];
const text = 'näme,x\nZoë,1\nü,2\n';

describe('text of any origin', () => {
  it.each<[string, string | Buffer, object]>([
    ['UTF-8 with a mark', `\ufeff${text}`, {}],
    ['UTF-16 LE with a mark', Buffer.from(`\ufeff${text}`, 'utf16le'), {}],
    ['Latin-1', Buffer.from(text, 'latin1'), { encoding: 'latin-1' }],
    ['lines ended for Windows', text.replaceAll('\n', '\r\n'), {}],
    ['no last line end', text.trimEnd(), {}],
    ['semicolons', text.replaceAll(',', ';'), {}],
    ['tabs', text.replaceAll(',', '\t'), {}],
  ])('%s', async (name, content, params) => {
    expect((await read({ path: write(`${name}.csv`, content), ...params })).rows).toEqual(expected);
  });

  it('says that the other byte order of UTF-16 is not read', async () => {
    const content = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    await expect(read({ path: write('be.csv', content) })).rejects.toThrow('high byte first');
  });

  it('says when the encoding is another', async () => {
    await expect(read({ path: write('latin.csv', Buffer.from(text, 'latin1')) })).rejects.toMatchObject({
      code: 'data.unreadable',
      fix: expect.stringContaining('latin-1'),
    });
  });

  it('keeps line breaks, quotes and delimiters inside quotes', async () => {
    const path = write('quotes.csv', 'a,b\n"one\ntwo, ""three""",1\n"\r\n",2\n');
    expect((await read({ path })).rows).toEqual([
      ['a', 'b'],
      ['one\ntwo, "three"', 1],
      ['\r\n', 2],
    ]);
  });

  it('reads decimal commas', async () => {
    const path = write('comma.csv', 'a;b\n1,5;x\n-0,25;y\n');
    expect(await read({ path, decimal: 'comma', delimiter: ';' })).toMatchObject({
      rows: [
        ['a', 'b'],
        [1.5, 'x'],
        [-0.25, 'y'],
      ],
      types: ['float64', 'string'],
    });
  });

  it('turns offsets into UTC', async () => {
    const path = write('zones.csv', 'at\n2024-02-29T12:00:00+05:30\n2024-02-29T12:00:00Z\n2024-02-29 12:00:00-08\n');
    const { rows, types } = await read({ path, types: { at: 'timestamp' } });
    expect(types).toEqual(['timestamp']);
    expect(rows.slice(1)).toEqual([['2024-02-29T06:30:00Z'], ['2024-02-29T12:00:00Z'], ['2024-02-29T20:00:00Z']]);
  });

  it('names duplicate columns apart', async () => {
    const { rows } = await read({ path: write('twice.csv', 'a,A,a\n1,2,3\n') });
    expect(new Set(rows[0]?.map((name) => String(name).toLowerCase())).size).toBe(3);
    expect(rows[1]).toEqual([1, 2, 3]);
  });

  it.each<[string, string, RegExp]>([
    ['too few fields', 'a,b,c\n1,2,3\n1,2\n', /line 3/],
    ['too many fields', 'a,b\n1,2\n1,2,3\n', /line 3/],
    ['an open quote', 'a,b\n1,"x\n2,y\n', /./],
    ['another type far down', `a,b\n${'1,2\n'.repeat(60_000)}x,2\n`, /line 60002.*“a”/],
  ])('stops at %s', async (name, content, message) => {
    const reading = read({ path: write(`${name}.csv`, content) });
    await expect(reading).rejects.toMatchObject({ code: 'data.unreadable', message: expect.stringMatching(message) });
  });
});

describe('JSON of any origin', () => {
  const json = (name: string, content: string) => read({ path: write(name, content) });

  it('may begin with a byte order mark', async () => {
    for (const name of ['mark.json', 'mark.ndjson']) {
      const content = name.endsWith('.json') ? '\ufeff[{"a":1},{"a":2}]' : '\ufeff{"a":1}\n{"a":2}\n';
      expect((await json(name, content)).rows).toEqual([['a'], [1], [2]]);
    }
  });

  it('may name columns like the insides of objects, which change nothing here', async () => {
    const { rows } = await json('proto.json', '[{"__proto__":{"polluted":1},"constructor":"c","toString":2}]');
    expect(rows).toEqual([
      ['__proto__', 'constructor', 'toString'],
      [{ polluted: '1' }, 'c', 2],
    ]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype.toString.call({})).toBe('[object Object]');
  });

  it('may have numbers beyond every type', async () => {
    const { rows, types } = await json(
      'huge.json',
      `[{"n":123456789012345678901234567890,"m":9223372036854775807},{"n":1e400,"m":1},{"n":-${'9'.repeat(5000)},"m":2}]`,
    );
    expect(types).toEqual(['float64', 'int64']);
    expect(rows.slice(1)).toEqual([
      [1.2345678901234568e29, '9223372036854775807'],
      ['Infinity', 1],
      ['-Infinity', 2],
    ]);
  });

  it('may have NaN and Infinity, which are no JSON', async () => {
    const { rows, types } = await json('nan.json', '[{"a":NaN},{"a":Infinity},{"a":1}]');
    expect([types, rows.slice(1)]).toEqual([['float64'], [['NaN'], ['Infinity'], [1]]]);
  });

  it('may mix types in a column, which is then text as it is written', async () => {
    const { rows, types } = await json('mixed.json', '[{"a":1},{"a":"x \\"y\\""},{"a":null},{"a":[1,{"b":2}]},{}]');
    expect(types).toEqual(['string']);
    expect(rows.slice(1)).toEqual([['1'], ['x "y"'], [null], ['[1,{"b":2}]'], [null]]);
  });

  it('may be ragged, and name columns by case alone or not at all', async () => {
    expect((await json('ragged.ndjson', '{"a":1}\n\n{"b":2}\n')).rows).toEqual([
      ['a', 'b'],
      [1, null],
      [null, 2],
    ]);
    const { rows } = await json('names.json', '[{"a":1,"A":2,"":3}]');
    expect(new Set(rows[0]?.map((name) => String(name).toLowerCase())).size).toBe(3);
    expect(rows[1]).toEqual([1, 2, 3]);
  });

  it('is refused with a key twice in one object, and with half a character', async () => {
    await expect(json('twice.json', '[{"a":1,"a":2}]')).rejects.toMatchObject({
      code: 'data.unreadable',
      message: expect.stringContaining('duplicate key "a"'),
    });
    await expect(json('half.json', '[{"a":"\\ud800"}]')).rejects.toMatchObject({ code: 'data.unreadable' });
  });

  it('keeps zero characters in texts', async () => {
    expect((await json('zero.json', '[{"a":"x\\u0000y"}]')).rows[1]).toEqual(['x\u0000y']);
  });
});

it.each<[string, string, string, unknown[]]>([
  ['numbers and texts', '1\nx\n1.5\n', 'string', ['1', 'x', '1.5']],
  ['truth and numbers', 'true\n2\n', 'string', ['true', '2']],
  ['days and what is none', '2024-01-01\n2024-13-45\n', 'string', ['2024-01-01', '2024-13-45']],
  ['numbers and their limits', 'NaN\n1\ninf\n-Infinity\n', 'float64', ['NaN', 1, 'Infinity', '-Infinity']],
  ['whole numbers beyond 64 bits', '123456789012345678901234567890\n5\n', 'float64', [1.2345678901234568e29, 5]],
])('a CSV column of %s', async (name, content, type, values) => {
  const { rows, types } = await read({ path: write(`mixed ${name}.csv`, `a,b\n${content.replaceAll('\n', ',1\n')}`) });
  expect(types).toEqual([type, 'int64']);
  expect(rows.slice(1).map(([value]) => value)).toEqual(values);
});

it('reads JSON with 1,000 columns of one type, which are no map', async () => {
  const entries = Array.from({ length: 1000 }, (_, at) => `"c${at}":${at}`);
  const { rows, types } = await read({ path: write('wide.json', `[{${entries.join(',')}}]`) });
  expect(types).toHaveLength(1000);
  expect(rows[1]?.at(-1)).toBe(999);
});

it('reads 10,000 columns', async () => {
  const names = Array.from({ length: 10_000 }, (_, at) => `c${at}`);
  const path = write('wide.csv', `${names.join(',')}\n${names.map((_, at) => at).join(',')}\n`);
  const { rows, types } = await read({ path });
  expect(types).toHaveLength(10_000);
  expect(rows[1]?.at(-1)).toBe(9999);
});

it('reads a file larger than its memory', async () => {
  const path = join(dir, 'large.csv');
  const file = createWriteStream(path);
  file.write('id,name,value\n');
  const name = 'x'.repeat(120);
  for (let from = 0; from < 1_000_000; from += 10_000) {
    const lines = Array.from(
      { length: 10_000 },
      (_, at) => `${from + at},${name}${(from + at) % 977},${(from + at) / 7}\n`,
    );
    if (!file.write(lines.join(''))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  const { table } = await runner.run(contextOf({ path }, { memoryBytes: 160 * 2 ** 20 }));
  expect(table?.rowCount).toBe(1_000_000);
  rmSync(path);
});

describe('hostile files', () => {
  it.each<[string, string | Buffer, object]>([
    ['only-magic.parquet', 'PAR1PAR1', {}],
    [
      'huge-footer.parquet',
      Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(32), Buffer.from([255, 255, 255, 127]), Buffer.from('PAR1')]),
      {},
    ],
    ['text.parquet', 'a,b\n1,2\n', {}],
    ['deep.json', '['.repeat(200_000), {}],
    ['deep-closed.json', `[{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}]`, {}],
    ['cut.json', '[{"a":1},{"a":', {}],
    ['html.json', '<!doctype html><html></html>', {}],
    ['zeros.csv', Buffer.alloc(5000), {}],
    ['bad.csv.gz', Buffer.from('not packed'), {}],
    ['bad.arrow', Buffer.concat([Buffer.from('ARROW1\0\0'), Buffer.alloc(64, 255)]), {}],
    ['cut.arrow', 'ARROW1', {}],
  ])('are refused with a reason: %s', async (name, content, params) => {
    const error: unknown = await read({ path: write(`hostile/${name}`, content), ...params }).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    expect(['data.unreadable', 'data.empty', 'step.out-of-memory']).toContain((error as AppError).code);
    expect((error as AppError).message).toContain(name.split('.')[0]);
  });

  it('in Parquet changed at any place are refused or read, and never end the process', async () => {
    const whole = join(dir, 'whole.parquet');
    await withDuckDb({}, (db) =>
      db.run(`COPY (SELECT i, 'text ' || i AS s FROM range(500) AS t(i)) TO '${whole}' (FORMAT parquet)`),
    );
    const { readFileSync } = await import('node:fs');
    const bytes = readFileSync(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        const path = write('changed.parquet', changed);
        const ended = await runner.run(contextOf({ path })).then(
          () => 'read',
          (error: unknown) => (error instanceof AppError ? error.code : String(error)),
        );
        expect(['read', 'data.unreadable', 'data.empty', 'step.out-of-memory']).toContain(ended);
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it('that are links going round are named', async () => {
    symlinkSync(join(dir, 'loop.csv'), join(dir, 'loop.csv'));
    await expect(read({ path: 'loop.csv' })).rejects.toMatchObject({ code: 'data.not-found' });
  });
});
