import { useMemo, useRef, useState } from 'react';
import type { GraphDocument, GraphNode } from '../../shared/graph/document.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { type Stage, stages } from '../../shared/node/define-node.ts';
import { titleOf } from '../state/graph-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { select, useSelection } from '../state/selection-store.ts';
import { togglePanel } from '../state/ui-store.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { statusIcons } from '../ui/status-line.tsx';
import { useNodeStatus } from './use-node-status.ts';
import { t } from './text.ts';
import { nodeDefinition } from '../state/node-definition.ts';

interface Connections {
  from: string[];
  to: string[];
}

/** Nodes in flow order: sources first, each after everything that feeds it. */
function flowOrder(document: GraphDocument): string[] {
  const waiting = new Map(Object.keys(document.nodes).map((id) => [id, 0]));
  const next = new Map<string, string[]>();
  for (const edge of document.edges) {
    const from = parsePortRef(edge.from)?.node;
    const to = parsePortRef(edge.to)?.node;
    if (from === undefined || to === undefined || !waiting.has(from) || !waiting.has(to)) continue;
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
    next.set(from, [...(next.get(from) ?? []), to]);
  }
  const order = [...waiting].filter(([, count]) => count === 0).map(([id]) => id);
  for (let at = 0; at < order.length; at++) {
    for (const id of next.get(order[at] ?? '') ?? []) {
      const left = (waiting.get(id) ?? 0) - 1;
      waiting.set(id, left);
      if (left === 0) order.push(id);
    }
  }
  // Nodes of a cycle come last.
  return [...order, ...[...waiting.keys()].filter((id) => !order.includes(id))];
}

function connectionsOf(document: GraphDocument): Map<string, Connections> {
  const all = new Map<string, Connections>(Object.keys(document.nodes).map((id) => [id, { from: [], to: [] }]));
  const titled = (id: string) => {
    const node = document.nodes[id];
    return node ? titleOf(node, id) : id;
  };
  for (const edge of document.edges) {
    const from = parsePortRef(edge.from);
    const to = parsePortRef(edge.to);
    if (!from || !to) continue;
    all.get(to.node)?.from.push(t.portFrom(to.port, titled(from.node), from.port));
    all.get(from.node)?.to.push(t.portTo(from.port, titled(to.node), to.port));
  }
  return all;
}

function stageOfNode(node: GraphNode | undefined): Stage {
  return (node && nodeDefinition(node)?.stage) ?? 'data';
}

interface RowProps {
  id: string;
  place: string;
  links: Connections;
  open: boolean;
  active: boolean;
  onOpen: (open: boolean) => void;
}

function OutlineRow({ id, place, links, open, active, onOpen }: RowProps) {
  const node = useActiveGraph((graph) => graph.document.nodes[id]);
  const status = useNodeStatus(id);
  if (!node) return null;
  const stage = nodeDefinition(node)?.stage;
  const lines = [...links.from, ...links.to];
  const title = titleOf(node, id);
  const state = [status.word, status.aside, status.cause].filter(Boolean).join(', ');
  return (
    <div
      role="treeitem"
      aria-level={1}
      aria-expanded={lines.length > 0 ? open : undefined}
      aria-selected={active}
      aria-label={`${title}, ${stage ?? node.kind}, ${state}, ${place}`}
      data-node={id}
      tabIndex={active ? 0 : -1}
      className="outline-row"
      onFocus={(event) => {
        if (event.target === event.currentTarget) select([id]);
      }}
      onClick={() => select([id])}
      onKeyDown={(event) => {
        if (event.metaKey || event.ctrlKey) return;
        if (event.key === 'ArrowRight' && lines.length > 0 && !open) onOpen(true);
        else if (event.key === 'ArrowLeft' && open) onOpen(false);
        else if (event.key === 'Enter') {
          togglePanel('inspector', true);
          requestAnimationFrame(() =>
            document.querySelector<HTMLElement>('.inspector input, .inspector select, .inspector button')?.focus(),
          );
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <div className="outline-line">
        {stage ? <StageFlag stage={stage} size={12} label={false} /> : <Icon name="info" small />}
        <span className="clip">{title}</span>
        <span className={`outline-state ${status.status}`} title={state}>
          <Icon name={statusIcons[status.status]} small />
        </span>
      </div>
      {open && (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a tree has no tag of its own
        <div role="group">
          {lines.map((line) => (
            <div key={line} role="treeitem" aria-level={2} aria-selected={false} tabIndex={-1} className="outline-link">
              {line}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/**
 * The graph as a tree, in function like the canvas: arrow keys choose, Enter goes to the settings, and the canvas's own
 * keys (C connects, D duplicates, Delete deletes, P previews, the menu key) act on the chosen node.
 */
export function Outline() {
  const document_ = useActiveGraph((graph) => graph.document);
  const selected = useSelection((selection) => selection.nodes.at(-1));
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const tree = useRef<HTMLDivElement>(null);
  const nodes = document_?.nodes;
  const edges = document_?.edges;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the layout does not change the order
  const order = useMemo(() => (document_ ? flowOrder(document_) : []), [nodes, edges]);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- nor the connections
  const links = useMemo(() => (document_ ? connectionsOf(document_) : new Map<string, Connections>()), [nodes, edges]);
  const stageOf = (id: string) => stages.indexOf(stageOfNode(nodes?.[id]));
  const sorted = order.toSorted((a, b) => stageOf(a) - stageOf(b));
  const active = selected !== undefined && nodes?.[selected] ? selected : sorted[0];
  if (sorted.length === 0) return <p className="mute small outline-none">{t.graphIsEmpty}</p>;
  return (
    <div
      ref={tree}
      role="tree"
      tabIndex={-1}
      aria-label={t.graph}
      className="outline"
      onKeyDown={(event) => {
        const rows = [...(tree.current?.querySelectorAll<HTMLElement>('[role="treeitem"][data-node]') ?? [])];
        const at = rows.findIndex((row) => row.contains(document.activeElement));
        const to =
          event.key === 'ArrowDown'
            ? at + 1
            : event.key === 'ArrowUp'
              ? at - 1
              : event.key === 'Home'
                ? 0
                : event.key === 'End'
                  ? rows.length - 1
                  : undefined;
        if (to !== undefined) {
          rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
          event.preventDefault();
          return;
        }
        if (event.metaKey || event.ctrlKey || event.key === 'Tab' || event.key === 'F6') return;
        // What acts on a node is done by the canvas, which has the same selection.
        const { key, shiftKey } = event;
        const used = !document
          .querySelector('.canvas')
          ?.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }));
        if (used) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
    >
      {sorted.map((id, index) => (
        <OutlineRow
          key={id}
          id={id}
          place={t.of(index + 1, sorted.length)}
          links={links.get(id) ?? { from: [], to: [] }}
          open={open.has(id)}
          active={id === active}
          onOpen={(now) => {
            const next = new Set(open);
            if (now) next.add(id);
            else next.delete(id);
            setOpen(next);
          }}
        />
      ))}
    </div>
  );
}
