import { beforeEach, expect, it, vi } from 'vitest';
import { activeGraph, editRoot, openGraph, undo, useGraphs } from './graph-store.ts';
import { newDocument } from './new-document.ts';
import { openRecovery } from './open-recovery.ts';
import { keepClosed, listRecovery } from './recovery.ts';

const path = '/downloads/g.slipway.json';

beforeEach(() => {
  // A Storage has its keys as properties.
  const storage: Record<string, unknown> = Object.create({
    getItem: (key: string) => storage[key] ?? null,
    setItem: (key: string, value: string) => {
      storage[key] = value;
    },
    removeItem: (key: string) => {
      delete storage[key];
    },
  }) as Record<string, unknown>;
  vi.stubGlobal('localStorage', storage);
  useGraphs.setState({ graphs: {}, order: [], active: undefined });
});

function openFile(name: string) {
  openGraph({ document: newDocument(name), path });
}

function rename(name: string) {
  editRoot('Rename', (draft) => {
    draft.name = name;
  });
}

function closedCopy(name: string) {
  openFile('As saved');
  rename(name);
  const graph = activeGraph();
  if (graph === undefined) throw new Error('No graph is open.');
  useGraphs.setState({ graphs: {}, order: [], active: undefined });
  return keepClosed(graph);
}

it('opens a copy as its file, whether that is closed, open as saved or open with changes', () => {
  openRecovery(closedCopy('Closed work'));
  expect(activeGraph()).toMatchObject({ path, root: { name: 'Closed work' } });
  const copy = closedCopy('Other work');
  openFile('As saved');
  openRecovery(copy);
  expect(activeGraph()).toMatchObject({ path, root: { name: 'Other work' } });
  const third = closedCopy('Third work');
  openFile('As saved');
  rename('New changes');
  openRecovery(third);
  // A tab without the file would be trusted with all that the file is not.
  expect(Object.values(useGraphs.getState().graphs).map((graph) => [graph.path, graph.root.name])).toEqual([
    [path, 'Third work'],
  ]);
});

it('loses nothing of what the copy stands in for', () => {
  const [first, second] = [closedCopy('First'), closedCopy('Second')];
  openFile('As saved');
  rename('New changes');
  openRecovery(first);
  openRecovery(second);
  expect(activeGraph()?.root.name).toBe('Second');
  expect(
    listRecovery()
      .map(({ name, path: from }) => [name, from])
      .toSorted(),
  ).toEqual([
    ['First', path],
    ['New changes', path],
  ]);
  undo();
  undo();
  expect(activeGraph()?.root.name).toBe('New changes');
});
