import { shell } from '../platform/shell.ts';
import { importGraph, openPath } from '../state/file-commands.ts';
import { addNode, setParam } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { navigate } from '../state/ui-store.ts';
import { showToast } from '../ui/toast.tsx';
import { roleOfFile } from './file-role.ts';
import { t } from './text.ts';

/** Below one another where several files are dropped at once. */
const nodeStepPx = 120;

/**
 * Opens dropped graphs and turns dropped data and models into nodes at a place on the canvas. An engine of another machine,
 * and one behind a browser, has no path for them: a graph is read here, data is refused.
 */
export function openDroppedFiles(files: readonly File[], at: { x: number; y: number }): void {
  let place = at;
  for (const file of files) {
    const path = shell.capabilities.fileDialogs ? (shell.desktop?.pathOfFile(file) ?? '') : '';
    const role = roleOfFile(file.name);
    if (role.open === 'nothing') {
      showToast({ text: t.cannotOpen(file.name), tone: 'failed' });
    } else if (role.open === 'graph') {
      void (path === '' ? importGraph(file) : openPath(path));
    } else if (path === '') {
      showToast({ text: t.noPathForEngine(file.name), tone: 'failed' });
    } else if (activeGraph() === undefined) {
      showToast({ text: t.openFirst, tone: 'failed' });
    } else {
      const id = addNode(role.kind, place);
      if (id !== undefined) setParam(id, 'path', path);
      place = { x: place.x, y: place.y + nodeStepPx };
      navigate('graph');
    }
  }
}
