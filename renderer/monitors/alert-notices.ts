import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { shell } from '../platform/shell.ts';
import { t } from '../shell/text.ts';
import { navigate } from '../state/ui-store.ts';
import { showToast } from '../ui/toast.tsx';
import { engineText } from '../translation/engine-text.ts';

const pollMs = 5_000;
const limit = 20;

/** Tells of alerts that begin while the app runs: by the desktop where nobody looks, else in the window. */
export function startAlertNotices(): void {
  let told: Set<string> | undefined;
  const look = async () => {
    if (useConnection.getState().state !== 'online') return;
    try {
      const open = await engine.alert.list({ open: true, limit });
      const fresh = told === undefined ? [] : open.filter(({ id, silenced }) => !told?.has(id) && !silenced);
      told = new Set([...(told ?? []), ...open.map(({ id }) => id)]);
      for (const { id, title, explanation } of fresh) {
        const shown = await shell.desktop?.notify({
          key: `alert:${id}`,
          title: engineText(title).slice(0, 200),
          body: engineText(explanation.sentences[0] ?? '').slice(0, 1_000),
          page: { screen: 'monitors', id: 'alerts' },
        });
        if (shown === true) continue;
        showToast({
          text: engineText(title),
          tone: 'warning',
          action: { label: t.show, onSelect: () => navigate('monitors', 'alerts') },
        });
      }
    } catch {
      // The next look tells; a lost engine is shown by the offline bar.
    }
  };
  setInterval(() => void look(), pollMs);
}
