import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import { charKinds } from './lower.ts';

/** What WordPiece needs to know. */
export interface Vocabulary {
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

const largestFileBytes = 2 ** 26;
const mostPieces = 500_000;
const mostCharacters = 64;

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
  pre_tokenizer: z.object({ type: z.string() }).loose().nullish(),
});
const wordPieceSchema = z.object({
  vocab: z.record(
    z.string(),
    z
      .number()
      .int()
      .min(0)
      .max(2 ** 24),
  ),
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
 * Errors: `data.unreadable`, `request.unsupported` for tokenizers that are no WordPiece.
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
  const parts = [
    { what: 'model', is: model.type ?? 'of no type', wanted: 'WordPiece' },
    { what: 'normalizer', is: normalizer?.type ?? 'none', wanted: 'BertNormalizer' },
    { what: 'pre-tokenizer', is: divider?.type ?? 'none', wanted: 'BertPreTokenizer' },
  ];
  for (const { what, is, wanted } of parts) {
    if (is === wanted) continue;
    throw new AppError(
      'request.unsupported',
      `The ${what} of ${basename(file)} is ${is}; only ${wanted} can be served.`,
      {
        fix: 'Choose a model of the BERT family, or make the tokens in a Python step and give them to ONNX model.',
      },
    );
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

function vocabulary(file: string, all: ReadonlyMap<string, number>, rules: Rules): Vocabulary {
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
