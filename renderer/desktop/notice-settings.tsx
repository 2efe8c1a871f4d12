import { useEffect, useState } from 'react';
import type { DesktopShell, NoticeSettings as Settings } from '../../shared/rpc/shell-contract.ts';
import { Field } from '../ui/field.tsx';
import { Switch } from '../ui/switch.tsx';
import { t } from './settings-text.ts';

export function NoticeSettings({ desktop }: { desktop: DesktopShell }) {
  const [settings, setSettings] = useState<Settings>();
  useEffect(() => {
    void desktop.notices().then(setSettings);
  }, [desktop]);
  if (settings === undefined) return null;

  function change(on: boolean): void {
    void desktop
      .setNotices(on)
      .then(() => desktop.notices())
      .then(setSettings);
  }

  return (
    <section aria-labelledby="notice-settings">
      <h2 id="notice-settings">{t.notices}</h2>
      {settings.supported ? (
        <Field row label={t.tellWhileAway} note={t.noticesNote}>
          {(ids) => <Switch {...ids} checked={settings.on} onChange={change} />}
        </Field>
      ) : (
        <p>{t.noticesUnsupported}</p>
      )}
    </section>
  );
}
