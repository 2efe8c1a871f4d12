import { lazy, Suspense } from 'react';
import { openPath, saveTo } from '../state/file-commands.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { openOverlay, useUi } from '../state/ui-store.ts';
import { compareWithFile } from '../state/compare-store.ts';
import { CommandPalette } from './command-palette.tsx';
import { CompareDialog } from './compare-dialog.tsx';
import { FilePicker } from './file-picker.tsx';
import { ProblemsPanel } from './problems-panel.tsx';
import { ShortcutSheet } from './shortcut-sheet.tsx';
import { Tour } from './tour.tsx';
import { t } from './text.ts';

const ExportDialog = lazy(async () => ({ default: (await import('../exports/ExportDialog.tsx')).ExportDialog }));

const ReadinessPanel = lazy(async () => ({
  default: (await import('../readiness/ReadinessPanel.tsx')).ReadinessPanel,
}));

const graphExtensions = ['.slipway.json', '.json'];
const close = () => openOverlay(undefined);

/** Whatever floats over the whole window. */
export function Overlays() {
  const overlay = useUi((state) => state.overlay);
  const id = useActiveGraph((graph) => graph.document.id) ?? 'graph';
  const path = useActiveGraph((graph) => graph.path);
  switch (overlay) {
    case 'commands':
      return <CommandPalette />;
    case 'find':
      return <CommandPalette nodesOnly />;
    case 'shortcuts':
      return <ShortcutSheet />;
    case 'problems':
      return <ProblemsPanel />;
    case 'readiness':
      return (
        <Suspense fallback={null}>
          <ReadinessPanel />
        </Suspense>
      );
    case 'export':
      return (
        <Suspense fallback={null}>
          <ExportDialog onClose={close} />
        </Suspense>
      );
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
            void saveTo(picked.endsWith('.json') ? picked : `${picked}.slipway.json`);
          }}
          onClose={close}
        />
      );
    case undefined:
      return null;
  }
}
