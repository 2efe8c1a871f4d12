import type { DesktopShell } from '../../shared/rpc/shell-contract.ts';
import { shell } from '../platform/shell.ts';
import { useEndpoints } from '../state/endpoint-store.ts';
import type { RunView } from '../state/run-view.ts';
import { navigate, useUi } from '../state/ui-store.ts';
import { engineText } from '../translation/engine-text.ts';
import { formatDuration } from '../ui/format.ts';
import { showToast } from '../ui/toast.tsx';
import { t } from './text.ts';

/** How it ended: what went wrong first, or how long it took. */
function outcomeOf(run: RunView): string {
  const failed = Object.values(run.steps).find(({ error }) => error !== undefined);
  if (run.status === 'failed') return engineText(failed?.error?.message ?? '');
  return run.finishedMs === undefined ? '' : t.took(formatDuration(run.finishedMs - run.startedMs));
}

/** Tells by the desktop that a run which this window watched has ended, where nobody looks at the app. */
export function tellOfRun(name: string, run: RunView): void {
  if (run.status !== 'failed' && run.status !== 'succeeded') return;
  void shell.desktop?.notify({
    key: `run:${run.runId}`,
    title: (run.status === 'failed' ? t.runFailed(name) : t.runSucceeded(name)).slice(0, 200),
    body: outcomeOf(run).slice(0, 1_000),
    page: { screen: 'runs', id: run.runId },
  });
}

function tellOfEndpoints(desktop: DesktopShell): void {
  useEndpoints.subscribe(({ endpoints }, before) => {
    for (const { id, name, state, error, startedMs } of endpoints) {
      const past = before.endpoints.find((endpoint) => endpoint.id === id)?.state;
      if (state !== 'failed' || (past !== 'live' && past !== 'starting')) continue;
      const title = t.endpointFailed(name).slice(0, 200);
      void desktop
        .notify({
          key: `endpoint:${id}:${startedMs}`,
          title,
          body: engineText(error?.message ?? '').slice(0, 1_000),
          page: { screen: 'endpoints', id },
        })
        .then((shown) => {
          if (shown || useUi.getState().route.screen === 'endpoints') return;
          showToast({
            text: title,
            tone: 'failed',
            action: { label: t.show, onSelect: () => navigate('endpoints', id) },
          });
        });
    }
  });
}

/** Tells of endpoints that fail, by the desktop where nobody looks at the app, and follows clicks; once, at start. */
export function startNotices(desktop: DesktopShell): void {
  tellOfEndpoints(desktop);
  desktop.onShowPage(({ screen, id }) => navigate(screen, id));
}
