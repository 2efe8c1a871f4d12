import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attribute, createGraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { evaluationReportSchema } from '../../../shared/model/report.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { StepChain } from '../../../test/support/step-chain.ts';
import { evaluateNode } from '../../train/evaluate/definition.ts';
import { runner as evaluate } from '../../train/evaluate/run.ts';
import { onnxNode } from '../../train/onnx/definition.ts';
import { runner as onnx } from '../../train/onnx/run.ts';
import { tokenizeNode } from './definition.ts';
import { lowerTokens } from './lower.ts';
import { readVocabulary } from './read-vocabulary.ts';
import { runner } from './run.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const words =
  '[PAD] [UNK] [CLS] [SEP] [MASK] the un ##aff ##able ##a ##b good bad movie ##s ! , 漢 字 e ##e uber ##able##x a b ab ##ab ##c';
const list = words.split(' ');
const vocab = Object.fromEntries(list.map((word, i) => [word, i]));
const tokenizer = (change: object = {}) =>
  JSON.stringify({
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', vocab },
    normalizer: { type: 'BertNormalizer', lowercase: true, strip_accents: null, handle_chinese_chars: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    ...change,
  });

let chain: StepChain;
let folder: string;
beforeAll(async () => {
  chain = await StepChain.create();
  folder = await mkdtemp(join(tmpdir(), 'slipway-tokens-'));
  await writeFile(join(folder, 'tokenizer.json'), tokenizer());
});
afterAll(async () => {
  await chain[Symbol.asyncDispose]();
  await removeFolder(folder);
});

/** Written from the published algorithm, word by word. */
function reference(text: string, longestWord = 100): number[] {
  const spaced = text
    .replaceAll(/[\p{Cc}\p{Cf}\ufffd]/gu, (char) => (/\s/.test(char) ? ' ' : ''))
    .replaceAll(/[\u4e00-\u9fff]/g, ' $& ')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll(/[!-/:-@[-`{-~\p{P}]/gu, ' $& ');
  const tokens: number[] = [];
  for (const word of spaced.split(/\s+/).filter((part) => part !== '')) {
    const chars = Array.from(word);
    const pieces: number[] = [];
    for (let from = 0; from < chars.length; ) {
      let to = chars.length;
      const key = () => (from > 0 ? '##' : '') + chars.slice(from, to).join('');
      while (to > from && !Object.hasOwn(vocab, key())) to--;
      if (to === from) break;
      pieces.push(vocab[key()] as number);
      from = to;
      if (from === chars.length) tokens.push(...pieces);
    }
    const joined = pieces.map((piece) => (list[piece] as string).replace(/^##/, '')).join('');
    if (joined !== word || chars.length > longestWord) {
      if (joined === word) tokens.length -= pieces.length;
      tokens.push(1);
    }
  }
  return tokens;
}

async function tokenized(texts: string[], length: number, file = join(folder, 'tokenizer.json')) {
  const builder = createGraphBuilder('tokens');
  const value = builder.input('text', 'BYTES', ['N', 1]);
  const column = { name: 'text', type: 'string' as const, sqlType: 'VARCHAR' };
  const source = { source: { kind: 'column' as const, name: 'text', column }, value };
  const features = lowerTokens(builder, source, await readVocabulary(file), length);
  for (const { feature, value: made } of features) builder.output(feature.name, made, 'FP32', ['N', length]);
  const session = await openSession(builder.toBytes(), { threads: 1 });
  const out = await session.run({ text: new Tensor('string', texts, [texts.length, 1]) });
  await session.release();
  return texts.map((_, row) => {
    const part = (name: string) =>
      Array.from(((out[name] as Tensor).data as Float32Array).slice(row * length, (row + 1) * length));
    const ids = part('input_ids');
    const mask = part('attention_mask');
    const count = mask.reduce((sum, one) => sum + one, 0);
    expect(mask).toEqual(ids.map((_id, i) => (i < count ? 1 : 0)));
    expect(ids.slice(count)).toEqual(ids.slice(count).map(() => 0));
    expect(part('token_type_ids')).toEqual(ids.map(() => 0));
    return ids.slice(0, count);
  });
}

const framed = (ids: number[], length: number) => [2, ...ids.slice(0, length - 2), 3];

test('divides words from the left into the longest pieces, in any case, with and without accents', async () => {
  const texts = [
    'the unaffable',
    'Good MOVIES!',
    'bad,bad  movie',
    'ünaffable über',
    'unaffxable the',
    'abab abc abx',
    '漢字漢x',
    '',
    ' \t\n ',
    MISSING_STRING,
    'a'.repeat(101),
    'ab'.repeat(50),
    'e\u0301e e\u200be',
  ];
  const length = 60;
  const ids = await tokenized(texts, length);
  for (const [i, text] of texts.entries()) {
    const expected = reference(text === MISSING_STRING ? '' : text);
    expect(ids[i], JSON.stringify(text)).toEqual(framed(expected, length));
  }
  expect(ids[0]).toEqual([2, 5, 6, 7, 8, 3]);
  expect(ids[4]).toEqual([2, 1, 5, 3]);
  expect((await tokenized(['the '.repeat(9), 'the'], 6)).map((row) => row.length)).toEqual([6, 3]);
});

test('agrees with the algorithm word by word on any text', async () => {
  const pieces = [
    'the',
    'un',
    'affable',
    'a',
    'b',
    'ab',
    'c',
    'x',
    ' ',
    '  ',
    '!',
    ',',
    'é',
    'É',
    '漢',
    '\t',
    'movies',
    '-',
  ];
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(''));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 10, maxLength: 30 }), async (texts) => {
      const ids = await tokenized(texts, 24);
      expect(ids).toEqual(texts.map((one) => framed(reference(one), 24)));
    }),
    { numRuns: 5, seed: 5 },
  );
});

test('reads vocab.txt with its settings', async () => {
  const plain = join(folder, 'plain');
  await mkdir(plain);
  await writeFile(join(plain, 'vocab.txt'), `${list.join('\n')}\n`);
  await writeFile(join(plain, 'tokenizer_config.json'), '{"do_lower_case": false}');
  expect(await tokenized(['the The é'], 8, join(plain, 'vocab.txt'))).toEqual([[2, 5, 1, 1, 3]]);
  // Settings that are there but cannot be read are not those of no file.
  await rm(join(plain, 'tokenizer_config.json'));
  await mkdir(join(plain, 'tokenizer_config.json'));
  await expect(readVocabulary(join(plain, 'vocab.txt'))).rejects.toThrow('tokenizer_config.json');
});

describe('a folder with a model', () => {
  test('takes text, gives classes, and is served as it was measured', async () => {
    // Scores by how often “good” and “bad” occur, as a network with embeddings would.
    const length = 16;
    const builder = createGraphBuilder('theirs');
    const ids = builder.input('input_ids', 'INT64', ['batch', 'sequence']);
    const mask = builder.input('attention_mask', 'INT64', ['batch', 'sequence']);
    const table = list.flatMap((word) => (word === 'good' ? [0, 2] : word === 'bad' ? [2, 0] : [0.1, 0]));
    const vectors = builder.node('Gather', [builder.initializer('FP32', table, [list.length, 2]), ids]);
    const weights = builder.node('Unsqueeze', [
      builder.node('Cast', [mask], { to: attribute.int(1) }),
      builder.int64([2]),
    ]);
    const sum = builder.node('ReduceSum', [builder.node('Mul', [vectors, weights]), builder.int64([1])], {
      keepdims: attribute.int(0),
    });
    builder.output('logits', sum, 'FP32', ['batch', 2]);
    await writeFile(join(folder, 'model.onnx'), builder.toBytes());
    await writeFile(join(folder, 'config.json'), JSON.stringify({ id2label: { 0: 'NEGATIVE', 1: 'POSITIVE' } }));
    const rows = await chain.table(
      `SELECT CASE WHEN i % 2 = 0 THEN 'a Good movie!' WHEN i % 3 = 0 THEN 'bad, unaffable' ELSE 'the BAD movies' END AS review,
        CASE WHEN i % 2 = 0 THEN 'POSITIVE' ELSE 'NEGATIVE' END AS mood FROM range(40) t(i)`,
      'train',
    );
    const params = { column: 'review', path: folder, length };
    const { features } = await chain.run(tokenizeNode, runner, params, { input: [rows] });
    const given = { features: [features as InputArtifact] };
    const { model } = await chain.run(onnxNode, onnx, { path: folder, label: 'mood' }, given);
    const { report } = await chain.run(evaluateNode, evaluate, {}, { model: [model as InputArtifact], table: [rows] });
    const text = await readFile((report as InputArtifact).path('report.json'), 'utf8');
    const { metrics, parity } = evaluationReportSchema.parse(JSON.parse(text));
    expect(parity).toMatchObject({ passed: true, labelMismatches: 0 });
    expect(metrics['accuracy']).toBe(1);

    await writeFile(join(folder, 'config.json'), JSON.stringify({ id2label: { 0: 'POSITIVE', 1: 'NEGATIVE' } }));
    await expect(chain.run(onnxNode, onnx, { path: folder, label: 'mood' }, given)).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining('POSITIVE, NEGATIVE'),
    });
  });
});

test('what is no such tokenizer is refused by name', async () => {
  const refused = async (text: string, name = 'other.json') => {
    await writeFile(join(folder, name), text);
    const rows = await chain.table("SELECT 'x' AS review", 'train');
    return chain
      .run(tokenizeNode, runner, { column: 'review', path: join(folder, name) }, { input: [rows] })
      .catch((error: unknown) => error);
  };
  expect(await refused(tokenizer({ model: { type: 'Unigram', vocab: [] } }))).toMatchObject({
    code: 'request.unsupported',
    message: expect.stringContaining('is Unigram'),
  });
  expect(await refused(tokenizer({ pre_tokenizer: { type: 'ByteLevel' } }))).toMatchObject({
    code: 'request.unsupported',
  });
  expect(await refused('{')).toMatchObject({ code: 'data.unreadable' });
  expect(await refused(tokenizer({ model: { type: 'WordPiece', vocab: ['a'] } }))).toMatchObject({
    code: 'data.unreadable',
  });
  expect(await refused(tokenizer({ model: { type: 'WordPiece', vocab: { a: 0 } } }))).toMatchObject({
    code: 'data.unreadable',
    message: expect.stringContaining('no [UNK]'),
  });
  expect(await refused('a\nb\n', 'words.txt')).toMatchObject({ code: 'data.unreadable' });
  const rows = await chain.table("SELECT 'x' AS review", 'train');
  for (const path of [join(folder, 'plain', '..', 'gone'), join(folder, 'empty')]) {
    if (path.endsWith('empty')) await mkdir(path);
    await expect(chain.run(tokenizeNode, runner, { column: 'review', path }, { input: [rows] })).rejects.toMatchObject({
      code: 'data.not-found',
    });
  }
});
