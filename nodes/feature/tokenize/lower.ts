import {
  castTo,
  isMissingText,
  type LoweredFeature,
  type SourceValue,
} from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder, runtimeDomain } from '../../../main/compute/onnx/graph-builder.ts';
import { longestText, tokenFeatures } from './definition.ts';
import { lookUp } from './look-up.ts';
import { bytePairTokens } from './lower-byte-pairs.ts';
import type { Vocabulary, WordPieces } from './read-vocabulary.ts';

/** Stands where a word ends; in no vocabulary. */
const barrier = '\n';
const [space, ofWord, alone] = [0, 1, 2];

/**
 * A tokenizer as ONNX nodes: FP32 [N, length] of token numbers, of the mask, and of zeros for the segment. Row by row, so
 * that one long text makes no other row longer.
 */
export function lowerTokens(
  builder: GraphBuilder,
  { source, value }: SourceValue,
  vocabulary: Vocabulary,
  length: number,
): LoweredFeature[] {
  const empty = builder.initializer('BYTES', [''], []);
  const present = builder.node('Where', [isMissingText(builder, value), empty, value]);
  // A space behind: a row of no characters would have no shape.
  const texts = builder.node('StringConcat', [present, builder.initializer('BYTES', [' '], [])]);
  const flat = builder.node('Reshape', [texts, builder.int64([-1])]);
  const count = builder.node('Shape', [flat]);
  const rows = builder.node('Range', [
    builder.int64(0),
    builder.node('Squeeze', [count, builder.int64([0])]),
    builder.int64(1),
  ]);
  const body = builder.subgraph('row', (row) => {
    const index = row.node('Reshape', [row.input('row.index', 'INT64', []), row.int64([1])]);
    const text = row.node('Gather', [flat, index], { axis: attribute.int(0) });
    const { ids, mask } = tokensOf(row, text, vocabulary, length);
    row.output('row.ids', ids, 'FP32', [length]);
    row.output('row.mask', mask, 'FP32', [length]);
  });
  const [ids = '', mask = ''] = builder.nodeOutputs('Scan', [rows], 2, {
    body: attribute.graph(body),
    num_scan_inputs: attribute.int(1),
  });
  const [idsFeature, maskFeature, typeFeature] = tokenFeatures(source, length);
  return [
    { feature: idsFeature, value: ids },
    { feature: maskFeature, value: mask },
    { feature: typeFeature, value: builder.node('Mul', [mask, builder.float(0)]) },
  ];
}

/** FP32 [length] each, of a text [1] that ends with a space. */
function tokensOf(row: GraphBuilder, text: string, vocabulary: Vocabulary, length: number) {
  const split = row.node(
    'Tokenizer',
    [text],
    {
      mark: attribute.int(0),
      mincharnum: attribute.int(1),
      pad_value: attribute.string(' '),
      separators: attribute.strings(['']),
    },
    { domain: runtimeDomain },
  );
  const chars = row.node('Reshape', [split, row.int64([-1])]);
  const given = vocabulary.type === 'byte-pairs' ? first(row, chars, -1) : chars;
  const raw = first(row, given, longestText(length));
  if (vocabulary.type === 'word-pieces') return laidOut(row, wordPieceTokens(row, raw, vocabulary), vocabulary, length);
  const tokens = bytePairTokens(row, raw, vocabulary);
  const kept = row.node('GreaterOrEqual', [tokens, row.int64(0)]);
  return laidOut(row, { tokens, kept }, vocabulary, length);
}

function first(row: GraphBuilder, value: string, end: number): string {
  return row.node('Slice', [value, row.int64([0]), row.int64([end]), row.int64([0])]);
}

/** Greedy longest-match WordPiece (Wu et al. 2016, as BERT has it): by character, the number of a token, and whether it is one. */
function wordPieceTokens(row: GraphBuilder, raw: string, vocabulary: WordPieces): { tokens: string; kept: string } {
  const chars = normalized(row, raw, vocabulary);
  const kind = lookUp(row, chars, vocabulary.kinds, ofWord);
  const is = (value: string, number: number) => row.node('Equal', [value, row.int64(number)]);
  const isSpace = is(kind, space);
  const before = row.node('Concat', [row.int64([space]), first(row, kind, -1)], { axis: attribute.int(0) });
  const separate = row.node('Or', [row.node('Not', [is(before, ofWord)]), row.node('Not', [is(kind, ofWord)])]);
  const starts = row.node('And', [row.node('Not', [isSpace]), separate]);
  const { number, size } = longestPieces(row, chars, { starts, isSpace }, vocabulary);
  const { emits, fails } = walk(row, { starts, isSpace, size }, vocabulary.longestWord);
  const broken = failedWords(row, starts, fails);
  const unknown = row.node('And', [starts, broken]);
  const kept = row.node('Or', [unknown, row.node('And', [emits, row.node('Not', [broken])])]);
  return { tokens: row.node('Where', [unknown, row.int64(vocabulary.unknown), number]), kept };
}

/** Characters as the vocabulary writes them: white space as a space, lower case, without accents. */
function normalized(row: GraphBuilder, raw: string, { replaced }: WordPieces): string {
  if (replaced.size === 0) return raw;
  const same = '\u0000';
  const mapped = lookUp(row, raw, replaced, same);
  return row.node('Where', [row.node('Equal', [mapped, row.initializer('BYTES', [same], [])]), raw, mapped]);
}

/** Of the piece that begins at each character: its number, and its characters, 0 where there is none. INT64 [T]. */
function longestPieces(
  row: GraphBuilder,
  chars: string,
  { starts, isSpace }: { starts: string; isSpace: string },
  { pieces, longestPiece, prefix }: WordPieces,
): { number: string; size: string } {
  const barriers = row.initializer('BYTES', [barrier], []);
  const more = row.node('Where', [row.node('Or', [starts, isSpace]), barriers, chars]);
  const padding = row.initializer(
    'BYTES',
    Array.from({ length: longestPiece }, () => barrier),
    [longestPiece],
  );
  const padded = row.node('Concat', [more, padding], { axis: attribute.int(0) });
  const begin = row.node('Where', [starts, row.initializer('BYTES', [''], []), row.initializer('BYTES', [prefix], [])]);
  let piece = row.node('StringConcat', [begin, row.node('Where', [isSpace, barriers, chars])]);
  const columns: string[] = [];
  for (let size = 1; size <= longestPiece; size++) {
    if (size > 1) {
      const next = row.node('Slice', [
        padded,
        row.int64([size - 1]),
        row.int64([size - 1 - longestPiece]),
        row.int64([0]),
      ]);
      piece = row.node('StringConcat', [piece, next]);
    }
    columns.push(row.node('Unsqueeze', [piece, row.int64([1])]));
  }
  const numbers = lookUp(row, row.node('Concat', columns, { axis: attribute.int(1) }), pieces, -1);
  const sizes = row.int64(Array.from({ length: longestPiece }, (_, i) => i + 1));
  const found = row.node('Where', [row.node('Less', [numbers, row.int64(0)]), row.int64(0), sizes]);
  const size = row.node('ReduceMax', [found, row.int64([1])], { keepdims: attribute.int(0) });
  const column = row.node('Max', [row.node('Sub', [size, row.int64(1)]), row.int64(0)]);
  const at = row.node('GatherElements', [numbers, row.node('Unsqueeze', [column, row.int64([1])])], {
    axis: attribute.int(1),
  });
  return { number: row.node('Reshape', [at, row.int64([-1])]), size };
}

/** From character to character: where pieces begin, and where none fits though one should. BOOL [T]. */
function walk(
  row: GraphBuilder,
  { starts, isSpace, size }: { starts: string; isSpace: string; size: string },
  longestWord: number,
): { emits: string; fails: string } {
  const body = row.subgraph('walk', (step) => {
    const state = ['left', 'position'].map((name) => step.input(`walk.${name}`, 'INT64', []));
    const failed = step.input('walk.failed', 'BOOL', []);
    const start = step.input('walk.start', 'BOOL', []);
    const blank = step.input('walk.blank', 'BOOL', []);
    const fits = step.input('walk.size', 'INT64', []);
    const zero = step.int64(0);
    const one = step.int64(1);
    const [left = '', before = ''] = state.map((value) => step.node('Where', [start, zero, value]));
    const position = step.node('Add', [before, one]);
    const inside = step.node('Not', [blank]);
    const sound = step.node('Or', [start, step.node('Not', [failed])]);
    const due = step.node('And', [step.node('And', [inside, sound]), step.node('LessOrEqual', [left, zero])]);
    const none = step.node('And', [due, step.node('Equal', [fits, zero])]);
    const tooLong = step.node('And', [inside, step.node('Greater', [position, step.int64(longestWord)])]);
    const emits = step.node('And', [due, step.node('Not', [none])]);
    const rest = step.node('Sub', [step.node('Where', [emits, fits, left]), one]);
    step.output('walk.rest', rest, 'INT64', []);
    const fails = step.node('Or', [none, tooLong]);
    step.output('walk.next', position, 'INT64', []);
    step.output('walk.broken', step.node('Or', [fails, step.node('Not', [sound])]), 'BOOL', []);
    step.output('walk.emits', emits, 'BOOL', []);
    step.output('walk.fails', step.node('Identity', [fails]), 'BOOL', []);
  });
  const sound = row.initializer('BOOL', [0], []);
  const outputs = row.nodeOutputs('Scan', [row.int64(0), row.int64(0), sound, starts, isSpace, size], 5, {
    body: attribute.graph(body),
    num_scan_inputs: attribute.int(3),
  });
  return { emits: outputs[3] as string, fails: outputs[4] as string };
}

/** Whether a piece is missing at a character or behind it in the same word: BOOL [T], by going backwards from failures. */
function failedWords(row: GraphBuilder, starts: string, fails: string): string {
  const body = row.subgraph('back', (step) => {
    const later = step.input('back.later', 'BOOL', []);
    const start = step.input('back.start', 'BOOL', []);
    const failed = step.node('Or', [later, step.input('back.fails', 'BOOL', [])]);
    step.output('back.carried', step.node('And', [failed, step.node('Not', [start])]), 'BOOL', []);
    step.output('back.failed', step.node('Identity', [failed]), 'BOOL', []);
  });
  const none = row.initializer('BOOL', [0], []);
  const outputs = row.nodeOutputs('Scan', [none, starts, fails], 2, {
    body: attribute.graph(body),
    num_scan_inputs: attribute.int(2),
    scan_input_directions: attribute.ints([1, 1]),
    scan_output_directions: attribute.ints([1]),
  });
  return outputs[1] as string;
}

/** [CLS] tokens [SEP] [PAD] …, and 1 up to [SEP], where there are such. */
function laidOut(
  row: GraphBuilder,
  { tokens, kept }: { tokens: string; kept: string },
  { start, end, pad }: Vocabulary,
  length: number,
): { ids: string; mask: string } {
  const rank = row.node('CumSum', [castTo(row, kept, 'INT64'), row.int64(0)]);
  const before = start === undefined ? 0 : 1;
  const room = row.int64(length - before - (end === undefined ? 0 : 1));
  const fits = row.node('And', [kept, row.node('LessOrEqual', [rank, room])]);
  const rest = row.int64(length);
  const places = row.node('Where', [fits, before === 1 ? rank : row.node('Sub', [rank, row.int64(1)]), rest]);
  const pads = row.int64(Array.from({ length: length + 1 }, () => pad));
  const scattered = row.node('ScatterElements', [pads, places, tokens], { axis: attribute.int(0) });
  const all = row.node('ReduceSum', [castTo(row, kept, 'INT64'), row.int64([0])], { keepdims: attribute.int(0) });
  /** Where the tokens end. */
  const last = row.node('Add', [row.node('Min', [all, room]), row.int64(before)]);
  const position = row.int64(Array.from({ length }, (_, i) => i));
  const body = row.node('Slice', [scattered, row.int64([0]), row.int64([length]), row.int64([0])]);
  const put = (into: string, at: string, number: number | undefined) =>
    number === undefined ? into : row.node('Where', [row.node('Equal', [position, at]), row.int64(number), into]);
  const ids = put(put(body, row.int64(0), start), last, end);
  return {
    ids: castTo(row, ids, 'FP32'),
    mask: castTo(row, row.node(end === undefined ? 'Less' : 'LessOrEqual', [position, last]), 'FP32'),
  };
}

export const charKinds = { space, ofWord, alone };
