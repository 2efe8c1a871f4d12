/** A table that a query can name, with its columns as far as they are known. */
export interface SqlTable {
  name: string;
  columns: readonly { name: string; type: string }[];
  /** Names are as a query of that database writes them, quotes and schema included. */
  isWritten?: true;
}

export interface Completion {
  text: string;
  kind: 'column' | 'table' | 'keyword' | 'function';
  /** Type of a column, else empty. */
  detail: string;
}

export interface Completions {
  /** The text from here to the caret is replaced. */
  from: number;
  options: Completion[];
}

const keywords =
  'SELECT FROM WHERE GROUP BY ORDER BY HAVING JOIN LEFT JOIN ON USING AS AND OR NOT IN IS NULL LIKE BETWEEN CASE WHEN THEN ELSE END DISTINCT LIMIT UNION ALL WITH OVER PARTITION BY CAST ASC DESC';
const ownKeywords = 'ASOF JOIN QUALIFY EXCLUDE REPLACE NULLS LAST INTERVAL TRUE FALSE';
const functions =
  'abs avg coalesce count lag lead length lower max min nullif percent_rank rank replace round row_number substr sum trim upper';
const ownFunctions =
  'ceil concat contains date_diff date_part date_trunc day dayofweek exp first floor greatest hour if last least ln log median minute month quantile_cont regexp_extract regexp_replace second sqrt stddev strftime strptime week year';

const phrases = ['GROUP BY', 'ORDER BY', 'LEFT JOIN', 'ASOF JOIN', 'PARTITION BY', 'UNION ALL', 'NULLS LAST'];

function words(text: string): string[] {
  const joined = phrases.reduce((all, phrase) => all.replaceAll(phrase, phrase.replaceAll(' ', '_')), text);
  return [...new Set(joined.split(' '))].map((word) => word.replaceAll('_', ' '));
}

function optionsOf(kind: 'keyword' | 'function', all: string[]): Completion[] {
  return all.toSorted().map((text) => ({ text, kind, detail: '' }));
}

/** What PostgreSQL, MySQL and SQLite all know. */
const commonOptions = [...optionsOf('function', functions.split(' ')), ...optionsOf('keyword', words(keywords))];
/** What queries over the inputs of a node know. */
const ownOptions = [
  ...optionsOf('function', `${functions} ${ownFunctions}`.split(' ')),
  ...optionsOf('keyword', words(`${keywords} ${ownKeywords}`)),
];
const mostOptions = 40;

/** Blanks what is complete: text literals, quoted names, comments. What is left of their marks is open at the end. */
function blanked(before: string): string {
  const complete = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*\n|\/\*[\s\S]*?\*\//g;
  return before.replace(complete, (match) => ' '.repeat(match.length));
}

/** A name as SQL writes it: plain where it can be. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A name that is looked up, without quotes. */
function plain(name: string): string {
  return name.replaceAll(/["`]/g, '').toLowerCase();
}

/** Tables by the names and aliases a query gives them. */
function aliases(query: string, tables: readonly SqlTable[]): Map<string, SqlTable> {
  const known = new Map(tables.map((table) => [plain(table.name), table]));
  for (const [, name = '', alias = ''] of query.matchAll(
    /\b(?:from|join)\s+((?:"[^"]*"|`[^`]*`|[\w.-])+)\s+(?:as\s+)?([a-z_]\w*)/gi,
  )) {
    const table = known.get(plain(name));
    if (
      table &&
      !/^(where|join|left|right|full|inner|cross|natural|asof|on|using|group|having|order|limit|offset|qualify|union|window)$/i.test(
        alias,
      )
    )
      known.set(alias.toLowerCase(), table);
  }
  return known;
}

function written({ isWritten }: SqlTable, name: string): string {
  return isWritten === true ? name : quoteName(name);
}

/**
 * What may be written at the caret of a query over `tables`; undefined where nothing is to be offered. Of a `foreign`
 * database only the words that all of them know. Pure.
 */
export function completeSql(
  query: string,
  caret: number,
  tables: readonly SqlTable[],
  asked: boolean,
  foreign = false,
): Completions | undefined {
  const before = query.slice(0, caret);
  const open = blanked(before);
  if (/'|--|\/\*/.test(open)) return undefined;
  // A quoted name that is begun is replaced with its quote.
  const quoted = /["`][^"`]*$/.exec(open)?.[0];
  const prefix = quoted?.slice(1) ?? /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? '';
  const from = caret - (quoted ?? prefix).length;
  const owner = /((?:["`]?[\p{L}_][\p{L}\p{N}_-]*["`]?\.)+)$/u.exec(before.slice(0, from))?.[1];
  const named = aliases(query, tables);
  const columnsOf = (some: readonly SqlTable[]) =>
    some.flatMap((table) =>
      table.columns.map(
        (column): Completion => ({ text: written(table, column.name), kind: 'column', detail: column.type }),
      ),
    );
  if (owner !== undefined) {
    const table = named.get(plain(owner.slice(0, -1)));
    const inSchema = tables.flatMap(({ name }): Completion[] =>
      plain(name).startsWith(plain(owner))
        ? [{ text: name.slice(name.indexOf('.') + 1), kind: 'table', detail: '' }]
        : [],
    );
    return rankCompletions([...columnsOf(table ? [table] : []), ...inSchema], prefix, from);
  }
  if (prefix === '' && quoted === undefined && !asked) return undefined;
  const afterFrom = /\b(?:from|join)\s+$/i.test(before.slice(0, from));
  const tableOptions = [...named].map(
    ([alias, table]): Completion => ({
      text: alias === plain(table.name) ? written(table, table.name) : alias,
      kind: 'table',
      detail: '',
    }),
  );
  if (afterFrom) return rankCompletions(tableOptions, prefix, from);
  // Of a whole database only the columns of tables that the query names.
  const used = tables.filter(({ isWritten, name }) => isWritten !== true || plain(query).includes(plain(name)));
  const wordOptions = quoted !== undefined ? [] : foreign ? commonOptions : ownOptions;
  return rankCompletions([...columnsOf(used), ...tableOptions, ...wordOptions], prefix, from);
}

/** Options that begin with the prefix, then those that hold it; none when only the prefix itself is left. */
export function rankCompletions(options: readonly Completion[], prefix: string, from: number): Completions | undefined {
  const wanted = prefix.toLowerCase();
  const seen = new Set<string>();
  const rank = ({ text }: Completion) => (text.toLowerCase().replace(/^["`]/, '').startsWith(wanted) ? 0 : 1);
  const hits = options
    .filter(({ text, kind }) => {
      const fits =
        kind === 'column' || kind === 'table'
          ? text.toLowerCase().includes(wanted)
          : text.toLowerCase().startsWith(wanted);
      if (!fits || seen.has(text)) return false;
      seen.add(text);
      return true;
    })
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, mostOptions);
  const [only] = hits;
  if (!only || (hits.length === 1 && only.text.toLowerCase() === wanted)) return undefined;
  return { from, options: hits };
}
