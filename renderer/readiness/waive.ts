import { editRoot } from '../state/graph-store.ts';
import { refreshReadiness } from './readiness-store.ts';
import { t } from './text.ts';

/** Writes into the graph why an item does not apply to it; without a reason it applies again. */
export function waive(itemId: string, reason: string | undefined): void {
  editRoot(reason === undefined ? t.takeBack : t.waive, (draft) => {
    const readiness = (draft['readiness'] ?? {}) as { waived?: Record<string, string> };
    const waived = { ...readiness.waived };
    if (reason === undefined) delete waived[itemId];
    else waived[itemId] = reason;
    draft['readiness'] = { ...readiness, waived };
  });
  void refreshReadiness();
}
