import { useEffect, useState } from 'react';
import type { FoundEngine } from '../../shared/app/discovery.ts';
import type { ConnectResult, DesktopShell, EngineChoice } from '../../shared/rpc/shell-contract.ts';
import { engineText } from '../translation/engine-text.ts';
import { Button } from '../ui/button.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatRelative } from '../ui/format.ts';
import { useProposedEngine } from './proposed-engine.ts';
import { t } from './settings-text.ts';

/** Address and token of what a person typed or pasted: `slipway ui` prints both in one. */
function splitAddress(text: string): { url: string; token: string | undefined } {
  const url = URL.parse(text.trim());
  if (url === null) return { url: text.trim(), token: undefined };
  return { url: url.origin, token: new URLSearchParams(url.hash.slice(1)).get('token') ?? undefined };
}

export function EngineSettings({ desktop }: { desktop: DesktopShell }) {
  const proposed = useProposedEngine((state) => state.url);
  const [choice, setChoice] = useState<EngineChoice>();
  const [address, setAddress] = useState(proposed);
  const [token, setToken] = useState('');
  const [result, setResult] = useState<ConnectResult>();
  const [busy, setBusy] = useState(false);
  const [found, setFound] = useState<FoundEngine[] | 'looking'>();
  useEffect(() => {
    void desktop.engineChoice().then(setChoice);
  }, [desktop]);
  useEffect(() => {
    if (proposed !== '') setAddress(proposed);
  }, [proposed]);

  async function connect(agreed: { fingerprint?: string; plain?: boolean } = {}): Promise<void> {
    const given = splitAddress(address);
    setBusy(true);
    try {
      setResult(await desktop.connectEngine({ url: given.url, token: given.token ?? token.trim(), ...agreed }));
    } finally {
      setBusy(false);
    }
  }

  const needsToken = splitAddress(address).token === undefined;
  return (
    <section aria-labelledby="engine-settings">
      <h2 id="engine-settings">{t.engine}</h2>
      <p>{choice?.kind === 'remote' ? t.connectedTo(choice.url) : t.thisMachine}</p>
      <div className="actions">
        {choice?.kind === 'remote' && (
          <Button onClick={() => void desktop.useLocalEngine()} hint={t.movesOver}>
            {t.backToThisMachine}
          </Button>
        )}
        {choice?.kind === 'local' && <Button onClick={() => void desktop.restartEngine()}>{t.restartEngine}</Button>}
        <Button onClick={() => void desktop.newWindow()}>{t.newWindow}</Button>
      </div>
      <form
        aria-label={t.otherMachine}
        onSubmit={(event) => {
          event.preventDefault();
          void connect();
        }}
      >
        <Field row label={t.address} note={t.addressNote} error={problemOf(result)}>
          {(ids) => (
            <TextInput
              {...ids}
              value={address}
              placeholder={t.addressExample}
              onChange={(value) => {
                setAddress(value);
                setResult(undefined);
              }}
            />
          )}
        </Field>
        {needsToken && (
          <Field row label={t.token}>
            {(ids) => <TextInput {...ids} type="password" value={token} onChange={setToken} />}
          </Field>
        )}
        <div className="actions">
          <Button
            type="submit"
            disabled={busy || address.trim() === '' || (needsToken && token.trim() === '')}
            hint={t.movesOver}
          >
            {busy ? t.connecting : t.connect}
          </Button>
          <Button
            disabled={found === 'looking'}
            onClick={() => {
              setFound('looking');
              void desktop.findEngines().then(setFound, () => setFound([]));
            }}
          >
            {found === 'looking' ? t.findingEngines : t.findEngines}
          </Button>
        </div>
        {found !== undefined && found !== 'looking' && (
          <ul className="plain-list" role="status">
            {found.length === 0 && <li>{t.noEngineFound}</li>}
            {found.map((engine) => (
              <li key={engine.url}>
                <Button variant="link" onClick={() => setAddress(engine.url)}>
                  {engine.name} · {engine.url}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </form>
      {(result?.status === 'untrusted' || result?.status === 'changed') && (
        <div role="alert">
          <p>{result.status === 'untrusted' ? t.untrusted : t.changed}</p>
          <p>
            <code>{result.fingerprint}</code>
          </p>
          {result.expiredMs !== null && <p>{t.expired(formatRelative(result.expiredMs))}</p>}
          <Button variant="danger" disabled={busy} onClick={() => void connect({ fingerprint: result.fingerprint })}>
            {t.trustAndConnect}
          </Button>
        </div>
      )}
      {result?.status === 'not-encrypted' && (
        <div role="alert">
          <p>{t.notEncrypted}</p>
          <Button variant="danger" disabled={busy} onClick={() => void connect({ plain: true })}>
            {t.connectAnyway}
          </Button>
        </div>
      )}
    </section>
  );
}

function problemOf(result: ConnectResult | undefined): string | undefined {
  return result?.status === 'failed' ? engineText(result.message) : undefined;
}
