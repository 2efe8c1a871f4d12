import { useCallback, useEffect, useState } from 'react';
import type { DesktopShell, UpdateSettings as Settings, UpdateState } from '../../shared/rpc/shell-contract.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { formatPercent } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Switch } from '../ui/switch.tsx';
import { t } from './settings-text.ts';

const pollMs = 500;

export function UpdateSettings({ desktop }: { desktop: DesktopShell }) {
  const [known, setKnown] = useState<{ version: string; state: UpdateState; settings: Settings }>();
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
  const { version, state, settings } = known;

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
      <p role="status">{wordsOf(state, version)}</p>
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
        </>
      )}
    </section>
  );
}

function wordsOf(state: UpdateState, version: string): string {
  switch (state.status) {
    case 'unavailable':
      return t.updatedElsewhere(version);
    case 'unknown':
      return t.thisIs(version);
    case 'current':
      return t.upToDate(version);
    case 'available':
      return t.newVersion(state.version);
    case 'downloading':
      return t.downloadingUpdate(state.version, formatPercent(state.percent / 100));
    case 'ready':
      return t.updateReady(state.version);
    case 'failed':
      return t.updateFailed(state.message);
  }
}
