import { useEffect, useState } from 'react';
import type { DesktopShell, NetworkProblem } from '../../shared/rpc/shell-contract.ts';
import { engineText } from '../translation/engine-text.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { t } from './settings-text.ts';

export function NetworkSettings({ desktop }: { desktop: DesktopShell }) {
  const [proxy, setProxy] = useState('');
  const [certificates, setCertificates] = useState('');
  const [problems, setProblems] = useState<NetworkProblem[]>();
  useEffect(() => {
    void desktop.network().then((network) => {
      setProxy(network.proxy);
      setCertificates(network.certificates);
    });
  }, [desktop]);

  async function save(): Promise<void> {
    setProblems(await desktop.setNetwork({ proxy: proxy.trim(), certificates: certificates.trim() }));
  }

  function problemOf(field: NetworkProblem['field']): string | undefined {
    const problem = problems?.find((found) => found.field === field);
    return problem && engineText(problem.message);
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
        <Field row label={t.proxy} note={t.proxyNote} error={problemOf('proxy')}>
          {(ids) => <TextInput {...ids} value={proxy} onChange={setProxy} />}
        </Field>
        <Field row label={t.certificates} note={t.certificatesNote} error={problemOf('certificates')}>
          {(ids) => <TextInput {...ids} value={certificates} onChange={setCertificates} />}
        </Field>
        <div className="actions">
          <Button type="submit">{t.save}</Button>
          {problems?.length === 0 && <span role="status">{t.savedNetwork}</span>}
        </div>
      </form>
    </section>
  );
}
