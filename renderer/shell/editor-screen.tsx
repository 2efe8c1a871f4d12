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
import { t } from './text.ts';

const ResultsDock = lazy(async () => ({ default: (await import('../results/ResultsDock.tsx')).ResultsDock }));

function Dock() {
  const nodeId = useInspectedNode();
  return (
    <Suspense fallback={<Skeleton waitsFor={t.theResultsPanel} />}>
      <ResultsDock nodeId={nodeId} />
    </Suspense>
  );
}

/** Palette, canvas with dock, inspector. */
export function EditorScreen() {
  const panels = useUi((state) => state.panels);
  const compact = useUi((state) => state.compact);
  const open = useActiveGraph((graph) => graph.tabId) !== undefined;
  if (!open) {
    return (
      <div className="screen">
        <EmptyState text={t.noGraphIsOpen}>
          <Button variant="primary" icon="plus" onClick={newGraph}>
            {t.newGraph}
          </Button>
          <Button variant="quiet" onClick={() => void openTemplate('penguins')}>
            {t.openPenguins}
          </Button>
        </EmptyState>
      </div>
    );
  }
  const columns = compact
    ? ['minmax(0, 1fr)']
    : [
        panels.palette.open ? `${panels.palette.sizePx}px` : '',
        'minmax(0, 1fr)',
        panels.inspector.open ? `${panels.inspector.sizePx}px` : '',
      ];
  return (
    <div
      className={compact ? 'editor compact' : 'editor'}
      style={{ gridTemplateColumns: columns.filter(Boolean).join(' ') }}
    >
      {panels.palette.open && (
        <aside className="side-panel palette" data-panel="palette" aria-label={t.nodes}>
          <Palette />
          <PanelHandle panel="palette" edge="right" />
        </aside>
      )}
      <div
        className="editor-center"
        style={{
          gridTemplateRows: panels.dock.open ? `minmax(96px, 1fr) min(${panels.dock.sizePx}px, 55%)` : 'minmax(0, 1fr)',
        }}
      >
        <FlowCanvas />
        {panels.dock.open && (
          <section className="dock-panel" data-panel="dock" aria-label={t.results}>
            <PanelHandle panel="dock" edge="top" />
            <Dock />
          </section>
        )}
      </div>
      {panels.inspector.open && (
        <aside className="side-panel inspector" data-panel="inspector" aria-label={t.inspector}>
          <PanelHandle panel="inspector" edge="left" />
          <Inspector />
        </aside>
      )}
      {!panels.palette.open && (
        <span className="reopen-panel palette">
          <IconButton icon="right" small label={t.showNodes} onClick={() => togglePanel('palette', true)} />
        </span>
      )}
      {!panels.inspector.open && (
        <span className="reopen-panel inspector">
          <IconButton icon="left" small label={t.showInspector} onClick={() => togglePanel('inspector', true)} />
        </span>
      )}
      {!panels.dock.open && (
        <span className="reopen-panel dock">
          <IconButton icon="up" small label={t.showResults} onClick={() => togglePanel('dock', true)} />
        </span>
      )}
    </div>
  );
}
