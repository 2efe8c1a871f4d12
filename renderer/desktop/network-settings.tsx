import { useEffect, useState } from 'react';
import type { DesktopShell } from '../../shared/rpc/shell-contract.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { t } from './settings-text.ts';

export function NetworkSettings({ desktop }: { desktop: DesktopShell }) {
  const [proxy, setProxy] = useState('');
  const [certificates, setCertificates] = useState('');
  const [outcome, setOutcome] = useState<{ saved: boolean; problem?: string }>({ saved: false });
  useEffect(() => {
    void desktop.network().then((network) => {
      setProxy(network.proxy);
      setCertificates(network.certificates);
    });
  }, [desktop]);

  async function save(): Promise<void> {
    try {
      await desktop.setNetwork({ proxy: proxy.trim(), certificates: certificates.trim() });
      setOutcome({ saved: true });
    } catch (error) {
      setOutcome({ saved: false, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  return (
    <section aria-labelledby="network-settings">
      <h2 id="network-settings">{t.network}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field row label={t.proxy} note={t.proxyNote}>
          {(ids) => <TextInput {...ids} value={proxy} onChange={setProxy} />}
        </Field>
        <Field row label={t.certificates} note={t.certificatesNote} error={outcome.problem}>
          {(ids) => <TextInput {...ids} value={certificates} onChange={setCertificates} />}
        </Field>
        <div className="actions">
          <Button type="submit">{t.save}</Button>
          {outcome.saved && <span role="status">{t.savedNetwork}</span>}
        </div>
      </form>
    </section>
  );
}
