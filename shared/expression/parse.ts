/** Operators and functions are calls alike: `a + 1` is `+` of a column and a number. */
export type Expression =
  | { kind: 'number'; value: number; at: number }
  | { kind: 'text'; value: string; at: number }
  | { kind: 'bool'; value: boolean; at: number }
  | { kind: 'column'; name: string; at: number }
  | { kind: 'call'; name: string; args: Expression[]; at: number };

/** What is wrong, and where: the place of a character, from 0. */
export interface ExpressionProblem {
  at: number;
  message: string;
}

type Parsed = { expression: Expression } | { problem: ExpressionProblem };

const longest = 4000;
const deepest = 60;

interface Token {
  kind: 'number' | 'text' | 'name' | 'column' | 'sign' | 'end';
  text: string;
  at: number;
}

/** Binding power of the operators between two values; higher binds tighter. */
const binary: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  '==': 4,
  '=': 4,
  '!=': 4,
  '<>': 4,
  '<': 4,
  '<=': 4,
  '>': 4,
  '>=': 4,
  '+': 5,
  '-': 5,
  '*': 6,
  '/': 6,
  '%': 6,
};
const notPower = 3;
const minusPower = 7;
const alias: Readonly<Record<string, string>> = { '=': '==', '<>': '!=' };

class Failure extends Error {
  readonly problem: ExpressionProblem;
  constructor(at: number, message: string) {
    super(message);
    this.problem = { at, message };
  }
}

/**
 * An expression as a tree. Names are columns, as are texts in double quotes; texts stand in single quotes; a quote inside is
 * written twice. At most 4,000 characters and 60 levels.
 */
export function parseExpression(text: string): Parsed {
  if (text.length > longest) return { problem: { at: longest, message: `It is longer than ${longest} characters.` } };
  try {
    const parser = new Parser(tokensOf(text));
    return { expression: parser.whole() };
  } catch (error) {
    if (error instanceof Failure) return { problem: error.problem };
    throw error;
  }
}

const tokenPattern =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<text>'(?:[^']|'')*')|(?<column>"(?:[^"]|"")*")|(?<name>[\p{L}_][\p{L}\p{N}_]*)|(?<sign>==|!=|<>|<=|>=|[-+*/%<>=(),]))/uy;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(text);
    if (match?.groups === undefined) {
      const rest = text.slice(at);
      const blank = rest.length - rest.trimStart().length;
      if (blank === rest.length) break;
      throw unreadable(text, at + blank);
    }
    const [kind, found] = Object.entries(match.groups).find(([, value]) => value !== undefined) ?? ['sign', ''];
    const raw = found ?? '';
    const start = tokenPattern.lastIndex - raw.length;
    const quote = raw.charAt(0);
    const value = kind === 'text' || kind === 'column' ? raw.slice(1, -1).replaceAll(quote + quote, quote) : raw;
    tokens.push({ kind: kind as Token['kind'], text: value, at: start });
    at = tokenPattern.lastIndex;
  }
  tokens.push({ kind: 'end', text: '', at: text.length });
  return tokens;
}

function unreadable(text: string, at: number): Failure {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  if (character === "'" || character === '"') return new Failure(at, `The quote ${character} is not closed.`);
  return new Failure(at, `“${character}” means nothing here.`);
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    if (this.#peek().kind === 'end') throw new Failure(0, 'It is empty.');
    const expression = this.#expression(0);
    const rest = this.#peek();
    if (rest.kind !== 'end') throw new Failure(rest.at, `An operator is missing before “${rest.text}”.`);
    return expression;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: 0 };
  }

  #take(): Token {
    const token = this.#peek();
    this.#next++;
    return token;
  }

  #isSign(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'sign' && token.text === text;
  }

  #expression(power: number): Expression {
    if (++this.#depth > deepest) throw new Failure(this.#peek().at, `It is nested deeper than ${deepest} levels.`);
    let left = this.#value();
    for (;;) {
      const token = this.#peek();
      const word = token.kind === 'name' ? token.text.toLowerCase() : token.text;
      const binds = token.kind === 'sign' || token.kind === 'name' ? binary[word] : undefined;
      if (binds === undefined || binds <= power) break;
      this.#take();
      left = { kind: 'call', name: alias[word] ?? word, args: [left, this.#expression(binds)], at: token.at };
    }
    this.#depth--;
    return left;
  }

  #value(): Expression {
    const token = this.#take();
    const { at } = token;
    if (token.kind === 'number') {
      const value = Number(token.text);
      // Served features are float32, in which it would be infinite.
      if (!Number.isFinite(Math.fround(value))) throw new Failure(at, 'The number is larger than 3.4e38.');
      return { kind: 'number', value, at };
    }
    if (token.kind === 'text') return { kind: 'text', value: token.text, at };
    if (token.kind === 'column') return { kind: 'column', name: token.text, at };
    if (token.kind === 'name') return this.#named(token);
    if (token.kind === 'sign' && token.text === '(') {
      const inside = this.#expression(0);
      this.#close(at);
      return inside;
    }
    if (token.kind === 'sign' && token.text === '-') {
      return { kind: 'call', name: 'negative', args: [this.#expression(minusPower)], at };
    }
    throw new Failure(
      at,
      token.kind === 'end' ? 'It ends where a value should follow.' : `A value is missing before “${token.text}”.`,
    );
  }

  #named({ text, at }: Token): Expression {
    const word = text.toLowerCase();
    if (this.#isSign('(')) return { kind: 'call', name: word, args: this.#arguments(), at };
    if (word === 'true' || word === 'false') return { kind: 'bool', value: word === 'true', at };
    if (word === 'not') return { kind: 'call', name: 'not', args: [this.#expression(notPower)], at };
    if (binary[word] !== undefined) throw new Failure(at, `A value is missing before “${text}”.`);
    return { kind: 'column', name: text, at };
  }

  #arguments(): Expression[] {
    const open = this.#take();
    const args: Expression[] = [];
    if (this.#isSign(')')) {
      this.#take();
      return args;
    }
    for (;;) {
      args.push(this.#expression(0));
      if (!this.#isSign(',')) break;
      this.#take();
    }
    this.#close(open.at);
    return args;
  }

  #close(opened: number): void {
    const token = this.#take();
    if (token.kind === 'sign' && token.text === ')') return;
    throw new Failure(token.at, `The bracket opened at ${opened + 1} is not closed.`);
  }
}

/** Columns in the order they are named. */
export function columnsOf(expression: Expression): string[] {
  if (expression.kind === 'column') return [expression.name];
  return expression.kind === 'call' ? [...new Set(expression.args.flatMap(columnsOf))] : [];
}
