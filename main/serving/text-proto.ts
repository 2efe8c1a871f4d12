/** A message in protobuf's text format: every field has the list of its values. */
export interface TextMessage {
  [field: string]: TextValue[];
}

/** Numbers stay text until a field's meaning is known; words (enums, true, false) are text as well. */
export type TextValue = string | TextMessage;

const maxDepth = 32;

/** Reads protobuf's text format, as in `config.pbtxt`. Throws `SyntaxError` with the line. */
export function parseTextProto(text: string): TextMessage {
  return new Parser(text).message(undefined, 0);
}

const token = /\s+|#[^\n]*|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|([A-Za-z0-9_.+-]+)|([{}[\]:,;<>])/y;

class Parser {
  readonly #text: string;
  #at = 0;
  #next: { text: string; quoted: boolean; at: number } | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#advance();
  }

  message(closing: string | undefined, depth: number): TextMessage {
    if (depth > maxDepth) throw this.#error('messages nest too deep');
    const message: TextMessage = {};
    while (this.#next?.text !== closing || this.#next?.quoted === true) {
      const name = this.#take();
      if (name.quoted || !/^[A-Za-z_]\w*$/.test(name.text)) throw this.#error(`expected a field, got ${name.text}`);
      const hasColon = this.#skip(':');
      const values = this.#skip('[') ? this.#list(depth) : [this.#value(hasColon, depth)];
      message[name.text] = [...(message[name.text] ?? []), ...values];
      if (!this.#skip(',')) this.#skip(';');
    }
    this.#advance();
    return message;
  }

  #list(depth: number): TextValue[] {
    const values: TextValue[] = [];
    while (!this.#skip(']')) {
      values.push(this.#value(true, depth));
      this.#skip(',');
    }
    return values;
  }

  #value(hasColon: boolean, depth: number): TextValue {
    if (this.#skip('{')) return this.message('}', depth + 1);
    if (this.#skip('<')) return this.message('>', depth + 1);
    if (!hasColon) throw this.#error('expected ":" or "{"');
    const first = this.#take();
    if (!first.quoted) {
      if (!/^[\w.+-]+$/.test(first.text)) throw this.#error(`expected a value, got ${first.text}`);
      return first.text;
    }
    let text = unquote(first.text);
    // Adjacent strings are one.
    while (this.#next?.quoted) text += unquote(this.#take().text);
    return text;
  }

  #take(): { text: string; quoted: boolean } {
    const taken = this.#next;
    if (taken === undefined) throw this.#error('unexpected end');
    this.#advance();
    return taken;
  }

  #skip(text: string): boolean {
    if (this.#next?.text !== text || this.#next.quoted) return false;
    this.#advance();
    return true;
  }

  #advance(): void {
    this.#next = undefined;
    while (this.#at < this.#text.length) {
      const at = this.#at;
      token.lastIndex = at;
      const match = token.exec(this.#text);
      if (match === null) throw this.#error(`unexpected ${this.#text[at]}`);
      this.#at = token.lastIndex;
      const [, quoted, word, sign] = match;
      const found = quoted ?? word ?? sign;
      if (found === undefined) continue;
      this.#next = { text: found, quoted: quoted !== undefined, at };
      return;
    }
  }

  #error(problem: string): SyntaxError {
    const line = this.#text.slice(0, this.#next?.at ?? this.#at).split('\n').length;
    return new SyntaxError(`line ${line}: ${problem}`);
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char);
}
