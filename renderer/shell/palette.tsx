import { useMemo, useRef, useState } from 'react';
import { kindDragType } from '../canvas/drag-type.ts';
import { definitions, inputsTaking, kindsFitting, outputsGiving, searchKinds } from '../canvas/kind-search.ts';
import { Outline } from '../canvas/outline.tsx';
import { filterPalette, showPalette, usePaletteFilter } from '../canvas/palette-filter.ts';
import { parsePortRef } from '../../shared/graph/ids.ts';
import { type NodeDefinition, portsOf, stages } from '../../shared/node/define-node.ts';
import { nextPlace } from '../canvas/next-place.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { openExample } from '../state/file-commands.ts';
import { addNode } from '../state/graph-commands.ts';
import { navigate } from '../state/ui-store.ts';
import { Menu } from '../ui/menu.tsx';
import { LibraryPalette } from './library-palette.tsx';
import { dragKindByTouch } from './touch-drag.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { select } from '../state/selection-store.ts';
import { IconButton } from '../ui/button.tsx';
import { joinOr } from '../ui/format.ts';
import { TextInput } from '../ui/field.tsx';
import { Icon } from '../ui/icons/icon.tsx';
import { PortGlyph } from '../ui/port-glyph.tsx';
import { StageFlag, stageTitle } from '../ui/stage-flag.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { t } from './text.ts';
import { kindSummary } from '../translation/kind-text.ts';
import { kindTitle } from '../translation/kind-titles.ts';

/** Examples are loaded when one is wanted. */
async function openKindExample(definition: NodeDefinition): Promise<void> {
  const { exampleGraph } = await import('../../shared/docs/example-graph.ts');
  openExample(exampleGraph(definition, definitionOf));
}

/** Adds a kind; with a port in the filter, tied to it. */
function addFromPalette(definition: NodeDefinition): void {
  const { port } = usePaletteFilter.getState();
  if (!port) {
    addNode(definition.kind, nextPlace());
    return;
  }
  filterPalette(undefined);
  const [first] = port.types;
  const own =
    port.side === 'source'
      ? port.types.flatMap((type) => inputsTaking(definition, type))[0]
      : outputsGiving(definition, port.types)[0];
  const node = parsePortRef(port.ref)?.node;
  if (node !== undefined) select([node]);
  const link = port.side === 'source' ? { from: port.ref } : { to: port.ref };
  const at = nextPlace();
  const place = port.side === 'source' ? at : { x: at.x - 432, y: at.y };
  addNode(definition.kind, place, first && own !== undefined ? { ...link, port: own } : undefined);
}

function PaletteItem({ definition }: { definition: NodeDefinition }) {
  const ports = useMemo(() => portsOf(definition, {}), [definition]);
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  const [menuAt, setMenuAt] = useState<{ x: number; y: number }>();
  const title = kindTitle(definition);
  return (
    <li>
      <button
        type="button"
        className={`palette-item stage-${definition.stage}`}
        draggable={open}
        disabled={!open}
        title={t.dragOrEnter(kindSummary(definition))}
        onDragStart={(event) => {
          event.dataTransfer.setData(kindDragType, definition.kind);
          event.dataTransfer.effectAllowed = 'copy';
        }}
        onPointerDown={(event) => open && dragKindByTouch(event, definition.kind, title)}
        onContextMenu={(event) => {
          event.preventDefault();
          setMenuAt({ x: event.clientX, y: event.clientY });
        }}
        onDoubleClick={() => addFromPalette(definition)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' || event.key === ' ') {
            event.preventDefault();
            addFromPalette(definition);
          } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            const items = [...document.querySelectorAll<HTMLElement>('.palette-item')];
            items[items.indexOf(event.currentTarget) + (event.key === 'ArrowDown' ? 1 : -1)]?.focus();
          }
        }}
      >
        <span className="clip">{title}</span>
        <span className="ports" aria-hidden="true">
          <span>
            {Object.entries(ports.inputs).map(([name, port]) => (
              <PortGlyph key={name} type={port.types[0]} many={port.many ?? false} />
            ))}
            {Object.entries(ports.outputs).map(([name, port]) => (
              <PortGlyph key={name} type={port.type} filled />
            ))}
          </span>
        </span>
      </button>
      {menuAt && (
        <Menu
          label={title}
          at={menuAt}
          onClose={() => setMenuAt(undefined)}
          entries={[
            { label: t.add(title), icon: 'plus', disabled: !open, onSelect: () => addFromPalette(definition) },
            { label: t.openExample, icon: 'open', onSelect: () => void openKindExample(definition) },
            { label: t.helpPage, onSelect: () => navigate('help', definition.kind) },
          ]}
        />
      )}
    </li>
  );
}

/** The kinds to add, or the graph as a tree. */
export function Palette() {
  const shown = usePaletteFilter((filter) => filter.view);
  return (
    <>
      <Tabs
        className="palette-tabs"
        label={t.nodesAndOutline}
        value={shown}
        tabs={[
          { value: 'nodes', label: t.nodes },
          { value: 'outline', label: t.outline },
        ]}
        onChange={showPalette}
      />
      {shown === 'nodes' ? <Kinds /> : <Outline />}
    </>
  );
}

/** Every kind by stage; typing searches titles, keywords and summaries. */
function Kinds() {
  const [text, setText] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const port = usePaletteFilter((filter) => filter.port);
  const hits = useMemo(() => searchKinds(text, port ? kindsFitting(port.side, port.types) : definitions), [text, port]);
  const searching = text.trim() !== '';
  return (
    <>
      <div className="palette-find">
        <Icon name="search" small />
        <TextInput
          id="palette-search"
          value={text}
          onChange={setText}
          placeholder={t.findANode}
          aria-label={t.findANode}
          type="search"
          onKeyDown={(event) => {
            if (event.key === 'Escape') setText('');
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              list.current?.querySelector<HTMLElement>('.palette-item')?.focus();
            }
            const [first] = hits;
            if (event.key === 'Enter' && searching && first) addFromPalette(first);
          }}
        />
        {!searching && <span className="kbd">/</span>}
      </div>
      {port && (
        <div className="palette-filter">
          <span className="clip" title={port.ref}>
            {(port.side === 'source' ? t.takes : t.gives)(joinOr(port.types))}
          </span>
          <IconButton icon="close" small label={t.showEveryNode} onClick={() => filterPalette(undefined)} />
        </div>
      )}
      <div className="palette-list" ref={list}>
        {definitions.length === 0 && <p className="mute small">{t.noNodeKindsAreInstalled}</p>}
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
                <section key={stage} aria-label={stageTitle(stage)}>
                  <h3>
                    <StageFlag stage={stage} label={false} />
                    {stageTitle(stage)}
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
        {!searching && !port && <LibraryPalette />}
        {searching && hits.length === 0 && (
          <p className="mute small" style={{ padding: '8px 12px' }}>
            {t.nothingMatches(text)}
          </p>
        )}
      </div>
    </>
  );
}
