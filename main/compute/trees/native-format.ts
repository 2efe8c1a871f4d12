import { AppError } from '../../../shared/errors/app-error.ts';
import type { Task } from '../../../shared/model/signature.ts';
import type { Tree, TreeModel } from './tree-model.ts';

// Little-endian 32-bit words: magic, version, task, features, outputs, trees, link (since version 2); base (f32 each);
// then per tree: nodes, leaves, codes, and the arrays of `Tree` in its order (missingLeft one word per node; leafRows
// since version 3).
const magic = 0x45455254; // "TREE"
const version = 3;
const tasks: readonly Task[] = ['binary', 'multiclass', 'regression'];
const links: readonly TreeModel['link'][] = ['identity', 'log'];
const headWords = 6;
const treeHeadWords = 3;
const wordsPerNode = 7;

/** A model as the bytes of `native.bin`; equal models give equal bytes. */
export function encodeTrees(model: TreeModel): Uint8Array {
  const words = model.trees.reduce((sum, tree) => sum + treeWords(tree), headWords + 1 + model.base.length);
  const writer = new WordWriter(words);
  writer.integers([magic, version, tasks.indexOf(model.task), model.features, model.base.length, model.trees.length]);
  writer.integers([links.indexOf(model.link)]);
  writer.floats(model.base);
  for (const tree of model.trees) {
    writer.integers([tree.feature.length, tree.leafValue.length, tree.codes.length]);
    writer.integers(tree.feature);
    writer.floats(tree.threshold);
    writer.integers(tree.missingLeft);
    writer.integers(tree.left);
    writer.integers(tree.right);
    writer.floats(tree.gain);
    writer.integers(tree.codeStart);
    writer.integers(tree.codes);
    writer.floats(tree.leafValue);
    writer.integers(tree.leafRows);
  }
  return writer.bytes;
}

/** Reads `native.bin`. Throws `artifact.corrupt` for anything `encodeTrees` did not write. */
export function decodeTrees(bytes: Uint8Array): TreeModel {
  const reader = new WordReader(bytes);
  const [found, foundVersion, taskIndex = -1, features = 0, outputs = 0, treeCount = 0] = reader.integers(headWords);
  if (found !== magic || foundVersion === undefined || foundVersion < 1 || foundVersion > version) {
    throw corrupt('it does not start as one');
  }
  const task = tasks[taskIndex];
  if (task === undefined) throw corrupt('its task is unknown');
  const link = links[foundVersion === 1 ? 0 : (reader.integers(1)[0] as number)];
  if (link === undefined) throw corrupt('its link is unknown');
  const base = reader.floats(outputs);
  const trees: Tree[] = [];
  for (let index = 0; index < treeCount; index++) trees.push(readTree(reader, features, foundVersion >= 3));
  if (!reader.isDone) throw corrupt('it is longer than its trees');
  return { task, features, link, base, trees };
}

function readTree(reader: WordReader, features: number, hasLeafRows: boolean): Tree {
  const [nodes = 0, leaves = 0, codes = 0] = reader.integers(treeHeadWords);
  const tree: Tree = {
    feature: Uint32Array.from(reader.integers(nodes)),
    threshold: reader.floats(nodes),
    missingLeft: Uint8Array.from(reader.integers(nodes)),
    left: reader.integers(nodes),
    right: reader.integers(nodes),
    gain: reader.floats(nodes),
    codeStart: Uint32Array.from(reader.integers(nodes + 1)),
    codes: Uint32Array.from(reader.integers(codes)),
    leafValue: reader.floats(leaves),
    leafRows: Uint32Array.from(hasLeafRows ? reader.integers(leaves) : []),
  };
  // Children come after their parent: a walk always ends.
  const isChild = (child: number, node: number) => (child < 0 ? ~child < leaves : child > node && child < nodes);
  const isSound =
    leaves === nodes + 1 &&
    tree.feature.every((feature) => feature < features) &&
    tree.left.every(isChild) &&
    tree.right.every(isChild) &&
    tree.codeStart[0] === 0 &&
    tree.codeStart[nodes] === codes &&
    tree.codeStart.every((start, i) => i === 0 || start >= (tree.codeStart[i - 1] as number));
  if (!isSound) throw corrupt('a tree is malformed');
  return tree;
}

function treeWords(tree: Tree): number {
  return (
    treeHeadWords +
    tree.feature.length * wordsPerNode +
    1 +
    tree.codes.length +
    tree.leafValue.length +
    tree.leafRows.length
  );
}

function corrupt(why: string): AppError {
  return new AppError('artifact.corrupt', `native.bin is not a tree model: ${why}.`, {
    fix: 'Run the training step again with --force.',
  });
}

class WordWriter {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(words: number) {
    this.bytes = new Uint8Array(words * 4);
    this.#view = new DataView(this.bytes.buffer);
  }

  integers(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++, this.#at += 4) this.#view.setInt32(this.#at, values[i] as number, true);
  }

  floats(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++, this.#at += 4) this.#view.setFloat32(this.#at, values[i] as number, true);
  }
}

class WordReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isDone(): boolean {
    return this.#at === this.#view.byteLength;
  }

  integers(count: number): Int32Array {
    this.#require(count);
    return new Int32Array(count).map(() => this.#view.getInt32(this.#advance(), true));
  }

  floats(count: number): Float32Array {
    this.#require(count);
    return new Float32Array(count).map(() => this.#view.getFloat32(this.#advance(), true));
  }

  #advance(): number {
    this.#at += 4;
    return this.#at - 4;
  }

  #require(count: number): void {
    if (count < 0 || this.#at + count * 4 > this.#view.byteLength) throw corrupt('it ends early');
  }
}
