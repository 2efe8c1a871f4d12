/** Where and why a text is not JSON. */
export interface JsonError {
  /** UTF-16 offset; the length of the text when it ends too early. */
  position: number;
  expected: string;
}

type State = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

const expectations: Record<State, string> = {
  value: 'a value',
  'value-or-end': 'a value or ]',
  key: 'a name in double quotes',
  'key-or-end': 'a name in double quotes or }',
  colon: 'a colon',
  'comma-or-end': 'a comma or the closing bracket',
  nothing: 'nothing more',
};
// [ !#-[\]-\uffff] is every UTF-16 unit that a string may hold unescaped.
const scalar =
  /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const cutString = /^"[ !#-[\]-\uffff]*(?:\\.[ !#-[\]-\uffff]*)*\\?$/;
const space = /[ \t\n\r]*/y;

/** The first place at which a text stops being JSON (RFC 8259); undefined for JSON. Independent of the host's messages. */
export function findJsonError(text: string): JsonError | undefined {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  let at = 0;
  const afterValue = (): State => (open.length === 0 ? 'nothing' : 'comma-or-end');
  for (;;) {
    at += matchAt(space, text, at);
    const char = text[at];
    if (char === undefined) return state === 'nothing' ? undefined : { position: at, expected: expectations[state] };
    const here = { position: at, expected: expectations[state] };
    const wantsValue: boolean = state === 'value' || state === 'value-or-end';
    const wantsKey: boolean = state === 'key' || state === 'key-or-end';
    if (wantsValue && (char === '{' || char === '[')) {
      open.push(char);
      state = char === '{' ? 'key-or-end' : 'value-or-end';
      at++;
    } else if (char === '}' || char === ']') {
      const closes = state === 'comma-or-end' || state === (char === '}' ? 'key-or-end' : 'value-or-end');
      if (!closes || open.pop() !== (char === '}' ? '{' : '[')) return here;
      state = afterValue();
      at++;
    } else if (state === 'comma-or-end' && char === ',') {
      state = open.at(-1) === '{' ? 'key' : 'value';
      at++;
    } else if (state === 'colon' && char === ':') {
      state = 'value';
      at++;
    } else if (wantsValue || (wantsKey && char === '"')) {
      const length = matchAt(scalar, text, at);
      if (length === 0) return isCutShort(text, at) ? { ...here, position: text.length } : here;
      at += length;
      state = wantsKey ? 'colon' : afterValue();
    } else return here;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** A string, number or word that would go on where the text ends. */
function isCutShort(text: string, at: number): boolean {
  const rest = text.slice(at);
  return rest === '-' || cutString.test(rest) || ['true', 'false', 'null'].some((word) => word.startsWith(rest));
}
