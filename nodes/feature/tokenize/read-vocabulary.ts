import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type BytePairs, byteNames, packedCharacters } from './byte-pairs.ts';
import { charKinds } from './lower.ts';

/** What WordPiece needs to know. */
export interface WordPieces {
  type: 'word-pieces';
  /** Pieces that begin a word as they are, others behind `prefix`, with their numbers. */
  pieces: ReadonlyMap<string, number>;
  prefix: string;
  /** Characters of the longest piece, without prefix. */
  longestPiece: number;
  /** Words of more characters are unknown. */
  longestWord: number;
  /** Numbers of the special tokens. */
  unknown: number;
  start: number;
  end: number;
  pad: number;
  /** Characters that are read as others. */
  replaced: ReadonlyMap<string, string>;
  /** Characters that are no part of a word; see `charKinds`. */
  kinds: ReadonlyMap<string, number>;
}

export type Vocabulary = WordPieces | BytePairs;

const largestFileBytes = 2 ** 26;
const mostPieces = 500_000;
const mostCharacters = 64;

/** Whole numbers that float32 holds. */
const tokenNumber = z
  .number()
  .int()
  .min(0)
  .max(2 ** 24);
const vocabSchema = z.record(z.string(), tokenNumber);

const tokenizerSchema = z.object({
  model: z.object({ type: z.string().optional() }).loose(),
  normalizer: z
    .object({
      type: z.string(),
      lowercase: z.boolean().optional(),
      strip_accents: z.boolean().nullish(),
      handle_chinese_chars: z.boolean().optional(),
    })
    .loose()
    .nullish(),
  pre_tokenizer: z
    .object({ type: z.string(), add_prefix_space: z.boolean().optional(), use_regex: z.boolean().optional() })
    .loose()
    .nullish(),
  post_processor: z.object({ type: z.string() }).loose().nullish(),
  padding: z.object({ pad_id: tokenNumber }).loose().nullish(),
  added_tokens: z.array(z.object({ id: tokenNumber, content: z.string() })).nullish(),
});
const bytePairSchema = z.object({
  vocab: vocabSchema,
  merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  dropout: z.number().nullish(),
  continuing_subword_prefix: z.string().nullish(),
  end_of_word_suffix: z.string().nullish(),
  byte_fallback: z.boolean().nullish(),
  ignore_merges: z.boolean().nullish(),
});
const around = z.tuple([z.string(), tokenNumber]);
const processorSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ByteLevel') }),
  z.object({ type: z.enum(['RobertaProcessing', 'BertProcessing']), cls: around, sep: around }),
  z.object({
    type: z.literal('TemplateProcessing'),
    single: z.array(
      z.union([z.object({ SpecialToken: z.object({ id: z.string() }) }), z.object({ Sequence: z.object({}) })]),
    ),
    special_tokens: z.record(z.string(), z.object({ ids: z.array(tokenNumber).length(1) })),
  }),
]);
const wordPieceSchema = z.object({
  vocab: vocabSchema,
  unk_token: z.string().default('[UNK]'),
  continuing_subword_prefix: z.string().default('##'),
  max_input_chars_per_word: z.number().int().min(1).default(100),
});
const configSchema = z.object({
  do_lower_case: z.boolean().default(true),
  strip_accents: z.boolean().nullish(),
  tokenize_chinese_chars: z.boolean().default(true),
});

/** Files of a folder that hold one, the one to take first. */
export const vocabularyFiles = ['tokenizer.json', 'vocab.txt'];

/**
 * The tokenizer of a `tokenizer.json`, or of a `vocab.txt` with the `tokenizer_config.json` beside it.
 * Errors: `data.unreadable`, `request.unsupported` for tokenizers that are neither WordPiece nor byte-level BPE.
 */
export async function readVocabulary(file: string): Promise<Vocabulary> {
  const text = await readText(file);
  return file.endsWith('.json') ? ofTokenizer(file, text) : ofList(file, text);
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > largestFileBytes) {
    throw unreadable(file, `it has ${Math.ceil(size / 2 ** 20)} MiB, and vocabularies have less than 64`);
  }
  return readFile(file, 'utf8');
}

function unreadable(file: string, why: string, cause?: unknown): AppError {
  return new AppError('data.unreadable', `${basename(file)} is no vocabulary: ${why}.`, {
    fix: 'Save the tokenizer again with save_pretrained.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function ofTokenizer(file: string, text: string): Vocabulary {
  let tokenizer: z.infer<typeof tokenizerSchema>;
  try {
    tokenizer = tokenizerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(file, 'it is not the JSON of a tokenizer', cause);
  }
  const { model, normalizer, pre_tokenizer: divider } = tokenizer;
  if (model.type === 'BPE') return ofBytePairs(file, tokenizer);
  const parts = [
    { what: 'model', is: model.type ?? 'of no type', wanted: 'WordPiece' },
    { what: 'normalizer', is: normalizer?.type ?? 'none', wanted: 'BertNormalizer' },
    { what: 'pre-tokenizer', is: divider?.type ?? 'none', wanted: 'BertPreTokenizer' },
  ];
  for (const { what, is, wanted } of parts) {
    if (is !== wanted)
      throw unsupported(file, what, is, wanted === 'WordPiece' ? 'WordPiece and byte-level BPE' : wanted);
  }
  const parsed = wordPieceSchema.safeParse(model);
  if (!parsed.success) throw unreadable(file, 'its model has no vocabulary of texts with numbers', parsed.error);
  const {
    vocab,
    unk_token: unknown,
    continuing_subword_prefix: prefix,
    max_input_chars_per_word: longestWord,
  } = parsed.data;
  const lowercase = normalizer?.lowercase ?? true;
  return vocabulary(file, new Map(Object.entries(vocab)), {
    unknown,
    prefix,
    longestWord,
    lowercase,
    stripAccents: normalizer?.strip_accents ?? lowercase,
    dividesChinese: normalizer?.handle_chinese_chars ?? true,
  });
}

function unsupported(file: string, what: string, is: string, wanted: string): AppError {
  return new AppError(
    'request.unsupported',
    `The ${what} of ${basename(file)} is ${is}; only ${wanted} can be served.`,
    {
      fix: 'Choose a model of the BERT, GPT-2 or RoBERTa family, or make the tokens in a Python step and give them to ONNX model.',
    },
  );
}

function ofBytePairs(file: string, tokenizer: z.infer<typeof tokenizerSchema>): BytePairs {
  const { model, normalizer, pre_tokenizer: divider, padding, added_tokens: added } = tokenizer;
  if (normalizer != null) throw unsupported(file, 'normalizer', normalizer.type, 'none');
  if (divider?.type !== 'ByteLevel') throw unsupported(file, 'pre-tokenizer', divider?.type ?? 'none', 'ByteLevel');
  if (divider.use_regex === false)
    throw unsupported(file, 'pre-tokenizer', 'without GPT-2’s pattern', 'ByteLevel with it');
  const parsed = bytePairSchema.safeParse(model);
  if (!parsed.success) throw unreadable(file, 'its model has no vocabulary and merges', parsed.error);
  const { vocab, merges, dropout, continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = parsed.data;
  const all = new Map(Object.entries(vocab));
  if (all.size > mostPieces) throw unreadable(file, `it has ${all.size} pieces, and at most ${mostPieces} are read`);
  const odd = [
    ...((dropout ?? 0) > 0 ? ['with dropout'] : []),
    ...(prefix || suffix ? ['with marks at pieces of words'] : []),
    ...(parsed.data.byte_fallback === true ? ['with byte fallback'] : []),
    ...(parsed.data.ignore_merges === true ? ['one that ignores merges'] : []),
  ];
  if (odd[0] !== undefined) throw unsupported(file, 'model', `BPE ${odd[0]}`, 'plain byte-level BPE');
  const numberOf = (token: string): number => {
    const number = all.get(token);
    if (number === undefined) throw unreadable(file, `it has no token “${token}”`);
    return number;
  };
  const tokens = 1 + [...all.values()].reduce((most, number) => Math.max(most, number), 0);
  const ranks = new Map<number, number>();
  const merged = merges.map((merge, rank) => {
    const [left = '', right = ''] = typeof merge === 'string' ? merge.split(' ') : merge;
    ranks.set(numberOf(left) * tokens + numberOf(right), rank);
    return numberOf(left + right);
  });
  const special = (name: string) => added?.find(({ content }) => content === name)?.id ?? all.get(name);
  const pad = padding?.pad_id ?? special('<pad>') ?? special('[PAD]') ?? special('<|endoftext|>') ?? 0;
  return {
    type: 'byte-pairs',
    bytes: byteNames().map(numberOf),
    ranks,
    merged,
    tokens,
    characters: packedCharacters(),
    prefixSpace: divider.add_prefix_space ?? true,
    ...specialAround(file, tokenizer.post_processor),
    pad,
  };
}

/** Tokens before and behind a text. */
function specialAround(
  file: string,
  given: z.infer<typeof tokenizerSchema>['post_processor'],
): Pick<BytePairs, 'start' | 'end'> {
  const inside = given?.type === 'Sequence' ? given['processors'] : undefined;
  const steps: unknown[] = Array.isArray(inside) ? inside : given == null ? [] : [given];
  const around: Pick<BytePairs, 'start' | 'end'> = { start: undefined, end: undefined };
  for (const step of steps) {
    const { data } = processorSchema.safeParse(step);
    if (data === undefined)
      throw unsupported(file, 'post-processor', given?.type ?? 'none', 'one token before and one behind a text');
    if (data.type === 'ByteLevel') continue;
    if (data.type !== 'TemplateProcessing') {
      around.start = data.cls[1];
      around.end = data.sep[1];
      continue;
    }
    const text = data.single.findIndex((part) => 'Sequence' in part);
    const numbers = data.single.map((part) => {
      if ('Sequence' in part) return undefined;
      const token = data.special_tokens[part.SpecialToken.id];
      if (token === undefined)
        throw unreadable(file, `its post-processor does not say what ${part.SpecialToken.id} is`);
      return token.ids[0];
    });
    if (text < 0 || text > 1 || numbers.length > text + 2) {
      throw unsupported(file, 'post-processor', 'one with more tokens', 'one token before and one behind a text');
    }
    around.start = text === 1 ? numbers[0] : undefined;
    around.end = numbers[text + 1];
  }
  return around;
}

async function ofList(file: string, text: string): Promise<Vocabulary> {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const beside = await readText(join(dirname(file), 'tokenizer_config.json')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw error instanceof AppError ? error : unreadable(file, 'tokenizer_config.json beside it cannot be read', error);
  });
  let config: z.infer<typeof configSchema>;
  try {
    config = configSchema.parse(JSON.parse(beside));
  } catch (cause) {
    throw unreadable(file, 'tokenizer_config.json beside it cannot be read', cause);
  }
  return vocabulary(file, new Map(lines.map((line, i) => [line, i])), {
    unknown: '[UNK]',
    prefix: '##',
    longestWord: 100,
    lowercase: config.do_lower_case,
    stripAccents: config.strip_accents ?? config.do_lower_case,
    dividesChinese: config.tokenize_chinese_chars,
  });
}

interface Rules {
  unknown: string;
  prefix: string;
  longestWord: number;
  lowercase: boolean;
  stripAccents: boolean;
  dividesChinese: boolean;
}

function vocabulary(file: string, all: ReadonlyMap<string, number>, rules: Rules): WordPieces {
  if (all.size > mostPieces) throw unreadable(file, `it has ${all.size} pieces, and at most ${mostPieces} are read`);
  const special = (name: string): number => {
    const number = all.get(name);
    if (number === undefined) throw unreadable(file, `it has no ${name}`);
    return number;
  };
  const { prefix, longestWord, dividesChinese } = rules;
  // What stands in brackets is no text: text is divided at brackets.
  const pieces = new Map([...all].filter(([piece]) => piece !== '' && !/^\[[^\]]+\]$|\s/.test(piece)));
  if (pieces.size === 0) throw unreadable(file, 'it has no pieces');
  const sizeOf = (piece: string) =>
    Array.from(piece.startsWith(prefix) && piece !== prefix ? piece.slice(prefix.length) : piece).length;
  const longestPiece = [...pieces.keys()].reduce((most, piece) => Math.max(most, sizeOf(piece)), 1);
  if (longestPiece > mostCharacters) {
    throw unreadable(file, `it has a piece of ${longestPiece} characters, and at most ${mostCharacters} are looked up`);
  }
  return {
    type: 'word-pieces',
    pieces,
    prefix,
    longestPiece,
    longestWord,
    unknown: special(rules.unknown),
    start: special('[CLS]'),
    end: special('[SEP]'),
    pad: all.get('[PAD]') ?? 0,
    replaced: replacedCharacters(rules),
    kinds: characterKinds(dividesChinese),
  };
}

const lastCodePoint = 0x1ffff;

function* characters(): Generator<string> {
  for (let code = 0; code <= lastCodePoint; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}

/** White space becomes a space; letters lose case and accents where the model was trained so. */
function replacedCharacters({ lowercase, stripAccents }: Rules): Map<string, string> {
  const replaced = new Map<string, string>();
  for (const char of characters()) {
    const next = normalize(char, lowercase, stripAccents);
    if (next !== char) replaced.set(char, next);
  }
  return replaced;
}

function normalize(char: string, lowercase: boolean, stripAccents: boolean): string {
  if (/^[\s\p{Zs}]$/u.test(char)) return ' ';
  if (char === '\ufffd' || /^[\p{Cc}\p{Cf}]$/u.test(char)) return '';
  let next = char;
  if (stripAccents && !/^\p{Script=Hangul}$/u.test(char)) next = next.normalize('NFD').replaceAll(/\p{Mn}/gu, '');
  return lowercase ? next.toLowerCase() : next;
}

function characterKinds(dividesChinese: boolean): Map<string, number> {
  const kinds = new Map<string, number>([[' ', charKinds.space]]);
  for (const char of characters()) {
    const isPunctuation = /^[!-/:-@[-`{-~]$|^\p{P}$/u.test(char);
    if (isPunctuation || (dividesChinese && isChinese(char.codePointAt(0) ?? 0))) kinds.set(char, charKinds.alone);
  }
  return kinds;
}

/** The blocks that BERT divides at each character. */
function isChinese(code: number): boolean {
  return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf) || (code >= 0xf900 && code <= 0xfaff);
}
