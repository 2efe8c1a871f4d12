import type { KeyboardEvent } from 'react';
import { addFrame, duplicateNodes, gridPx, moveNodes, type Point, setPinned } from '../state/graph-commands.ts';
import { isGroupKind } from '../../shared/graph/group-definition.ts';
import { activeGraph } from '../state/graph-store.ts';
import { collapseNodes, leaveGroup, openGroup } from '../state/group-commands.ts';
import { select, useSelection } from '../state/selection-store.ts';
import { showDock, togglePanel } from '../state/ui-store.ts';
import type { CanvasCommands } from './canvas-commands.ts';
import type { CanvasMenu } from './context-menu.ts';
import { type Direction, neighbour } from './flow-order.ts';

interface KeyTargets extends CanvasCommands {
  openMenu: (menu: CanvasMenu) => void;
}

const arrows: Record<string, { direction: Direction; step: Point }> = {
  ArrowLeft: { direction: 'left', step: { x: -gridPx, y: 0 } },
  ArrowRight: { direction: 'right', step: { x: gridPx, y: 0 } },
  ArrowUp: { direction: 'up', step: { x: 0, y: -gridPx } },
  ArrowDown: { direction: 'down', step: { x: 0, y: gridPx } },
};

/** Gives a node the focus, as soon as it is rendered; at the far level the canvas keeps it. */
function focusNode(id: string, tries = 6): void {
  const element = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  if (element) element.focus({ preventScroll: true });
  else if (tries > 0) requestAnimationFrame(() => focusNode(id, tries - 1));
}

function arrow(key: string, shift: boolean, reveal: (id: string) => void): boolean {
  const move = arrows[key];
  const graph = activeGraph();
  const { nodes } = useSelection.getState();
  if (!move || !graph) return false;
  if (shift) {
    moveNodes(
      Object.fromEntries(
        nodes.flatMap((id) => {
          const at = graph.document.layout.nodes[id];
          return at ? [[id, { x: at.x + move.step.x, y: at.y + move.step.y }]] : [];
        }),
      ),
    );
    return true;
  }
  const from = nodes.at(-1) ?? Object.keys(graph.document.nodes)[0];
  const next =
    from === undefined ? undefined : nodes.length === 0 ? from : neighbour(graph.document, from, move.direction);
  if (next !== undefined) {
    select([next]);
    reveal(next);
    focusNode(next);
  }
  return true;
}

/** Where the menu key opens: at the focused node, else in the middle of the canvas. */
function menuPoint(node: string | undefined): { x: number; y: number } {
  const element =
    (node === undefined ? null : document.querySelector(`.react-flow__node[data-id="${CSS.escape(node)}"]`)) ??
    document.querySelector('.canvas');
  const box = element?.getBoundingClientRect();
  return { x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 };
}

/** Keys of the canvas; single letters work only while it, or one of its nodes, has the focus. */
export function canvasKey(event: KeyboardEvent, targets: KeyTargets): void {
  const target = event.target as HTMLElement;
  if (target.closest('input, textarea, select, [role="menu"]')) return;
  const command = event.metaKey || event.ctrlKey;
  const { nodes } = useSelection.getState();
  const graph = activeGraph();
  if (!graph || event.altKey) return;

  const focused = target.closest<HTMLElement>('.react-flow__node')?.dataset.id;
  function handled(): void {
    event.preventDefault();
    event.stopPropagation();
  }
  if (command) {
    if (event.key === 'a') {
      select(Object.keys(graph.document.nodes));
      handled();
    } else if (event.key === 'd') {
      duplicateNodes(nodes);
      handled();
    }
    return;
  }
  if (arrows[event.key]) {
    if (arrow(event.key, event.shiftKey, targets.reveal)) handled();
    return;
  }
  if (target.closest('button')) return;
  switch (event.key) {
    case 'Delete':
    case 'Backspace':
      targets.removeSelected();
      break;
    case 'Enter':
    case ' ':
      if (focused === undefined) return;
      if (event.key === 'Enter' && isGroupKind(graph.document.nodes[focused]?.kind ?? '')) openGroup(focused);
      else select([focused]);
      break;
    case 'Escape':
      if (nodes.length > 0 || useSelection.getState().edges.length > 0) select([]);
      else if (!leaveGroup()) return;
      break;
    case 'P': {
      const pinned = nodes.some((id) => graph.document.nodes[id]?.pinned === undefined);
      if (nodes.length === 0) return;
      setPinned(nodes, pinned);
      break;
    }
    case 'p':
      showDock('preview');
      break;
    case 'i':
      togglePanel('inspector');
      break;
    case 'w':
      togglePanel('inspector', true);
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.why')?.focus());
      break;
    case 'd':
      duplicateNodes(nodes);
      break;
    case 'G':
      collapseNodes(nodes);
      break;
    case 'g':
      addFrame(targets.selectedBoxes());
      break;
    case 'c': {
      const node = nodes.at(-1);
      if (node === undefined) return;
      targets.openMenu({ at: menuPoint(node), connect: node });
      break;
    }
    case '1':
      targets.fit();
      break;
    case '2':
      targets.fitSelection();
      break;
    case '0':
      targets.actualSize();
      break;
    case 'ContextMenu':
    case 'F10': {
      if (event.key === 'F10' && !event.shiftKey) return;
      const node = focused ?? nodes.at(-1);
      if (node !== undefined) select([node]);
      targets.openMenu({ at: menuPoint(node), ...(node === undefined ? {} : { node }) });
      break;
    }
    default:
      return;
  }
  handled();
}
