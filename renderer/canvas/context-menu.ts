import { definitionOf } from '../../nodes/catalog.ts';
import { canConnect } from '../../shared/graph/connect.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { isGroupKind, mapKind } from '../../shared/graph/group-definition.ts';
import { portsOf } from '../../shared/node/define-node.ts';
import { type Alignment, aligned, distributed, type PlacedBox } from '../state/arrange-selection.ts';
import {
  addFrame,
  connectPorts,
  duplicateNodes,
  moveNodes,
  removeFrame,
  removeItems,
  setPinned,
  titleOf,
} from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { originAtNode, saveToLibrary, updateFromLibrary } from '../state/library-commands.ts';
import { showToast } from '../ui/toast.tsx';
import { collapseNodes, expandNode, openGroup, setRepeated } from '../state/group-commands.ts';
import { startEndpoint, startRun } from '../state/run-commands.ts';
import { useSelection } from '../state/selection-store.ts';
import { shortcut } from '../shell/platform-keys.ts';
import { showDock } from '../state/ui-store.ts';
import { formatPlural } from '../ui/format.ts';
import type { MenuEntry } from '../ui/menu.tsx';
import type { CanvasCommands } from './canvas-commands.ts';
import { copySelection, pasteFromClipboard } from './use-clipboard.ts';
import { serviceOf } from './use-node-status.ts';
import { t } from './text.ts';
import { nodeDefinition } from '../state/node-definition.ts';
import { showError } from '../ui/show-error.ts';

/** A menu to show: of a node, of an edge, of a frame, of the canvas, or the ports a node can be connected to. */
export interface CanvasMenu {
  at: { x: number; y: number };
  node?: string;
  edge?: string;
  connect?: string;
  /** Index of a frame. */
  frame?: number;
}

const mostConnections = 24;

/** Every connection of a node that would be accepted, to make without a pointer. */
function connectEntries(document: GraphDocument, id: string): MenuEntry[] {
  const entries: MenuEntry[] = [];
  const portsOfNode = (nodeId: string) => {
    const node = document.nodes[nodeId];
    const definition = node && nodeDefinition(node, document);
    return node && definition ? portsOf(definition, node.params) : { inputs: {}, outputs: {} };
  };
  const own = portsOfNode(id);
  for (const [otherId, other] of Object.entries(document.nodes)) {
    if (otherId === id) continue;
    const ports = portsOfNode(otherId);
    const pairs = [
      ...Object.keys(own.outputs).flatMap((from) =>
        Object.keys(ports.inputs).map((to) => ({
          from: `${id}.${from}`,
          to: `${otherId}.${to}`,
          label: `${from} → ${titleOf(other, otherId)}, ${to}`,
        })),
      ),
      ...Object.keys(own.inputs).flatMap((to) =>
        Object.keys(ports.outputs).map((from) => ({
          from: `${otherId}.${from}`,
          to: `${id}.${to}`,
          label: `${titleOf(other, otherId)}, ${from} → ${to}`,
        })),
      ),
    ];
    for (const pair of pairs) {
      if (!canConnect(document, definitionOf, pair.from, pair.to).ok) continue;
      entries.push({ label: pair.label, onSelect: () => connectPorts(pair.from, pair.to) });
      if (entries.length === mostConnections) return entries;
    }
  }
  if (entries.length > 0) return entries;
  return [{ label: t.noFreePortFits, onSelect: () => {}, disabled: true }];
}

const alignments = (): [Alignment, string][] => [
  ['left', t.alignLeft],
  ['center', t.alignCentres],
  ['right', t.alignRight],
  ['top', t.alignTop],
  ['middle', t.alignMiddles],
  ['bottom', t.alignBottom],
];

function arrangeEntries(boxes: () => PlacedBox[], count: number): MenuEntry[] {
  return [
    ...alignments().map(
      ([to, label]): MenuEntry => ({ label, onSelect: () => moveNodes(aligned(boxes(), to), label) }),
    ),
    {
      label: t.distributeAcross,
      disabled: count < 3,
      onSelect: () => moveNodes(distributed(boxes(), 'x'), t.distributeAcross),
    },
    {
      label: t.distributeDown,
      disabled: count < 3,
      onSelect: () => moveNodes(distributed(boxes(), 'y'), t.distributeDown),
    },
    'separator',
  ];
}

async function said(work: Promise<string>): Promise<void> {
  try {
    const text = await work;
    if (text !== '') showToast({ text });
  } catch (error) {
    showError(error);
  }
}

function saveGroup(id: string): Promise<void> {
  return said(saveToLibrary(id).then((saved) => (saved ? t.savedToLibrary(saved.name, saved.version) : '')));
}

function updateGroup(id: string): Promise<void> {
  return said(updateFromLibrary(id).then((now) => (now ? t.updatedGroup(now.name, now.version) : t.newestGroup)));
}

/** Collapse, open and expand; to and from the library. */
function groupEntries(id: string, nodes: readonly string[]): MenuEntry[] {
  const kind = activeGraph()?.document.nodes[id]?.kind ?? '';
  const origin = originAtNode(id);
  return [
    ...(isGroupKind(kind) && nodes.length === 1
      ? [
          { label: t.openGroup, icon: 'open' as const, shortcut: '↵', onSelect: () => openGroup(id) },
          ...(kind === mapKind
            ? [{ label: t.placeOnce, onSelect: () => setRepeated(id, false) }]
            : [
                { label: t.repeatGroup, onSelect: () => setRepeated(id, true) },
                { label: t.expandGroup, onSelect: () => expandNode(id) },
              ]),
          { label: t.saveToLibrary, onSelect: () => void saveGroup(id) },
          ...(origin === undefined
            ? []
            : [{ label: t.updateGroup(origin.name, origin.version), onSelect: () => void updateGroup(id) }]),
        ]
      : []),
    { label: t.collapse, shortcut: '⇧ G', onSelect: () => void collapseNodes(nodes) },
  ];
}

/** Keeps the results of nodes, or lets go of them once all are kept. */
function pinEntry(nodes: readonly string[]): MenuEntry {
  const known = activeGraph()?.document.nodes ?? {};
  const steps = nodes.filter((id) => serviceOf(known[id]?.kind ?? '') === undefined);
  const held = steps.length > 0 && steps.every((id) => (known[id]?.pinned ?? false) !== false);
  return {
    label: held ? t.unpinResult : t.pinResult,
    icon: 'pinned',
    shortcut: '⇧ P',
    disabled: steps.length === 0,
    onSelect: () => setPinned(steps, !held),
  };
}

function nodeEntries(id: string, commands: CanvasCommands): MenuEntry[] {
  const graph = activeGraph();
  const kind = graph?.document.nodes[id]?.kind ?? '';
  const { nodes } = useSelection.getState();
  const several = nodes.length > 1;
  const service = serviceOf(kind);
  return [
    ...(several
      ? []
      : ([
          service === 'endpoint'
            ? { label: t.startEndpoint, icon: 'play', onSelect: () => void startEndpoint(id) }
            : {
                label: t.runToHere,
                icon: 'play',
                disabled: service !== undefined,
                onSelect: () => void startRun({ to: id }),
              },
          {
            label: t.runFromHere,
            disabled: service !== undefined,
            onSelect: () => void startRun({ from: id }),
          },
          {
            label: t.runAgainFromTheStart,
            disabled: service !== undefined,
            onSelect: () => void startRun({ to: id, force: true }),
          },
          { label: t.preview, icon: 'table', shortcut: 'P', onSelect: () => showDock('preview') },
          { label: t.whyThisState, shortcut: 'W', onSelect: () => showDock('plan') },
          'separator',
        ] satisfies MenuEntry[])),
    ...(several ? arrangeEntries(commands.selectedBoxes, nodes.length) : []),
    ...groupEntries(id, nodes),
    { label: t.frame, shortcut: 'G', onSelect: () => addFrame(commands.selectedBoxes()) },
    { label: t.zoomToSelection, shortcut: '2', onSelect: commands.fitSelection },
    pinEntry(nodes),
    { label: t.duplicate, icon: 'copy', shortcut: 'D', onSelect: () => duplicateNodes(nodes) },
    { label: t.copy, shortcut: shortcut('C'), onSelect: () => void copySelection() },
    {
      label: t.cut,
      shortcut: shortcut('X'),
      onSelect: () => void copySelection().then(() => removeItems(nodes, [])),
    },
    'separator',
    {
      label: several ? t.deleteCounted(formatPlural(nodes.length, 'node')) : t.delete,
      icon: 'trash',
      shortcut: t.deleteKey,
      danger: true,
      onSelect: () => removeItems(nodes, []),
    },
  ];
}

export function menuEntries(
  menu: CanvasMenu,
  commands: CanvasCommands & { addHere: () => void; commentHere: () => void },
): MenuEntry[] {
  const graph = activeGraph();
  if (menu.connect !== undefined && graph) return connectEntries(graph.document, menu.connect);
  if (menu.node !== undefined) return nodeEntries(menu.node, commands);
  if (menu.frame !== undefined) {
    const { frame } = menu;
    return [{ label: t.deleteFrame, icon: 'trash', danger: true, onSelect: () => removeFrame(frame) }];
  }
  if (menu.edge !== undefined) {
    const { edge } = menu;
    return [{ label: t.deleteConnection, icon: 'trash', danger: true, onSelect: () => removeItems([], [edge]) }];
  }
  return [
    { label: t.addANodeHere, icon: 'plus', onSelect: commands.addHere },
    { label: t.addComment, onSelect: commands.commentHere },
    { label: t.paste, shortcut: shortcut('V'), onSelect: () => void pasteFromClipboard() },
    'separator',
    { label: t.arrange, icon: 'layout', onSelect: commands.arrange },
    { label: t.fitGraph, icon: 'fit', shortcut: '1', onSelect: commands.fit },
    { label: '100 %', shortcut: '0', onSelect: commands.actualSize },
  ];
}
