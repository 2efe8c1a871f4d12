import { rm, writeFile } from 'node:fs/promises';
import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { canonicalGraphText } from '../../../shared/graph/canonical.ts';
import { changeLine, changePlace, changeValue } from '../../../shared/graph/change-words.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';
import { diffGraphs, mergeGraphs } from '../../../shared/graph/graph-diff.ts';
import { definitionOfNode } from '../../../shared/graph/group-definition.ts';
import { parsePortRef } from '../../../shared/graph/ids.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { portsOf } from '../../../shared/node/define-node.ts';
import { besideFile, replaceFile } from '../../compute/paths/replace-file.ts';
import type { Command, CommandContext } from '../command.ts';
import { readGraphFile } from '../read-graph.ts';

export const graphCommand: Command = {
  name: 'graph',
  summary: 'Compares and merges graphs by what they do; git can use it, see the README.',
  actions: {
    diff: 'OLD NEW',
    merge: 'BASE OURS THEIRS [--out FILE] [--take ours|theirs]',
    text: 'GRAPH',
  },
  options: { out: { type: 'string' }, take: { type: 'string' } },
  optionHelp: {
    out: 'file for the merged graph; default OURS',
    take: 'ours or theirs where both sides changed the same part; without it that is a conflict, exit 1',
  },
  run(context) {
    const [action, ...files] = context.positionals;
    if (action === 'diff') return diff(context, files);
    return action === 'merge' ? merge(context, files) : text(context, files);
  },
};

/** A graph to compare; an empty file, as git gives for one that is not there, is an empty graph. */
async function readGraph(path: string | undefined): Promise<GraphDocument> {
  const file = await readGraphFile(path);
  if (file.text.trim() === '') {
    const layout = { nodes: {}, frames: [] };
    return {
      format: 'slipway/graph',
      formatVersion: 1,
      id: 'graph',
      name: '',
      nodes: {},
      edges: [],
      parameters: {},
      groups: {},
      layout,
    };
  }
  const { document, diagnostics } = readGraphText(file.text, definitionOf);
  if (document !== undefined) return document;
  const [first] = diagnostics;
  throw new AppError('graph.invalid', `${file.path}: ${first?.message ?? 'this is no graph.'}`, { fix: first?.fix });
}

async function diff(context: CommandContext, files: readonly string[]): Promise<number> {
  const [before, after] = await Promise.all([readGraph(files[0]), readGraph(files[1])]);
  const changes = diffGraphs(before, after);
  const lines = changes.length === 0 ? 'The graphs do the same.' : changes.map(changeLine).join('\n');
  context.output.result({ changes }, lines);
  return 0;
}

/** Whether an input port takes any number of edges, at the root or in a group. */
function takesMany(document: GraphDocument, port: string): boolean {
  const end = parsePortRef(port);
  if (end === undefined) return false;
  return [document, ...Object.values(document.groups)].some(({ nodes }) => {
    const node = Object.hasOwn(nodes, end.node) ? nodes[end.node] : undefined;
    const definition = node && definitionOfNode(document, node, definitionOf);
    return node && definition ? portsOf(definition, node.params).inputs[end.port]?.many === true : false;
  });
}

async function merge(context: CommandContext, files: readonly string[]): Promise<number> {
  const take = context.text('take');
  if (take !== undefined && take !== 'ours' && take !== 'theirs') {
    throw new AppError('cli.usage', `--take is ours or theirs, not "${take}".`);
  }
  const [base, ours, theirs] = await Promise.all(files.map(readGraph));
  if (!base || !ours || !theirs) throw new AppError('cli.usage', 'A merge needs three graphs.');
  // The kept side is "ours" of the merge; places on the canvas come from it too.
  const [kept, other] = take === 'theirs' ? [theirs, ours] : [ours, theirs];
  const { document, conflicts, dropped } = mergeGraphs(base, kept, other, takesMany);
  const out = context.text('out') ?? files[1] ?? '';
  await writeWhole(out, canonicalGraphText(document));
  const open = take === undefined ? conflicts : [];
  const lines = [
    ...open.map(
      (conflict) =>
        `Conflict: ${changePlace(conflict.path)}  ours ${changeValue(conflict.ours)}, theirs ${changeValue(conflict.theirs)}`,
    ),
    ...dropped.map((edge) => `Left out: ${edge.from} → ${edge.to}, one side deleted a node of it.`),
    open.length > 0 ? `${out} holds our side of each conflict; it opens, but look at each.` : `Merged into ${out}.`,
  ];
  context.output.result({ merged: open.length === 0, out, conflicts: open, dropped }, lines.join('\n'));
  return open.length === 0 ? 0 : 1;
}

async function writeWhole(path: string, content: string): Promise<void> {
  const part = besideFile(path);
  try {
    await writeFile(part, content);
    await replaceFile(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw new AppError('cli.usage', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`, {
      fix: 'Name a file in a folder that exists and can be written, with --out.',
      cause: error,
    });
  }
}

/** What a graph does, line by line and without places: `git diff` shows this when told to. */
async function text(context: CommandContext, files: readonly string[]): Promise<number> {
  const document = await readGraph(files[0]);
  const empty = { ...document, name: '', nodes: {}, edges: [], parameters: {}, groups: {} };
  const lines = diffGraphs(empty, document).flatMap(({ path, after }) => {
    if (path[0] === 'nodes' && path.length === 2) return nodeLines(path[1] ?? '', after);
    return Array.isArray(after)
      ? after.map((source) => `${typeof source === 'string' ? source : JSON.stringify(source)} ${changePlace(path)}`)
      : [`${changePlace(path)}: ${JSON.stringify(after)}`];
  });
  context.output.result({ text: lines }, lines.join('\n'));
  return 0;
}

function nodeLines(id: string, node: unknown): string[] {
  const { params, ...fields } = node as { params?: Record<string, unknown> };
  return [
    ...Object.entries(fields).map(([name, value]) => `${id}.${name}: ${JSON.stringify(value)}`),
    ...Object.entries(params ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' && value.includes('\n')
        ? [`${id}.${name}:`, ...value.split('\n').map((line) => `  ${line}`)]
        : [`${id}.${name}: ${JSON.stringify(value)}`],
    ),
  ];
}
