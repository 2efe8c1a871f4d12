import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { byteNames } from './byte-pairs.ts';
import { lowerTokens } from './lower.ts';
import { readVocabulary } from './read-vocabulary.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const names = byteNames();
const bytesOf = (text: string) => Array.from(new TextEncoder().encode(text), (byte) => names[byte] as string);
/** In the order a training would find them: each of tokens made before. */
const merges = [
  'h e',
  'l l',
  'he ll',
  'hell o',
  'Ġ w',
  'Ġw o',
  'r l',
  'rl d',
  'Ġwo rld',
  "' s",
  'Ġ t',
  'Ġt he',
  'a a',
  'aa aa',
  'Ã ¤',
  'Ġ Ġ',
  'i n',
  'in g',
  '1 2',
];
const special = ['<s>', '<pad>', '</s>', '<unk>'];
const vocab = Object.fromEntries(
  [...special, ...names, ...merges.map((merge) => merge.replace(' ', ''))].map((token, i) => [token, i]),
);
const idOf = (token: string) => vocab[token] as number;
const [start, pad, end] = [0, 1, 2];
const tokenizer = (change: object = {}) => ({
  model: { type: 'BPE', dropout: null, continuing_subword_prefix: '', end_of_word_suffix: '', vocab, merges },
  normalizer: null,
  pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
  post_processor: { type: 'RobertaProcessing', sep: ['</s>', end], cls: ['<s>', start], add_prefix_space: false },
  added_tokens: special.map((content, id) => ({ id, content, special: true })),
  ...change,
});

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-byte-pairs-'));
});
afterAll(() => removeFolder(folder));

async function opened(length: number, change: object = {}) {
  const file = join(folder, 'tokenizer.json');
  await writeFile(file, JSON.stringify(tokenizer(change)));
  const builder = createGraphBuilder('tokens');
  const value = builder.input('text', 'BYTES', ['N', 1]);
  const column = { name: 'text', type: 'string' as const, sqlType: 'VARCHAR' };
  const source = { source: { kind: 'column' as const, name: 'text', column }, value };
  for (const { feature, value: made } of lowerTokens(builder, source, await readVocabulary(file), length)) {
    builder.output(feature.name, made, 'FP32', ['N', length]);
  }
  return openSession(builder.toBytes(), { threads: 1 });
}

/** Tokens of each text, which the mask says are some. */
async function tokensOf(session: InferenceSession, texts: string[], length: number): Promise<number[][]> {
  const out = await session.run({ text: new Tensor('string', texts, [texts.length, 1]) });
  return texts.map((_, row) => {
    const part = (name: string) =>
      Array.from(((out[name] as Tensor).data as Float32Array).slice(row * length, (row + 1) * length));
    const [ids, mask] = [part('input_ids'), part('attention_mask')];
    const count = mask.reduce((sum, one) => sum + one, 0);
    expect(mask).toEqual(ids.map((_id, i) => (i < count ? 1 : 0)));
    expect(ids.slice(count)).toEqual(ids.slice(count).map(() => pad));
    return ids.slice(0, count);
  });
}

const words =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** As GPT-2's encoder is published: in each word, all pairs of the lowest rank, until there is none. */
function reference(text: string): number[] {
  return (text.match(words) ?? []).flatMap((word) => {
    let tokens = bytesOf(word);
    for (;;) {
      const ranks = tokens.slice(1).map((right, i) => merges.indexOf(`${tokens[i]} ${right}`));
      const best = Math.min(...ranks.map((rank) => (rank < 0 ? Number.POSITIVE_INFINITY : rank)));
      if (!Number.isFinite(best)) return tokens.map(idOf);
      const next: string[] = [];
      for (let i = 0; i < tokens.length; i++) {
        const isPair = i + 1 < tokens.length && `${tokens[i]} ${tokens[i + 1]}` === merges[best];
        next.push(isPair ? `${tokens[i]}${tokens[++i]}` : (tokens[i] as string));
      }
      tokens = next;
    }
  });
}

test('gives the tokens that follow by hand from the merges', async () => {
  const length = 12;
  const session = await opened(length);
  const known: [string, string[]][] = [
    ['hello world', ['hello', 'Ġworld']],
    ["he's", ['he', "'s"]],
    ["he 's", ['he', 'Ġ', "'", 's']],
    ['aaaaaaa', ['aaaa', 'aa', 'a']],
    ['ä the  12', ['Ã¤', 'Ġthe', 'Ġ', 'Ġ', '12']],
    ['   ', ['ĠĠ', 'Ġ']],
    ['\n\nhe', ['Ċ', 'Ċ', 'he']],
    ['', []],
    [MISSING_STRING, []],
  ];
  const found = await tokensOf(
    session,
    known.map(([text]) => text),
    length,
  );
  for (const [i, [text, tokens]] of known.entries()) {
    expect(found[i], JSON.stringify(text)).toEqual([start, ...tokens.map(idOf), end]);
  }
  // Too long a text is cut off before the last token.
  const [long] = await tokensOf(session, ['hello '.repeat(40)], length);
  expect(long).toEqual([start, idOf('hello'), ...reference(' hello'.repeat(40)).slice(0, length - 3), end]);
  await session.release();
});

test('agrees with the published algorithm on any text', async () => {
  const length = 200;
  const session = await opened(length);
  const pieces = [
    'hello',
    ' world',
    "'s",
    "'ll",
    "'re",
    "'",
    ' ',
    '  ',
    '\n',
    '\t',
    '\u00a0',
    '\u3000',
    '12',
    '٣',
    '½',
    'ä',
    'a',
    'é',
    'e\u0301',
    '漢字',
    '𠮷',
    '🙂',
    '\u200d',
    '!',
    '...',
    'ing',
    'THE',
    ' the',
    '_',
    's',
    't',
    'll',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 6 }), async (texts) => {
      const given = texts.filter((one) => one !== MISSING_STRING);
      if (given.length === 0) return;
      const found = await tokensOf(session, given, length);
      for (const [i, one] of given.entries()) {
        expect(found[i], JSON.stringify(one)).toEqual([start, ...reference(one), end]);
      }
    }),
    { seed: 7, numRuns: 40 },
  );
  await session.release();
});

test('puts a space before a text, and nothing around it, where the tokenizer says so', async () => {
  const spaced = await opened(6, {
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: true },
    post_processor: null,
  });
  expect(await tokensOf(spaced, ['world', ' world', ''], 6)).toEqual([[idOf('Ġworld')], [idOf('Ġworld')], []]);
  await spaced.release();
  const template = {
    type: 'Sequence',
    processors: [
      { type: 'ByteLevel' },
      {
        type: 'TemplateProcessing',
        single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
        special_tokens: { '</s>': { id: '</s>', ids: [end], tokens: ['</s>'] } },
      },
    ],
  };
  const behind = await opened(3, {
    post_processor: template,
    model: { ...tokenizer().model, merges: merges.map((m) => m.split(' ')) },
  });
  expect(await tokensOf(behind, ['hello hello hello', 'hello'], 3)).toEqual([
    [idOf('hello'), idOf('Ġ'), end],
    [idOf('hello'), end],
  ]);
  await behind.release();
});

test('leaves bytes alone where nothing is to be merged', async () => {
  const alone = await opened(6, { model: { ...tokenizer().model, merges: [] } });
  expect(await tokensOf(alone, ['he'], 6)).toEqual([[start, idOf('h'), idOf('e'), end]]);
  await alone.release();
});

test.each([
  ['normalizer', { normalizer: { type: 'NFC' } }, 'NFC'],
  ['divider', { pre_tokenizer: { type: 'Whitespace' } }, 'Whitespace'],
  ['pattern of its own', { pre_tokenizer: { type: 'ByteLevel', use_regex: false } }, 'GPT-2’s pattern'],
  ['dropout', { model: { ...tokenizer().model, dropout: 0.1 } }, 'dropout'],
  ['post-processor', { post_processor: { type: 'Other' } }, 'post-processor'],
  ['list of post-processors', { post_processor: { type: 'Sequence', processors: 1 } }, 'post-processor'],
])('refuses a tokenizer with another %s by name', async (_what, change, named) => {
  await expect(opened(4, change)).rejects.toMatchObject({
    code: 'request.unsupported',
    message: expect.stringContaining(named),
  });
});

test('refuses merges and bytes that the vocabulary lacks', async () => {
  const model = tokenizer().model;
  const template = {
    type: 'TemplateProcessing',
    single: [{ Sequence: { id: 'A' } }, { SpecialToken: { id: '<end>' } }],
    special_tokens: {},
  };
  for (const change of [
    { model: { ...model, merges: ['q z'] } },
    { model: { ...model, merges: ['qz'] } },
    { model: { ...model, vocab: { ...vocab, z: 2 ** 30 } } },
    { post_processor: template },
    { added_tokens: [{ id: -1, content: '<pad>' }] },
  ]) {
    await expect(opened(4, change)).rejects.toMatchObject({ code: 'data.unreadable' });
  }
  const { a: _a, ...without } = vocab;
  await expect(opened(4, { model: { ...model, vocab: without } })).rejects.toMatchObject({
    code: 'data.unreadable',
    message: expect.stringContaining('“a”'),
  });
});
