import { useCallback, useEffect, useState } from 'react';
import { secretNamePattern } from '../../shared/node/secret-name.ts';
import type { DesktopShell, SecretProtection } from '../../shared/rpc/shell-contract.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { t } from './settings-text.ts';

export function SecretSettings({ desktop }: { desktop: DesktopShell }) {
  const [kept, setKept] = useState<{ names: string[]; protection: SecretProtection }>();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [changed, setChanged] = useState(false);
  const load = useCallback(() => {
    void desktop.secrets().then(setKept);
  }, [desktop]);
  useEffect(load, [load]);

  async function change(work: Promise<void>): Promise<void> {
    await work;
    setChanged(true);
    load();
  }

  return (
    <section aria-labelledby="secret-settings">
      <h2 id="secret-settings">{t.secrets}</h2>
      <p>{kept?.protection === 'keychain' ? t.secretsKept : t.secretsInMemory}</p>
      {kept?.names.length === 0 && <p className="quiet">{t.noSecrets}</p>}
      <ul className="plain-list">
        {kept?.names.map((secret) => (
          <li key={secret}>
            <code>{secret}</code>
            <IconButton
              icon="close"
              small
              label={t.removeSecret(secret)}
              onClick={() => void change(desktop.removeSecret(secret))}
            />
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void change(desktop.setSecret(name, value));
          setName('');
          setValue('');
        }}
      >
        <Field row label={t.secretName}>
          {(ids) => <TextInput {...ids} value={name} onChange={(text) => setName(text.toUpperCase())} />}
        </Field>
        <Field row label={t.secretValue}>
          {(ids) => <TextInput {...ids} type="password" value={value} onChange={setValue} />}
        </Field>
        <div className="actions">
          <Button type="submit" disabled={!secretNamePattern.test(name) || value === ''}>
            {t.addSecret}
          </Button>
        </div>
      </form>
      {changed && (
        <div role="status" className="actions">
          <span>{t.secretApplies}</span>
          <Button variant="link" onClick={() => void desktop.restartEngine().then(() => setChanged(false))}>
            {t.restartEngine}
          </Button>
        </div>
      )}
    </section>
  );
}
