import { Component, lazy, type ReactNode, Suspense } from 'react';
import { openPath, saveTo } from '../state/file-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { openOverlay, useUi } from '../state/ui-store.ts';
import { compareWithFile } from '../state/compare-store.ts';
import { CommandPalette } from './command-palette.tsx';
import { showToast } from '../ui/toast.tsx';
import { t } from './text.ts';

const ExportDialog = lazy(async () => ({ default: (await import('../exports/ExportDialog.tsx')).ExportDialog }));

const CompareDialog = lazy(async () => ({ default: (await import('./compare-dialog.tsx')).CompareDialog }));
const ModelTrustDialog = lazy(async () => ({
  default: (await import('../models/model-trust-dialog.tsx')).ModelTrustDialog,
}));
const FilePicker = lazy(async () => ({ default: (await import('./file-picker.tsx')).FilePicker }));
const ProblemsPanel = lazy(async () => ({ default: (await import('./problems-panel.tsx')).ProblemsPanel }));
const ShortcutSheet = lazy(async () => ({ default: (await import('./shortcut-sheet.tsx')).ShortcutSheet }));
const Tour = lazy(async () => ({ default: (await import('./tour.tsx')).Tour }));
const ReadinessPanel = lazy(async () => ({
  default: (await import('../readiness/ReadinessPanel.tsx')).ReadinessPanel,
}));

const graphExtensions = ['.slipway.json', '.json'];
const close = () => openOverlay(undefined);

/** An overlay that does not load or fails closes and says so; the window under it stays. */
class OverlayBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch(error: Error) {
    close();
    showToast({ text: error.message, tone: 'failed' });
  }

  override render() {
    return this.state.failed ? null : this.props.children;
  }
}

/** Whatever floats over the whole window; what is rarely wanted loads when it is. */
export function Overlays() {
  const overlay = useUi((state) => state.overlay);
  return (
    <OverlayBoundary key={overlay}>
      <Suspense fallback={null}>
        <CurrentOverlay />
      </Suspense>
    </OverlayBoundary>
  );
}

function CurrentOverlay() {
  const overlay = useUi((state) => state.overlay);
  const id = useActiveGraph((graph) => graph.document.id) ?? 'graph';
  const path = useActiveGraph((graph) => graph.path);
  switch (overlay) {
    case 'model-trust':
      return <ModelTrustDialog onClose={close} />;
    case 'commands':
      return <CommandPalette />;
    case 'find':
      return <CommandPalette nodesOnly />;
    case 'shortcuts':
      return <ShortcutSheet />;
    case 'problems':
      return <ProblemsPanel />;
    case 'readiness':
      return <ReadinessPanel />;
    case 'export':
      return <ExportDialog onClose={close} />;
    case 'compare':
      return <CompareDialog onClose={close} />;
    case 'compare-file':
      return (
        <FilePicker
          title={t.compareWithFile}
          extensions={graphExtensions}
          start={path}
          onPick={(picked) => {
            close();
            void compareWithFile(picked);
          }}
          onClose={close}
        />
      );
    case 'tour':
      return <Tour onClose={close} />;
    case 'open':
      return (
        <FilePicker
          title={t.openAGraph}
          extensions={graphExtensions}
          start={path}
          onPick={(picked) => {
            close();
            void openPath(picked);
          }}
          onClose={close}
        />
      );
    case 'save-as':
      return (
        <FilePicker
          title={t.saveGraphAs}
          extensions={graphExtensions}
          start={path}
          saveName={`${id}.slipway.json`}
          onPick={(picked) => {
            close();
            void saveTo(picked);
          }}
          onClose={close}
        />
      );
    case undefined:
      return null;
  }
}
