import { describe, expect, it } from 'vitest';
import { completeSql, quoteName, type SqlTable } from './sql-completion.ts';

const tables: SqlTable[] = [
  {
    name: 'input',
    columns: [
      { name: 'delay', type: 'int64' },
      { name: 'Origin city', type: 'string' },
    ],
  },
  { name: 'airports', columns: [{ name: 'iata', type: 'string' }] },
];

/** Options at the `|` of a query. */
function at(text: string, asked = false): string[] | undefined {
  const caret = text.indexOf('|');
  return completeSql(text.replace('|', ''), caret, tables, asked)?.options.map((option) => option.text);
}

describe('SQL completion', () => {
  it('offers columns before functions and keywords', () => {
    expect(at('SELECT del| FROM input')).toEqual(['delay']);
    expect(at('SELECT de|')?.slice(0, 1)).toEqual(['delay']);
    expect(at('SELECT cou|')).toEqual(['count']);
    expect(at('SEL|')).toEqual(['SELECT']);
  });

  it('offers the columns of the table or alias before a point', () => {
    expect(at('SELECT a.| FROM input i JOIN airports AS a ON true')).toEqual(['iata']);
    expect(at('SELECT i.| FROM input i JOIN airports AS a ON true')).toEqual(['delay', '"Origin city"']);
    expect(at('SELECT input.d|')).toEqual(['delay']);
    expect(at('SELECT nothing.|')).toBeUndefined();
  });

  it('writes names of a database as that does, by schema, and columns of the tables that are named', () => {
    const database: SqlTable[] = [
      { name: 'orders', columns: [{ name: '`paid off`', type: 'tinyint' }], isWritten: true },
      { name: 'archive.`old orders`', columns: [{ name: 'yearly', type: 'int' }], isWritten: true },
    ];
    const options = (text: string, asked = false) => {
      const found = completeSql(text.replace('|', ''), text.indexOf('|'), database, asked);
      return found?.options.map((option) => option.text);
    };
    expect(options('SELECT * FROM |', true)).toEqual(['orders', 'archive.`old orders`']);
    expect(options('SELECT * FROM archive.o|')).toEqual(['`old orders`']);
    expect(options('SELECT o.| FROM orders o')).toEqual(['`paid off`']);
    expect(options('SELECT ye|')).not.toContain('yearly');
    expect(options('SELECT paid| FROM orders')).toEqual(['`paid off`']);
  });

  it('replaces a quoted name that is begun with its quote', () => {
    const taken = (text: string) => {
      const caret = text.indexOf('|');
      const found = completeSql(text.replace('|', ''), caret, tables, false);
      return found && `${text.slice(0, found.from)}${found.options[0]?.text}`;
    };
    expect(taken('SELECT "Ori| FROM input')).toBe('SELECT "Origin city"');
    expect(taken('SELECT "Origin c| FROM input')).toBe('SELECT "Origin city"');
    expect(taken('SELECT input."| FROM input')).toBe('SELECT input.delay');
    expect(at('SELECT "sel|')).toBeUndefined();
  });

  it('offers of another database only words that all of them know', () => {
    const options = (foreign: boolean) => completeSql('SELECT qua', 10, [], false, foreign)?.options;
    expect(options(true)).toBeUndefined();
    expect(options(false)?.map(({ text }) => text)).toEqual(['quantile_cont', 'QUALIFY']);
  });

  it('finds the alias of a quoted table', () => {
    const database: SqlTable[] = [
      { name: 'archive."old orders"', columns: [{ name: 'yearly', type: 'int' }], isWritten: true },
    ];
    const query = 'SELECT o. FROM archive."old orders" o';
    expect(completeSql(query, 9, database, false)?.options.map(({ text }) => text)).toEqual(['yearly']);
  });

  it('offers tables after FROM and JOIN', () => {
    expect(at('SELECT * FROM |', true)).toEqual(['input', 'airports']);
    expect(at('SELECT * FROM input JOIN air|')).toEqual(['airports']);
  });

  it('is quiet in texts and comments, after a full word, and without a prefix unless asked', () => {
    expect(at("SELECT 'del|")).toBeUndefined();
    expect(at('-- del|')).toBeUndefined();
    expect(at('SELECT /* del| */')).toBeUndefined();
    expect(at('SELECT delay|')).toBeUndefined();
    expect(at('SELECT |')).toBeUndefined();
    expect(at('SELECT |', true)?.slice(0, 2)).toEqual(['delay', '"Origin city"']);
    expect(at("SELECT 'it''s', del|")).toEqual(['delay']);
  });

  it('quotes names that need it', () => {
    expect(quoteName('a b')).toBe('"a b"');
    expect(quoteName('say "x"')).toBe('"say ""x"""');
    expect(quoteName('plain_1')).toBe('plain_1');
  });
});
