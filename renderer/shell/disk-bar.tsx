import { compareWithFile } from '../state/compare-store.ts';
import { keepMine, reloadFromDisk, useDisk } from '../state/disk-watch.ts';
import { useActiveGraph } from '../state/graph-store.ts';
import { useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons/icon.tsx';
import { t } from './text.ts';
import { showError } from '../ui/show-error.ts';

/** Says that the open graph's file was saved elsewhere while there are unsaved changes here. */
export function DiskBar() {
  const tabId = useActiveGraph((graph) => graph.tabId);
  const path = useActiveGraph((graph) => graph.path);
  const name = useActiveGraph((graph) => graph.root.name) ?? '';
  const changed = useDisk((state) => tabId !== undefined && state.changed.includes(tabId));
  const { screen } = useRoute();
  if (!changed || tabId === undefined || path === undefined || screen !== 'graph') return null;
  return (
    <div className="offline-bar" role="alert">
      <Icon name="stale" small />
      <span>{t.changedOnDisk(name)}</span>
      <span className="grow" />
      <Button variant="link" onClick={() => void compareWithFile(path)}>
        {t.compare}
      </Button>
      <Button variant="link" onClick={() => void reloadFromDisk(tabId).catch(showError)}>
        {t.takeFile}
      </Button>
      <Button variant="link" onClick={() => keepMine(tabId)}>
        {t.keepMine}
      </Button>
    </div>
  );
}
