import { AppError } from '../../shared/errors/app-error.ts';

/** A condition as SQL over `trainings t`, with its values in order. */
export interface SqlCondition {
  sql: string;
  values: (string | number)[];
}

type Entity = 'metric' | 'param' | 'tag' | 'attribute';

interface Field {
  entity: Entity;
  key: string;
}

const token =
  /\s*(?:(?<string>'(?:[^']|'')*'|"(?:[^"]|"")*")|(?<quoted>`[^`]+`)|(?<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|(?<operator>!=|<=|>=|=|<|>)|(?<mark>[(),.])|(?<word>[A-Za-z_][\w/-]*))/y;

interface Token {
  type: 'string' | 'quoted' | 'number' | 'operator' | 'mark' | 'word';
  text: string;
}

const attributeColumns: Record<string, string> = {
  status: 't.status',
  start_time: 't.start_ms',
  end_time: 't.end_ms',
  run_name: 't.name',
  'run name': 't.name',
  run_id: 't.id',
  user_id: 't.user',
  artifact_uri: 't.id',
};
const entities: Record<string, Entity> = {
  metric: 'metric',
  metrics: 'metric',
  param: 'param',
  params: 'param',
  parameters: 'param',
  tag: 'tag',
  tags: 'tag',
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  run: 'attribute',
};
const longestFilter = 10_000;

/**
 * A run filter: comparisons joined by AND, e.g. `metrics.rmse < 1 and params.model = 'tree'`. Fields are metrics.KEY,
 * params.KEY, tags.KEY, attributes.NAME (or NAME alone), keys with other characters in backquotes. Numbers compare with
 * = != < <= > >=, texts with = != LIKE ILIKE IN NOT IN. Throws `request.invalid`.
 */
export function parseRunFilter(filter: string): SqlCondition {
  const tokens = tokenize(filter);
  const conditions: SqlCondition[] = [];
  let at = 0;
  const next = (): Token => {
    const found = tokens[at++];
    if (found === undefined) throw invalid(filter, 'it ends early');
    return found;
  };
  while (at < tokens.length) {
    const field = readField(filter, next, () => tokens[at]);
    const operator = readOperator(next);
    conditions.push(toCondition(filter, field, operator, readValues(filter, operator, next)));
    if (at >= tokens.length) break;
    const joint = next();
    if (joint.text.toUpperCase() !== 'AND') throw invalid(filter, `“${joint.text}” stands where AND was expected`);
    if (at >= tokens.length) throw invalid(filter, 'it ends with AND');
  }
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND ') || '1',
    values: conditions.flatMap(({ values }) => values),
  };
}

/** `ORDER BY` of one field with direction, e.g. `metrics.rmse DESC`; missing values last. Throws `request.invalid`. */
export function parseRunOrder(order: string): SqlCondition {
  const match = /^(?<field>.*?)(?:\s+(?<direction>asc|desc))?$/i.exec(order.trim());
  const tokens = tokenize(match?.groups?.['field'] ?? '');
  let at = 0;
  const next = (): Token => {
    const found = tokens[at++];
    if (found === undefined) throw invalid(order, 'it names no field');
    return found;
  };
  const field = readField(order, next, () => tokens[at]);
  if (at < tokens.length) throw invalid(order, 'it names more than one field');
  const { sql, values } = fieldValue(field, order);
  const direction = match?.groups?.['direction']?.toUpperCase() === 'DESC' ? 'DESC' : 'ASC';
  return { sql: `${sql} ${direction} NULLS LAST`, values };
}

function tokenize(text: string): Token[] {
  if (text.length > longestFilter) throw invalid(`${text.slice(0, 40)}…`, `it is longer than ${longestFilter}`);
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const from = token.lastIndex;
    const match = token.exec(text);
    const found = Object.entries(match?.groups ?? {}).find(([, value]) => value !== undefined);
    if (found?.[1] === undefined) throw invalid(text, `“${text.slice(from, from + 10).trim()}” is not understood`);
    tokens.push({ type: found[0] as Token['type'], text: found[1] });
  }
  return tokens;
}

function readField(filter: string, next: () => Token, peek: () => Token | undefined): Field {
  const first = next();
  if (first.type !== 'word' && first.type !== 'quoted') throw invalid(filter, `“${first.text}” is not a field`);
  const entity = entities[first.text.toLowerCase()];
  if (peek()?.text !== '.' || entity === undefined) return { entity: 'attribute', key: unquote(first.text) };
  let key = '';
  while (peek()?.text === '.') {
    next();
    const part = next();
    key += `${key === '' ? '' : '.'}${unquote(part.text)}`;
  }
  return { entity, key };
}

function readOperator(next: () => Token): string {
  const operator = next().text.toUpperCase();
  return operator === 'NOT' ? `NOT ${next().text.toUpperCase()}` : operator;
}

function readValues(filter: string, operator: string, next: () => Token): (string | number)[] {
  const one = (): string | number => {
    const { type, text } = next();
    if (type === 'number') return Number(text);
    if (type === 'string') return unquote(text);
    throw invalid(filter, `“${text}” is not a value; texts stand in quotes`);
  };
  if (!operator.endsWith('IN')) return [one()];
  if (next().text !== '(') throw invalid(filter, 'IN needs a list in brackets');
  const values = [one()];
  for (let mark = next(); mark.text !== ')'; mark = next()) {
    if (mark.text !== ',') throw invalid(filter, `“${mark.text}” stands where a comma was expected`);
    values.push(one());
  }
  return values;
}

function unquote(text: string): string {
  const quote = text[0];
  if (quote !== "'" && quote !== '"' && quote !== '`') return text;
  return text.slice(1, -1).replaceAll(`${quote}${quote}`, quote);
}

function toCondition(filter: string, field: Field, operator: string, given: (string | number)[]): SqlCondition {
  const { sql, values } = fieldValue(field, filter);
  const isNumber = field.entity === 'metric' || sql === 't.start_ms' || sql === 't.end_ms';
  const allowed = isNumber ? ['=', '!=', '<', '<=', '>', '>='] : ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'];
  if (!allowed.includes(operator)) throw invalid(filter, `“${operator}” does not compare ${field.key}`);
  if (given.some((value) => (typeof value === 'number') !== isNumber)) {
    throw invalid(filter, `${field.key} is compared with ${isNumber ? 'a number' : 'a text in quotes'}`);
  }
  const marks = given.map(() => '?').join(', ');
  if (operator.endsWith('IN')) return { sql: `${sql} ${operator} (${marks})`, values: [...values, ...given] };
  // LIKE is made case-sensitive by GLOB, whose wildcards are other characters.
  if (operator === 'LIKE') return { sql: `${sql} GLOB ?`, values: [...values, toGlob(String(given[0]))] };
  if (operator === 'ILIKE') return { sql: `${sql} LIKE ?`, values: [...values, ...given] };
  return { sql: `${sql} ${operator} ?`, values: [...values, ...given] };
}

function toGlob(pattern: string): string {
  return pattern
    .replaceAll(/[*?[]/g, (mark) => `[${mark}]`)
    .replaceAll('%', '*')
    .replaceAll('_', '?');
}

function fieldValue({ entity, key }: Field, filter: string): SqlCondition {
  if (entity === 'attribute') {
    const column = attributeColumns[key.toLowerCase()] ?? (key.toLowerCase() === 'created' ? 't.start_ms' : undefined);
    if (column === undefined) throw invalid(filter, `there is no attribute “${key}”`);
    return { sql: column, values: [] };
  }
  if (entity === 'metric') {
    return {
      sql: '(SELECT m.value FROM latest_metrics m WHERE m.training = t.number AND m.key = ? AND m.is_nan = 0)',
      values: [key],
    };
  }
  const table = entity === 'param' ? 'training_params' : 'training_tags';
  return { sql: `(SELECT p.value FROM ${table} p WHERE p.training = t.number AND p.key = ?)`, values: [key] };
}

function invalid(filter: string, why: string): AppError {
  return new AppError('request.invalid', `The filter or order “${filter}” is not valid: ${why}.`, {
    fix: "Write e.g. metrics.rmse < 1 and params.model = 'tree'.",
  });
}
