/** A German message: texts with the numbers of slots between. */
type Parts = readonly (string | number)[];

interface Slot {
  /** From 1, as the German names it. */
  number: number;
  /** The slot holds a text of the engine itself, so the shortest fragments count there too. */
  texts: boolean;
  /** The slot stands in quotes: a name, which is never translated. */
  quoted: boolean;
}

interface Template {
  /** Texts around the slots; one more than there are slots. */
  literals: readonly string[];
  slots: readonly Slot[];
  german: Parts;
  /** Letters that are not in slots: a text with few says little. */
  letters: number;
  /** Letters first, then other characters outside of slots: of several matches the weightiest wins. */
  weight: number;
}

/** Below this a template is a fragment (`{1} is {2}`), looked for only where the engine puts a text into a slot. */
const fewestLetters = 5;
/** A message of messages of messages; what is deeper stays English. */
const mostDepth = 5;
const longestMessage = 20_000;
const keptAnswers = 500;

const slotPattern = /\{(\d+)(\*?)\}/g;
const quotes = new Set(['“', '"', "'", '`', '„']);

function templateOf(english: string, german: string): Template {
  const literals: string[] = [];
  const slots: Slot[] = [];
  let from = 0;
  for (const match of english.matchAll(slotPattern)) {
    const before = english.slice(from, match.index);
    literals.push(before);
    slots.push({ number: Number(match[1]), texts: match[2] === '*', quoted: quotes.has(before.at(-1) ?? '') });
    from = match.index + match[0].length;
  }
  literals.push(english.slice(from));
  const said: (string | number)[] = [];
  let at = 0;
  for (const match of german.matchAll(slotPattern)) {
    said.push(german.slice(at, match.index), Number(match[1]));
    at = match.index + match[0].length;
  }
  said.push(german.slice(at));
  const letters = literals.join('').replaceAll(/[^\p{L}]/gu, '').length;
  return { literals, slots, german: said, letters, weight: letters * 1_000 + literals.join('').length };
}

/** Values of the slots; undefined where the text is not of the template. Linear: each literal is searched for once. */
function valuesOf({ literals, slots }: Template, text: string): string[] | undefined {
  const first = literals[0] as string;
  const last = literals.at(-1) as string;
  if (slots.length === 0) return text === first ? [] : undefined;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return undefined;
  const values: string[] = [];
  let from = first.length;
  for (let slot = 1; slot < slots.length; slot++) {
    const literal = literals[slot] as string;
    // Slots side by side: the first takes all, `divide` gives the others their share.
    const at = literal === '' ? from : text.indexOf(literal, from);
    if (at < 0 || at + literal.length > end) return undefined;
    values.push(text.slice(from, at));
    from = at + literal.length;
  }
  values.push(text.slice(from, end));
  return values;
}

/** Quotes of the other language around names. */
function inGermanQuotes(text: string): string {
  return text.replaceAll(/“([^“”]*)”/g, '„$1“');
}

/** Translates what the engine says, by patterns. `words`: whole texts that are known besides, such as help of parameters. */
export class MessageMatcher {
  readonly #whole = new Map<string, Template>();
  /** By the first character, longest literals first. */
  readonly #byStart = new Map<string, Template[]>();
  /** Those that begin with a slot. */
  readonly #open: Template[] = [];
  readonly #words: Readonly<Record<string, string>>;
  readonly #answers = new Map<string, string | undefined>();

  constructor(catalogues: readonly Readonly<Record<string, string>>[], words: Readonly<Record<string, string>> = {}) {
    this.#words = words;
    for (const catalogue of catalogues) {
      for (const [english, german] of Object.entries(catalogue)) {
        const template = templateOf(english, german);
        const start = (template.literals[0] as string).charAt(0);
        if (template.slots.length === 0) this.#whole.set(english, template);
        else if (start === '') this.#open.push(template);
        else {
          const alike = this.#byStart.get(start);
          if (alike) alike.push(template);
          else this.#byStart.set(start, [template]);
        }
      }
    }
    const longestFirst = (a: Template, b: Template) => b.weight - a.weight;
    this.#open.sort(longestFirst);
    for (const templates of this.#byStart.values()) templates.sort(longestFirst);
  }

  /** The German of a message, or of sentences put together; undefined where a part of it is not known. */
  translate(message: string): string | undefined {
    if (message.length > longestMessage) return undefined;
    if (this.#answers.has(message)) return this.#answers.get(message);
    const said = this.#message(message, false, 0) ?? this.#sentences(message);
    if (this.#answers.size >= keptAnswers) this.#answers.clear();
    this.#answers.set(message, said);
    return said;
  }

  #message(text: string, fragment: boolean, depth: number): string | undefined {
    if (depth > mostDepth || text === '') return undefined;
    const whole = this.#whole.get(text);
    if (whole && (fragment || depth === 0 || whole.letters >= fewestLetters)) return String(whole.german[0]);
    const word = Object.hasOwn(this.#words, text) ? this.#words[text] : undefined;
    if (word !== undefined) return word;
    const closed = this.#byStart.get(text.charAt(0)) ?? [];
    let best: { template: Template; values: string[] } | undefined;
    for (const templates of [closed, this.#open]) {
      for (const template of templates) {
        if (template.letters < fewestLetters && !fragment && (depth > 0 || templates === this.#open)) continue;
        if (best && best.template.weight >= template.weight) break;
        const values = valuesOf(template, text);
        if (values && plausible(template, values)) best = { template, values };
      }
    }
    return best && this.#filled(best.template, best.values, depth);
  }

  #filled({ literals, slots, german }: Template, values: string[], depth: number): string {
    for (let slot = slots.length - 1; slot > 0; slot--) {
      if (literals[slot] === '' && values[slot - 1] === '') {
        // The run of slots was taken by the last of them.
        const [before, after] = this.#divided(values[slot] as string, slots[slot - 1]?.texts === true, depth);
        values[slot - 1] = before;
        values[slot] = after;
      }
    }
    const said = new Map(
      slots.map((slot, index) => [slot.number, this.#value(slot, values[index] as string, depth + 1)] as const),
    );
    return german.map((part) => (typeof part === 'number' ? (said.get(part) ?? '') : part)).join('');
  }

  /** A run of two slots: the text ends, or begins, at the first place that leaves a known text. */
  #divided(text: string, textFirst: boolean, depth: number): [string, string] {
    for (let at = 0; at < text.length; at++) {
      if (!' ,.;:('.includes(text.charAt(at))) continue;
      const part = textFirst ? text.slice(0, at) : text.slice(at);
      if (this.#message(part, true, depth + 1) !== undefined) return [text.slice(0, at), text.slice(at)];
    }
    return [text, ''];
  }

  #value({ texts, quoted }: Slot, value: string, depth: number): string {
    if (quoted || !/\p{L}{2}/u.test(value)) return value;
    return (
      this.#message(value, texts, depth) ??
      this.#sentences(value, depth) ??
      this.#list(value, depth) ??
      inGermanQuotes(value)
    );
  }

  /** `a; b`, each translated where it is known; undefined where none is. */
  #list(text: string, depth: number): string | undefined {
    for (const separator of ['; ', ', ']) {
      const parts = text.split(separator);
      if (parts.length === 1 || parts.length > 50) continue;
      const said = parts.map((part) => this.#message(part, false, depth + 1));
      if (said.some((part) => part !== undefined)) {
        return parts.map((part, index) => said[index] ?? inGermanQuotes(part)).join(separator);
      }
    }
    return undefined;
  }

  /** Messages put one after another: the longest known piece first, so that sentences of one message stay together. */
  #sentences(text: string, depth = 0): string | undefined {
    const ends = [...text.matchAll(/[.!?…:)] (?=[\p{Lu}"“„'\d])/gu)].map((match) => match.index + 1);
    if (ends.length === 0 || ends.length > 30) return undefined;
    ends.push(text.length);
    const said: string[] = [];
    let from = 0;
    let known = 0;
    for (let next = 0; next < ends.length; ) {
      let taken = next;
      let german: string | undefined;
      for (let upTo = Math.min(ends.length, next + 4) - 1; upTo >= next && german === undefined; upTo--) {
        if (from === 0 && upTo === ends.length - 1) continue;
        german = this.#message(text.slice(from, ends[upTo]), false, depth + 1);
        taken = upTo;
      }
      if (german !== undefined) known++;
      said.push(german ?? text.slice(from, ends[taken]));
      from = (ends[taken] as number) + 1;
      next = taken + 1;
    }
    return known === said.length ? said.join(' ') : undefined;
  }
}

/** A slot in quotes holds no other quotation, and one that begins a message no whole sentence before it. */
function plausible({ slots, literals }: Template, values: readonly string[]): boolean {
  return slots.every((slot, index) => {
    const value = values[index] as string;
    if (slot.quoted && literals[index]?.endsWith('“')) return !value.includes('“') || value.includes('”');
    return index > 0 || literals[0] !== '' || slot.texts || !/[.!?] \p{Lu}/u.test(value);
  });
}
