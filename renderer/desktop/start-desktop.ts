import type { DeepLink } from '../../shared/rpc/shell-contract.ts';
import { shell } from '../platform/shell.ts';
import { useEndpoints } from '../state/endpoint-store.ts';
import { importGraph, openTemplate } from '../state/file-commands.ts';
import { navigate } from '../state/ui-store.ts';
import { language, useLanguage } from '../translation/language.ts';
import { showToast } from '../ui/toast.tsx';
import { openDroppedFiles } from './dropped-files.ts';
import { startNotices } from './notices.ts';
import { proposeEngine } from './proposed-engine.ts';
import { t } from './text.ts';

function followLink(link: DeepLink): void {
  if (link.type === 'template') {
    void openTemplate(link.id);
    return;
  }
  proposeEngine(link.url);
  navigate('settings');
  showToast({ text: t.connectProposed(link.url) });
}

/** Files dropped beside the canvas land in its middle. */
function listenForFiles(): void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
  window.addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener('drop', (event) => {
    if (!hasFiles(event) || event.defaultPrevented) return;
    event.preventDefault();
    openDroppedFiles([...(event.dataTransfer?.files ?? [])], { x: 0, y: 0 });
  });
}

/** What ties the app to its desktop, where it has one; once, at start. */
export function startDesktop(): void {
  listenForFiles();
  const { desktop } = shell;
  if (desktop === undefined) return;
  desktop.onDeepLink(followLink);
  desktop.onOpenFile(({ name, text }) => void importGraph(new File([text], name)));
  startNotices(desktop);
  const tellLanguage = (): void => void desktop.setLanguage(language());
  tellLanguage();
  useLanguage.subscribe(tellLanguage);
  let shown = '[]';
  useEndpoints.subscribe(({ endpoints }) => {
    const live = endpoints.flatMap(({ state, name, http }) => (state === 'live' && http ? [{ name, url: http }] : []));
    const text = JSON.stringify(live);
    if (text === shown) return;
    shown = text;
    void desktop.showEndpoints(live);
  });
}
