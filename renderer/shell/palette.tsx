import { useMemo, useRef, useState } from 'react';
import { kindDragType } from '../canvas/drag-type.ts';
import { definitions, searchKinds } from '../canvas/kind-search.ts';
import { type NodeDefinition, portsOf, type Stage, stages } from '../../shared/node/define-node.ts';
import { addNode, type Point } from '../state/graph-commands.ts';
import { activeGraph, useActiveGraph } from '../state/graph-store.ts';
import { useSelection } from '../state/selection-store.ts';
import { TextInput } from '../ui/field.tsx';
import { Icon } from '../ui/icons/icon.tsx';
import { PortGlyph } from '../ui/port-glyph.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';

const stageTitles: Record<Stage, string> = {
  data: 'Data',
  feature: 'Feature',
  train: 'Train',
  serve: 'Serve',
  monitor: 'Monitor',
};

/** Free place for a node added without a pointer: right of the selected node, else right of the last one. */
function nextPlace(): Point {
  const graph = activeGraph();
  if (!graph) return { x: 0, y: 0 };
  const places = graph.document.layout.nodes;
  const anchor = useSelection.getState().nodes.at(-1) ?? Object.keys(places).at(-1);
  const at = anchor === undefined ? undefined : places[anchor];
  if (!at) return { x: 80, y: 80 };
  const next = { x: at.x + 216, y: at.y };
  const taken = (point: Point) =>
    Object.values(places).some((other) => Math.abs(other.x - point.x) < 168 && Math.abs(other.y - point.y) < 128);
  while (taken(next)) next.y += 136;
  return next;
}

function PaletteItem({ definition }: { definition: NodeDefinition }) {
  const ports = useMemo(() => portsOf(definition, {}), [definition]);
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  return (
    <li>
      <button
        type="button"
        className={`palette-item stage-${definition.stage}`}
        draggable={open}
        disabled={!open}
        title={`${definition.summary}\nDrag onto the canvas, or press Enter.`}
        onDragStart={(event) => {
          event.dataTransfer.setData(kindDragType, definition.kind);
          event.dataTransfer.effectAllowed = 'copy';
        }}
        onDoubleClick={() => addNode(definition.kind, nextPlace())}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            addNode(definition.kind, nextPlace());
          } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            const items = [...document.querySelectorAll<HTMLElement>('.palette-item')];
            items[items.indexOf(event.currentTarget) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
          }
        }}
      >
        <span className="clip">{definition.title}</span>
        <span className="ports" aria-hidden="true">
          {Object.entries(ports.inputs).map(([name, port]) => (
            <PortGlyph key={name} type={port.types[0]} many={port.many ?? false} />
          ))}
          {Object.entries(ports.outputs).map(([name, port]) => (
            <PortGlyph key={name} type={port.type} filled />
          ))}
        </span>
      </button>
    </li>
  );
}

/** Every kind by stage; typing searches titles, keywords and summaries. */
export function Palette() {
  const [text, setText] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const hits = useMemo(() => searchKinds(text), [text]);
  const searching = text.trim() !== '';
  return (
    <>
      <div className="palette-find">
        <Icon name="search" small />
        <TextInput
          id="palette-search"
          value={text}
          onChange={setText}
          placeholder="Find a node"
          aria-label="Find a node"
          type="search"
          onKeyDown={(event) => {
            if (event.key === 'Escape') setText('');
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              list.current?.querySelector<HTMLElement>('.palette-item')?.focus();
            }
            const [first] = hits;
            if (event.key === 'Enter' && searching && first) addNode(first.kind, nextPlace());
          }}
        />
        {!searching && <span className="kbd">/</span>}
      </div>
      <div className="palette-list" ref={list}>
        {definitions.length === 0 && <p className="mute small">No node kinds are installed.</p>}
        {searching ? (
          <ul>
            {hits.map((definition) => (
              <PaletteItem key={definition.kind} definition={definition} />
            ))}
          </ul>
        ) : (
          stages.map((stage) => {
            const kinds = hits.filter((definition) => definition.stage === stage);
            return (
              kinds.length > 0 && (
                <section key={stage} aria-label={stageTitles[stage]}>
                  <h3>
                    <StageFlag stage={stage} label={false} />
                    {stageTitles[stage]}
                    <span className="num">{kinds.length}</span>
                  </h3>
                  <ul>
                    {kinds.map((definition) => (
                      <PaletteItem key={definition.kind} definition={definition} />
                    ))}
                  </ul>
                </section>
              )
            );
          })
        )}
        {searching && hits.length === 0 && (
          <p className="mute small" style={{ padding: '8px 12px' }}>
            Nothing matches “{text}”. Try a word of what it does.
          </p>
        )}
      </div>
    </>
  );
}
