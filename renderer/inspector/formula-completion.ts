import { functionNames } from '../../shared/expression/check.ts';
import { type Completion, type Completions, quoteName, rankCompletions } from './sql-completion.ts';

/** Words of formulas that are no functions. */
const words: readonly string[] = ['and', 'or', 'not', 'true', 'false'];

/** What may be written at the caret of a formula over columns; undefined where nothing is to be offered. Pure. */
export function completeFormula(
  formula: string,
  caret: number,
  columns: readonly { name: string; type: string }[],
  asked: boolean,
): Completions | undefined {
  const before = formula.slice(0, caret);
  if (/['"]/.test(before.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, ''))) return undefined;
  const prefix = /[\p{L}_][\p{L}\p{N}_]*$/u.exec(before)?.[0] ?? '';
  if (prefix === '' && !asked) return undefined;
  const options: Completion[] = [
    ...columns.map(({ name, type }) => ({ text: quoteName(name), kind: 'column' as const, detail: type })),
    ...functionNames.map((text) => ({ text, kind: 'function' as const, detail: '' })),
    ...words.map((text) => ({ text, kind: 'keyword' as const, detail: '' })),
  ];
  return rankCompletions(options, prefix, caret - prefix.length);
}
