import { useCallback, useEffect, useState } from 'react';
import type {
  AppVersions,
  DesktopShell,
  UpdateSettings as Settings,
  UpdateState,
} from '../../shared/rpc/shell-contract.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatPercent } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Switch } from '../ui/switch.tsx';
import { t } from './settings-text.ts';

const pollMs = 500;

export function UpdateSettings({ desktop }: { desktop: DesktopShell }) {
  const [known, setKnown] = useState<AppVersions>();
  const [busy, setBusy] = useState(false);
  const load = useCallback(() => {
    void desktop.updates().then(setKnown);
  }, [desktop]);
  useEffect(load, [load]);
  useEffect(() => {
    if (!busy) return;
    const timer = setInterval(load, pollMs);
    return () => clearInterval(timer);
  }, [busy, load]);
  if (known === undefined) return null;
  const { earlier, state, settings } = known;
  const settled = state.status !== 'downloading' && state.status !== 'ready';

  async function work(step: Promise<UpdateState>): Promise<void> {
    setBusy(true);
    await step;
    setBusy(false);
    load();
  }
  function change(next: Settings): void {
    void desktop.setUpdates(next).then(load);
  }

  return (
    <section aria-labelledby="update-settings">
      <h2 id="update-settings">{t.updates}</h2>
      <p role="status">{wordsOf(known)}</p>
      {state.status !== 'unavailable' && (
        <>
          <Field row label={t.channel}>
            {() => (
              <Segmented
                label={t.channel}
                value={settings.channel}
                onChange={(channel) => change({ ...settings, channel })}
                options={[
                  { value: 'latest', label: t.releases },
                  { value: 'beta', label: t.beta },
                ]}
              />
            )}
          </Field>
          <Field row label={t.lookAtStart}>
            {(ids) => (
              <Switch {...ids} checked={settings.atStart} onChange={(atStart) => change({ ...settings, atStart })} />
            )}
          </Field>
          <div className="actions">
            <Button disabled={busy} onClick={() => void work(desktop.checkForUpdate())}>
              {t.lookForUpdates}
            </Button>
            {state.status === 'available' && (
              <Button variant="primary" disabled={busy} onClick={() => void work(desktop.downloadUpdate())}>
                {t.download(state.version)}
              </Button>
            )}
            {state.status === 'ready' && (
              <Button variant="primary" onClick={() => void desktop.installUpdate()}>
                {t.restartInto(state.version)}
              </Button>
            )}
          </div>
          {earlier.length > 0 && settled && (
            <Field row label={t.earlierVersions} note={t.goBackNote}>
              {() => (
                <div className="actions">
                  {earlier.map((older) => (
                    <Button key={older} disabled={busy} onClick={() => void work(desktop.findVersion(older))}>
                      {t.goBackTo(older)}
                    </Button>
                  ))}
                </div>
              )}
            </Field>
          )}
        </>
      )}
    </section>
  );
}

function wordsOf({ version, earlier, state }: AppVersions): string {
  switch (state.status) {
    case 'unavailable':
      return t.updatedElsewhere(version);
    case 'unknown':
      return t.thisIs(version);
    case 'current':
      return t.upToDate(version);
    case 'available':
      return earlier.includes(state.version) ? t.olderVersion(state.version) : t.newVersion(state.version);
    case 'gone':
      return t.versionGone(state.version);
    case 'downloading':
      return t.downloadingUpdate(state.version, formatPercent(state.percent / 100));
    case 'ready':
      return t.updateReady(state.version);
    case 'failed':
      return t.updateFailed(state.message);
  }
}
