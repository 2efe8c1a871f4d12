import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import { tableRows } from '../../../test/support/table-artifact.ts';
import { zip } from '../../../test/support/zip.ts';
import { excelNode } from './definition.ts';
import { columnLetters } from './read-sheet.ts';
import { runner } from './run.ts';

const dir = mkdtempSync(join(tmpdir(), 'excel-node-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Value = string | number | boolean | null | { date: number };
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function cell(value: Value, row: number, column: number): string {
  const place = `r="${columnLetters(column)}${row}"`;
  if (value === null) return '';
  if (typeof value === 'number') return `<c ${place}><v>${value}</v></c>`;
  if (typeof value === 'boolean') return `<c ${place} t="b"><v>${Number(value)}</v></c>`;
  if (typeof value === 'object') return `<c ${place} s="1"><v>${value.date}</v></c>`;
  return `<c ${place} t="inlineStr"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`;
}

/** A workbook of these sheets. */
function workbook(sheets: Record<string, Value[][]>): Buffer {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const names = Object.keys(sheets);
  const files: Record<string, string> = {
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${names.map((_, at) => `<Relationship Id="rId${at + 1}" Type="${office}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`).join('')}<Relationship Id="rId99" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  };
  for (const [at, rows] of Object.values(sheets).entries()) {
    const body = rows.map(
      (row, y) => `<row r="${y + 1}">${row.map((value, x) => cell(value, y + 1, x)).join('')}</row>`,
    );
    files[`xl/worksheets/sheet${at + 1}.xml`] =
      `<worksheet xmlns="${main}"><sheetData>${body.join('')}</sheetData></worksheet>`;
  }
  return zip(files);
}

writeFileSync(
  join(dir, 'plan.xlsx'),
  workbook({
    Orders: [
      ['id', 'Name', 'price', 'paid', 'day', 'mixed', 'name', null],
      [1, 'ü "x"', 0.5, true, { date: 36925 }, 1, 'a', 'extra'],
      [null, null, null, null, null, null, null, null],
      [2, null, 2, false, null, 'x', 'b', null],
    ],
    Other: [['title'], [null, 'k', 'v'], [null, 'a', 1], [null, 'b', 2], [null, 'c', 3]],
  }),
);

function contextOf(given: object) {
  return stepContext(dir, excelNode.params.parse({ path: 'plan.xlsx', ...given }));
}

async function read(given: object) {
  const context = contextOf(given);
  const { table } = await runner.run(context);
  return { rows: await tableRows(table), types: table?.schema?.columns.map(({ type }) => type), logs: context.logs };
}

describe('data.excel', () => {
  it('reads the first sheet with types', async () => {
    const { rows, types, logs } = await read({});
    expect(rows).toEqual([
      ['id', 'Name', 'price', 'paid', 'day', 'mixed', 'name_2', 'H'],
      [1, 'ü "x"', 0.5, true, '2001-02-03T00:00:00Z', '1', 'a', 'extra'],
      [2, null, 2, false, null, 'x', 'b', null],
    ]);
    expect(types).toEqual(['int64', 'string', 'float64', 'bool', 'timestamp', 'string', 'string', 'string']);
    expect(logs.join()).toContain('“mixed”');
  });

  it('takes sheet, range, header and types', async () => {
    expect((await read({ sheet: 'other', range: 'B2:C4' })).rows).toEqual([
      ['k', 'v'],
      ['a', 1],
      ['b', 2],
    ]);
    expect((await read({ sheet: 'Other', range: 'C3', header: false })).rows).toEqual([['A'], [1], [2], [3]]);
    expect((await read({ sheet: 'Other', range: 'b2', types: { v: 'string' } })).rows[1]).toEqual(['a', '1']);
  });

  it('describes before it runs', async () => {
    const describeWith = (given: object) => runner.describe?.({ ...contextOf(given), inputs: {} });
    expect(await describeWith({ sheet: 'Other', range: 'B2' })).toMatchObject({
      outputs: {
        table: {
          schema: {
            columns: [
              { name: 'k', type: 'string' },
              { name: 'v', type: 'int64' },
            ],
          },
        },
      },
      problems: [],
    });
    expect(await describeWith({ sheet: 'Othre' })).toMatchObject({
      problems: [{ field: 'sheet', fix: 'Did you mean Other?' }],
    });
    expect(await describeWith({ types: { nope: 'string' } })).toMatchObject({ problems: [{ field: 'types' }] });
    expect(await describeWith({ path: '' })).toMatchObject({ problems: [{ field: 'path' }] });
  });

  it('says what is wrong with a file', async () => {
    writeFileSync(join(dir, 'text.xlsx'), 'hello');
    await expect(read({ path: 'text.xlsx' })).rejects.toMatchObject({ code: 'data.unreadable' });
    const whole = workbook({ A: [['a'], [1]] });
    writeFileSync(join(dir, 'cut.xlsx'), whole.subarray(0, whole.length - 100));
    await expect(read({ path: 'cut.xlsx' })).rejects.toMatchObject({ code: 'data.unreadable' });
    const bomb = Buffer.from(whole);
    bomb.writeUInt32LE(2_000_000_000, bomb.indexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24);
    writeFileSync(join(dir, 'bomb.xlsx'), bomb);
    await expect(read({ path: 'bomb.xlsx' })).rejects.toThrow('1 GiB unpacked');
    await expect(read({ range: 'Z90' })).rejects.toMatchObject({ code: 'data.empty' });
    await expect(read({ path: 'none.xlsx' })).rejects.toMatchObject({ code: 'data.not-found' });
  });
});
