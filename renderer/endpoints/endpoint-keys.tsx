import { useState } from 'react';
import { type EndpointKey, type KeyScope, keyScopes } from '../../shared/serving/endpoint-key.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field, TextInput } from '../ui/field.tsx';
import { formatCount, formatRelative } from '../ui/format.ts';
import { NumberField } from '../ui/number-field.tsx';
import { showError } from '../ui/show-error.ts';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';

/** The old secret works on, so that callers can change over. */
const graceDays = 1;
const dayMs = 86_400_000;

/** Keys that callers of the endpoints show: made, renewed and revoked here; a secret is seen once. */
export function EndpointKeys() {
  const { data, error, refetch } = useQuery('key.list', (signal) => engine.key.list(undefined, { signal }));
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<EndpointKey>();
  const [secret, setSecret] = useState<string>();
  const change = async (work: () => Promise<{ secret: string } | EndpointKey>) => {
    try {
      const result = await work();
      setSecret('secret' in result ? result.secret : undefined);
      refetch();
      return true;
    } catch (failure) {
      showError(failure);
      return false;
    }
  };
  return (
    <section className="endpoint-keys" aria-label={t.keys}>
      <h2>{t.keys}</h2>
      <p className="mute small">{t.keysNote}</p>
      {error && <ErrorState error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton rows={2} />}
      {data?.length === 0 && <p className="mute">{t.noKeys}</p>}
      {data && data.length > 0 && (
        <table className="list-table" aria-label={t.keys}>
          <thead>
            <tr>
              <th scope="col">{t.keyName}</th>
              <th scope="col">{t.keyOpens}</th>
              <th scope="col">{t.keyBounds}</th>
              <th scope="col">{t.keyExpires}</th>
              <th scope="col">{t.keyChange}</th>
            </tr>
          </thead>
          <tbody>
            {data.map((key) => (
              <tr key={key.id}>
                <td>
                  {key.name} <span className="mono mute">{key.id}</span>
                </td>
                <td>{key.scopes.map((scope) => t.scopeNames[scope]).join(', ')}</td>
                <td>{boundsOf(key)}</td>
                <td>{key.expiresMs === null ? t.never : formatRelative(key.expiresMs)}</td>
                <td>
                  <div className="row-actions">
                    <Button
                      small
                      onClick={() => void change(() => engine.key.rotate({ id: key.id, graceDays }))}
                      aria-label={t.renewKey(key.name)}
                    >
                      {t.renew}
                    </Button>
                    <Button small variant="danger" onClick={() => setRevoking(key)} aria-label={t.revokeKey(key.name)}>
                      {t.revoke}
                    </Button>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {secret !== undefined && (
        <p role="status">
          {t.secretOnce} <code className="mono wrap">{secret}</code>
        </p>
      )}
      <div className="row-actions">
        <Button onClick={() => setMaking(true)}>{t.newKey}</Button>
      </div>
      {making && (
        <NewKeyDialog
          onClose={() => setMaking(false)}
          onCreate={async (key) => {
            if (await change(() => engine.key.create(key))) setMaking(false);
          }}
        />
      )}
      {revoking && (
        <Dialog
          title={t.revokeKey(revoking.name)}
          onClose={() => setRevoking(undefined)}
          footer={
            <>
              <Button onClick={() => setRevoking(undefined)}>{t.keepKey}</Button>
              <Button
                variant="danger"
                onClick={() => {
                  void change(() => engine.key.revoke({ id: revoking.id }));
                  setRevoking(undefined);
                }}
              >
                {t.revoke}
              </Button>
            </>
          }
        >
          <p>{t.revokeNote}</p>
        </Dialog>
      )}
    </section>
  );
}

function boundsOf({ ratePerSecond, requestsPerDay }: EndpointKey): string {
  const bounds = [
    ...(ratePerSecond === null ? [] : [t.perSecond(formatCount(ratePerSecond))]),
    ...(requestsPerDay === null ? [] : [t.perDay(formatCount(requestsPerDay))]),
  ];
  return bounds.length === 0 ? t.noBounds : bounds.join(', ');
}

interface NewKeyDialogProps {
  onClose(): void;
  onCreate(key: Parameters<typeof engine.key.create>[0]): Promise<void>;
}

function NewKeyDialog({ onClose, onCreate }: NewKeyDialogProps) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly KeyScope[]>(['infer']);
  const [days, setDays] = useState<number>();
  const [rate, setRate] = useState<number>();
  const [quota, setQuota] = useState<number>();
  const valid =
    name.trim() !== '' &&
    scopes.length > 0 &&
    [days, rate, quota].every((value) => value === undefined || value > 0) &&
    (quota === undefined || Number.isInteger(quota));
  return (
    <Dialog
      title={t.newKey}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.cancelTest}</Button>
          <Button
            variant="primary"
            disabled={!valid}
            onClick={() =>
              void onCreate({
                name: name.trim(),
                scopes: [...scopes],
                expiresMs: days === undefined ? null : Math.round(Date.now() + days * dayMs),
                ratePerSecond: rate ?? null,
                requestsPerDay: quota ?? null,
              })
            }
          >
            {t.makeKey}
          </Button>
        </>
      }
    >
      <div className="key-form">
        <Field label={t.keyName}>
          {(ids) => <TextInput {...ids} value={name} maxLength={100} onChange={setName} />}
        </Field>
        <fieldset className="key-scopes">
          <legend>{t.keyOpens}</legend>
          {keyScopes.map((scope) => (
            <label key={scope}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((other) => other !== scope))
                }
              />
              {t.scopeNames[scope]}
            </label>
          ))}
        </fieldset>
        <Field row label={t.daysUntilExpiry}>
          {(ids) => <NumberField {...ids} value={days} min={0} placeholder={t.never} onChange={setDays} />}
        </Field>
        <Field row label={t.keyRate}>
          {(ids) => <NumberField {...ids} value={rate} min={0} placeholder={t.noBounds} onChange={setRate} />}
        </Field>
        <Field row label={t.keyQuota}>
          {(ids) => (
            <NumberField {...ids} value={quota} min={0} step={1} placeholder={t.noBounds} onChange={setQuota} />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
