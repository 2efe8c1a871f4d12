import { castTo } from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder } from '../../../main/compute/onnx/graph-builder.ts';
import { type BytePairs, characterClasses, unknownCharacter } from './byte-pairs.ts';
import { lookUp } from './look-up.ts';

/**
 * Byte-level BPE (Sennrich et al. 2016 on bytes, as GPT-2 and RoBERTa have it) of characters [T], of which there may be
 * none: INT64 numbers of the tokens, as many as there are.
 */
export function bytePairTokens(row: GraphBuilder, raw: string, vocabulary: BytePairs): string {
  const chars = vocabulary.prefixSpace ? withSpaceBefore(row, raw) : raw;
  const packed = lookUp(row, chars, vocabulary.characters, unknownCharacter);
  const starts = wordStarts(row, chars, row.node('Mod', [packed, row.int64(4)]));
  const word = row.node('CumSum', [castTo(row, starts, 'INT64'), row.int64(0)]);
  // UTF-8 of each character, [T, 4]; behind the first byte, 0 is none.
  const all = row.node('Unsqueeze', [row.node('Div', [packed, row.int64(4)]), row.int64([1])]);
  const places = row.initializer('INT64', [1, 2 ** 8, 2 ** 16, 2 ** 24], [1, 4]);
  const bytes = row.node('Mod', [row.node('Div', [all, places]), row.int64(256)]);
  const isFirst = row.initializer('BOOL', [1, 0, 0, 0], [1, 4]);
  const isByte = flat(row, row.node('Or', [isFirst, row.node('Greater', [bytes, row.int64(0)])]));
  const numbers = row.node('Gather', [row.int64(vocabulary.bytes), row.node('Compress', [flat(row, bytes), isByte])]);
  const wordOfByte = row.node('Mul', [
    row.node('Unsqueeze', [word, row.int64([1])]),
    row.initializer('INT64', [1, 1, 1, 1], [1, 4]),
  ]);
  const words = row.node('Compress', [flat(row, wordOfByte), isByte]);
  return merged(row, { numbers, words }, vocabulary);
}

function flat(row: GraphBuilder, value: string): string {
  return row.node('Reshape', [value, row.int64([-1])]);
}

function joined(row: GraphBuilder, ...parts: string[]): string {
  return row.node('Concat', parts, { axis: attribute.int(0) });
}

function part(row: GraphBuilder, value: string, from: number, to: number): string {
  return row.node('Slice', [value, row.int64([from]), row.int64([to]), row.int64([0])]);
}

const last = Number.MAX_SAFE_INTEGER;

/** A space before a text that begins with something else. */
function withSpaceBefore(row: GraphBuilder, chars: string): string {
  const space = row.initializer('BYTES', [' '], [1]);
  const first = part(row, chars, 0, 1);
  const other = row.node('Not', [row.node('Equal', [first, space])]);
  // As long as `first`, which is empty where the text is.
  const spaces = row.node('Where', [other, space, first]);
  return joined(row, row.node('Compress', [spaces, other]), chars);
}

/**
 * Where the words of GPT-2's pattern begin, BOOL [T]: letters, numbers, or other characters, each with one space before them
 * if there is one; white space, but for what belongs to the next word; and 's 't 'm 'd 're 've 'll.
 */
function wordStarts(row: GraphBuilder, chars: string, kind: string): string {
  const { letter, space, other } = characterClasses;
  const not = (value: string) => row.node('Not', [value]);
  const and = (...all: string[]) => all.reduce((a, b) => row.node('And', [a, b]));
  const or = (...all: string[]) => all.reduce((a, b) => row.node('Or', [a, b]));
  const is = (value: string, number: number) => row.node('Equal', [value, row.int64(number)]);
  const none = row.int64([-1]);
  const nothing = row.initializer('BYTES', [''], [1]);
  /** What stands `by` places further on, before the text and behind it nothing. */
  const kindAt = (by: number) => part(row, joined(row, none, kind, none, none), 1 + by, by === 2 ? last : by - 2);
  const charAt = (by: number) =>
    part(row, joined(row, nothing, chars, nothing, nothing), 1 + by, by === 2 ? last : by - 2);
  const isChar = (by: number, char: string) =>
    row.node('Equal', [by === 0 ? chars : charAt(by), row.initializer('BYTES', [char], [])]);
  const [before, next] = [kindAt(-1), kindAt(1)];
  const isSpace = is(kind, space);
  const afterSpace = isChar(-1, ' ');
  const nextIsWord = and(not(is(next, space)), not(row.node('Less', [next, row.int64(0)])));
  const startOfSpace = and(isSpace, or(not(is(before, space)), nextIsWord));
  const startOfWord = and(not(isSpace), not(row.node('Equal', [before, kind])), not(afterSpace));
  // An apostrophe that begins a word; what follows it belongs to it and ends it.
  const opens = and(startOfWord, is(kind, other), isChar(0, "'"));
  const one = and(opens, or(...['s', 't', 'm', 'd'].map((char) => isChar(1, char))));
  const two = and(opens, or(...['re', 've', 'll'].map(([a = '', b = '']) => and(isChar(1, a), isChar(2, b)))));
  const no = row.initializer('BOOL', [0], [1]);
  const later = (value: string, by: number) => {
    const nos = Array.from({ length: by }, () => no);
    return row.node('Slice', [joined(row, ...nos, value), row.int64([0]), row.int64([-by]), row.int64([0])]);
  };
  const inside = later(or(one, two), 1);
  const behind = and(or(later(one, 2), later(two, 3)), is(kind, letter));
  return or(startOfSpace, and(startOfWord, not(inside)), behind);
}

/**
 * Merges pairs of tokens of the same word until none is left that the vocabulary knows: in each round, in each word, the pair
 * of the lowest rank wherever it stands, from the left.
 */
function merged(
  row: GraphBuilder,
  { numbers, words }: { numbers: string; words: string },
  vocabulary: BytePairs,
): string {
  const { ranks, tokens } = vocabulary;
  const zero = row.int64([0]);
  const size = row.node('Add', [row.node('Size', [words]), row.int64(2)]);
  // A word of its own at either end: there is always a pair to look at.
  const framedNumbers = joined(row, zero, numbers, zero);
  const framedWords = joined(
    row,
    zero,
    words,
    row.node('Reshape', [row.node('Sub', [size, row.int64(1)]), row.int64([1])]),
  );
  const unranked = vocabulary.merged.length;
  const noRanks = row.node('Expand', [row.int64([unranked]), row.node('Reshape', [size, row.int64([1])])]);
  const results = row.int64([...vocabulary.merged, 0]);
  const body = row.subgraph('merge', (step) => {
    step.input('merge.round', 'INT64', []);
    step.input('merge.more', 'BOOL', []);
    const own = step.input('merge.numbers', 'INT64', ['M']);
    const word = step.input('merge.words', 'INT64', ['M']);
    const [left, right] = [part(step, own, 0, -1), part(step, own, 1, last)];
    const [leftWord, rightWord] = [part(step, word, 0, -1), part(step, word, 1, last)];
    const pair = step.node('Add', [step.node('Mul', [left, step.int64(tokens)]), right]);
    const known = lookUp(step, pair, ranks, unranked);
    const rank = step.node('Where', [step.node('Equal', [leftWord, rightWord]), known, step.int64(unranked)]);
    const lowest = step.node('ScatterElements', [noRanks, leftWord, rank], {
      axis: attribute.int(0),
      reduction: attribute.string('min'),
    });
    const isLowest = step.node('Equal', [rank, step.node('Gather', [lowest, leftWord])]);
    const fits = step.node('And', [isLowest, step.node('Less', [rank, step.int64(unranked)])]);
    // Of pairs that share a token, as in “aaaa”, every other one.
    const no = step.initializer('BOOL', [0], [1]);
    const first = step.node('And', [fits, step.node('Not', [part(step, joined(step, no, fits), 0, -1)])]);
    const run = step.node('CumSum', [castTo(step, first, 'INT64'), step.int64(0)]);
    const place = step.node('Sub', [
      step.node('CumSum', [step.node('Expand', [step.int64([1]), step.node('Shape', [fits])]), step.int64(0)]),
      step.int64(1),
    ]);
    const firstPlaces = joined(step, step.int64([0]), step.node('Compress', [place, first]));
    const offset = step.node('Sub', [place, step.node('Gather', [firstPlaces, run])]);
    const isEven = step.node('Equal', [step.node('Mod', [offset, step.int64(2)]), step.int64(0)]);
    const taken = step.node('And', [fits, isEven]);
    const made = step.node('Where', [taken, step.node('Gather', [results, rank]), left]);
    const kept = step.node('Not', [joined(step, no, taken)]);
    const any = step.node('ReduceMax', [castTo(step, taken, 'INT64'), step.int64([0])], { keepdims: attribute.int(0) });
    step.output('merge.again', castTo(step, any, 'BOOL'), 'BOOL', []);
    step.output('merge.tokens', step.node('Compress', [joined(step, made, part(step, own, -1, last)), kept]), 'INT64', [
      'M',
    ]);
    step.output('merge.left', step.node('Compress', [word, kept]), 'INT64', ['M']);
  });
  const [framed = ''] = row.nodeOutputs('Loop', ['', row.initializer('BOOL', [1], []), framedNumbers, framedWords], 2, {
    body: attribute.graph(body),
  });
  return part(row, framed, 1, -1);
}
