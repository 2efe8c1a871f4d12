import { shell } from '../platform/shell.ts';
import { openPath } from '../state/file-commands.ts';
import { addNode, setParam } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { navigate } from '../state/ui-store.ts';
import { showToast } from '../ui/toast.tsx';
import { roleOfFile } from './file-role.ts';
import { t } from './text.ts';

/** Below one another where several files are dropped at once. */
const nodeStepPx = 120;

/** Opens dropped graphs and turns dropped data and models into nodes at a place on the canvas. */
export function openDroppedFiles(files: readonly File[], at: { x: number; y: number }): void {
  let place = at;
  for (const file of files) {
    const path = shell.desktop?.pathOfFile(file) ?? '';
    const role = roleOfFile(file.name);
    if (path === '' || role.open === 'nothing') {
      showToast({ text: t.cannotOpen(file.name), tone: 'failed' });
    } else if (role.open === 'graph') {
      void openPath(path);
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
