import { lazy, Suspense } from 'react';
import { FlowCanvas } from '../canvas/flow-canvas.tsx';
import { Inspector } from '../inspector/inspector.tsx';
import { newGraph, openTemplate } from '../state/file-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { useInspectedNode } from '../state/selection-store.ts';
import { togglePanel, useUi } from '../state/ui-store.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { EmptyState, Skeleton } from '../ui/state-block.tsx';
import { Palette } from './palette.tsx';
import { PanelHandle } from './panel-handle.tsx';

const ResultsDock = lazy(async () => ({ default: (await import('../results/ResultsDock.tsx')).ResultsDock }));

function Dock() {
  const nodeId = useInspectedNode();
  return (
    <Suspense fallback={<Skeleton waitsFor="the results panel" />}>
      <ResultsDock nodeId={nodeId} />
    </Suspense>
  );
}

/** Palette, canvas with dock, inspector. */
export function EditorScreen() {
  const panels = useUi((state) => state.panels);
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  if (!open) {
    return (
      <div className="screen">
        <EmptyState text="No graph is open. Start with an empty one, or open Penguins and press Run.">
          <Button variant="primary" icon="plus" onClick={newGraph}>
            New graph
          </Button>
          <Button variant="quiet" onClick={() => void openTemplate('penguins')}>
            Open Penguins
          </Button>
        </EmptyState>
      </div>
    );
  }
  const columns = [
    panels.palette.open ? `${panels.palette.sizePx}px` : '',
    'minmax(0, 1fr)',
    panels.inspector.open ? `${panels.inspector.sizePx}px` : '',
  ];
  return (
    <div className="editor" style={{ gridTemplateColumns: columns.filter(Boolean).join(' ') }}>
      {panels.palette.open && (
        <aside className="side-panel palette" data-panel="palette" aria-label="Nodes">
          <Palette />
          <PanelHandle panel="palette" edge="right" />
        </aside>
      )}
      <div
        className="editor-center"
        style={{ gridTemplateRows: panels.dock.open ? `minmax(0, 1fr) ${panels.dock.sizePx}px` : 'minmax(0, 1fr)' }}
      >
        <FlowCanvas />
        {panels.dock.open && (
          <section className="dock-panel" data-panel="dock" aria-label="Results">
            <PanelHandle panel="dock" edge="top" />
            <Dock />
          </section>
        )}
      </div>
      {panels.inspector.open && (
        <aside className="side-panel inspector" data-panel="inspector" aria-label="Inspector">
          <PanelHandle panel="inspector" edge="left" />
          <Inspector />
        </aside>
      )}
      {!panels.palette.open && (
        <span className="reopen-panel palette">
          <IconButton icon="right" small label="Show nodes" onClick={() => togglePanel('palette', true)} />
        </span>
      )}
      {!panels.inspector.open && (
        <span className="reopen-panel inspector">
          <IconButton icon="left" small label="Show inspector" onClick={() => togglePanel('inspector', true)} />
        </span>
      )}
      {!panels.dock.open && (
        <span className="reopen-panel dock">
          <IconButton icon="up" small label="Show results" onClick={() => togglePanel('dock', true)} />
        </span>
      )}
    </div>
  );
}
