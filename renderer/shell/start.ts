import { connectEngine } from '../client/engine-client.ts';
import { startDesktop } from '../desktop/start-desktop.ts';
import { shell } from '../platform/shell.ts';
import { startAnalysis } from '../state/analysis-store.ts';
import { startReadiness } from '../readiness/readiness-store.ts';
import { startDiskWatch } from '../state/disk-watch.ts';
import { startEndpoints } from '../state/endpoint-store.ts';
import { startAlertNotices } from '../monitors/alert-notices.ts';
import { openPath, openTemplate } from '../state/file-commands.ts';
import { listRecovery, startRecovery } from '../state/recovery.ts';
import { navigate, startUi } from '../state/ui-store.ts';
import { showToast } from '../ui/toast.tsx';
import { runCommand } from './app-commands.ts';
import { startKeyboard } from './keyboard.ts';
import { t } from './text.ts';
import { loadAhead } from './load-ahead.ts';
import { startTouchInput } from './touch-input.ts';

/** The graph to begin with: the one the host names, else the first template. */
async function openInitialGraph(): Promise<void> {
  const initial = await shell.initialGraph();
  const opened = 'path' in initial ? await openPath(initial.path, true) : await openTemplate(initial.template, true);
  if (!opened) await openTemplate('flight-delays', true);
  // A reload, and a person who was quicker, stay on the screen they are on.
  if (!location.hash.startsWith('#/')) navigate('graph');
  const copy = listRecovery().find(({ wasClosed }) => !wasClosed);
  if (copy) {
    showToast({
      text: t.unsavedWorkKept(copy.name),
      action: { label: t.show, onSelect: () => navigate('home') },
    });
  }
}

/** Starts everything that listens; once, before the first render. */
export function startApp(): void {
  startUi();
  startKeyboard();
  startTouchInput();
  startAnalysis();
  startReadiness();
  startEndpoints();
  startAlertNotices();
  startRecovery();
  startDiskWatch();
  connectEngine();
  startDesktop();
  shell.onMenuCommand(runCommand);
  shell.onOpenPath((path) => void openPath(path));
  void openInitialGraph().finally(loadAhead);
}
