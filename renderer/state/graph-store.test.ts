import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  addNode,
  connectPorts,
  copyFragment,
  moveNodes,
  parseFragment,
  pasteFragment,
  removeItems,
  setParam,
  setTitle,
} from './graph-commands.ts';
import { activeGraph, editGraph, isDirty, markSaved, openGraph, redo, undo, useGraphs } from './graph-store.ts';
import { newDocument } from './new-document.ts';

function current() {
  const graph = activeGraph();
  if (!graph) throw new Error('no graph is open');
  return graph;
}

beforeEach(() => {
  useGraphs.setState({ graphs: {}, order: [], active: undefined });
  openGraph({ document: newDocument('Test') });
});

describe('commands', () => {
  it('adds, connects and deletes with the edges of what goes', () => {
    const file = addNode('data.file', { x: 3, y: 5 });
    const split = addNode('data.split', { x: 200, y: 0 });
    connectPorts(`${file}.table`, `${split}.input`);
    expect(current().document.layout.nodes[file ?? '']).toEqual({ x: 0, y: 8 });
    expect(current().document.edges).toHaveLength(1);
    removeItems([file ?? ''], []);
    expect(current().document.edges).toHaveLength(0);
    undo();
    expect(current().document.edges).toHaveLength(1);
    expect(Object.keys(current().document.nodes)).toHaveLength(2);
  });

  it('names nodes apart', () => {
    expect([addNode('data.file', { x: 0, y: 0 }), addNode('data.file', { x: 0, y: 0 })]).toEqual(['file', 'file-2']);
  });

  it('takes typing in one field back at once', () => {
    addNode('data.file', { x: 0, y: 0 });
    setParam('file', 'path', 'a');
    setParam('file', 'path', 'ab');
    undo();
    expect(current().document.nodes.file?.params).toEqual({});
  });

  it('drops edges to ports that params took away', () => {
    addNode('data.file', { x: 0, y: 0 });
    addNode('data.sql', { x: 0, y: 0 });
    setParam('sql', 'inputs', ['a', 'b']);
    connectPorts('file.table', 'sql.b');
    setParam('sql', 'inputs', ['a']);
    expect(current().document.edges).toEqual([]);
  });

  it('pastes a fragment under new ids with its inner edges', () => {
    addNode('data.file', { x: 0, y: 0 });
    addNode('data.split', { x: 200, y: 0 });
    connectPorts('file.table', 'split.input');
    const fragment = parseFragment(JSON.stringify(copyFragment(current().document, ['file', 'split'])));
    if (!fragment) throw new Error('the fragment does not parse');
    pasteFragment(fragment, { x: 8, y: 8 });
    expect(Object.keys(current().document.nodes)).toEqual(['file', 'split', 'file-2', 'split-2']);
    expect(current().document.edges.at(-1)).toEqual({ from: 'file-2.table', to: 'split-2.input' });
    expect(parseFragment('hello')).toBeUndefined();
  });
});

describe('history', () => {
  it('knows what is saved', () => {
    const { tabId } = current();
    expect(isDirty(current())).toBe(false);
    addNode('data.file', { x: 0, y: 0 });
    expect(isDirty(current())).toBe(true);
    markSaved(tabId, current().document, '/graphs/a.slipway.json');
    expect(isDirty(current())).toBe(false);
    undo();
    expect(isDirty(current())).toBe(true);
    redo();
    expect(isDirty(current())).toBe(false);
  });

  it('leaves no trace of an edit that changes nothing', () => {
    editGraph('Nothing', () => {});
    expect(current().past).toHaveLength(0);
  });

  it('undoing everything gives the document back, redoing everything the result', () => {
    const command = fc.oneof(
      fc.constant(() => void addNode('data.sql', { x: 0, y: 0 })),
      fc.string().map((title) => () => setTitle('sql', title)),
      fc.string().map((query) => () => setParam('sql', 'query', query)),
      fc.integer({ min: -500, max: 500 }).map((x) => () => moveNodes({ sql: { x, y: 0 } })),
      fc.constant(() => removeItems(['sql-2'], [])),
      fc.constant(() => connectPorts('sql.table', 'sql-2.input')),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 25 }), (commands) => {
        useGraphs.setState({ graphs: {}, order: [], active: undefined });
        openGraph({ document: newDocument('Test') });
        const before = JSON.stringify(current().document);
        for (const run of commands) run();
        const after = JSON.stringify(current().document);
        while (undo() !== undefined);
        expect(JSON.stringify(current().document)).toBe(before);
        while (redo() !== undefined);
        expect(JSON.parse(JSON.stringify(current().document))).toEqual(JSON.parse(after));
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});
