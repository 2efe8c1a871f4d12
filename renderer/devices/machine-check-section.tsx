import { useState } from 'react';
import type { MachineCheck } from '../../shared/doctor/machine-check.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';

const icons = { ok: 'check', warning: 'stale', error: 'failed' } as const;
const classes = { ok: 'state-word', warning: 'state-word stale', error: 'state-word failed' } as const;

/** What is wrong with the machine of the engine, and what to do about it. */
export function MachineCheckSection() {
  const { data, error, refetch } = useQuery('engine.checkMachine', (signal) =>
    engine.engine.checkMachine(undefined, { signal }),
  );
  const [offered, setOffered] = useState(false);
  const problems = data?.filter(({ state }) => state !== 'ok').length ?? 0;
  return (
    <section>
      <h2>{t.check}</h2>
      <p className="mute" role="status">
        {data === undefined ? t.checkNote : problems === 0 ? t.noProblems : t.problems(problems)}
      </p>
      {error && <ErrorState error={error} onRetry={refetch} />}
      {!data && !error && <Skeleton rows={6} waitsFor={t.theTrials} />}
      {data && (
        <table className="list-table" aria-label={t.check}>
          <tbody>
            {data
              .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
              .map((check) => (
                <CheckRow key={check.id} check={check} onInstall={() => setOffered(true)} />
              ))}
          </tbody>
        </table>
      )}
      {data && (
        <Button small onClick={refetch}>
          {t.checkAgain}
        </Button>
      )}
      {offered && (
        <CudaDialog
          onClose={() => {
            setOffered(false);
            refetch();
          }}
        />
      )}
    </section>
  );
}

const order: readonly MachineCheck['state'][] = ['error', 'warning', 'ok'];

function CheckRow({ check, onInstall }: { check: MachineCheck; onInstall(): void }) {
  return (
    <tr>
      <td>
        <span className={classes[check.state]}>
          <Icon name={icons[check.state]} small />
          {t.checkStates[check.state]}
        </span>
      </td>
      <td className="reason-cell">
        <EngineText text={check.message} />{' '}
        {check.fix !== undefined && (
          <span className="mute">
            <EngineText text={check.fix} />
          </span>
        )}{' '}
        {check.action === 'install-cuda' && (
          <Button small onClick={onInstall}>
            {t.downloadCuda}
          </Button>
        )}
      </td>
    </tr>
  );
}

type Download =
  | { state: 'asked' }
  | { state: 'running' | 'done'; line: string }
  | { state: 'failed'; error: ReturnType<typeof toEngineError> };

/** Nothing is fetched before a person agrees here. Closing it ends the download. */
function CudaDialog({ onClose }: { onClose(): void }) {
  const [download, setDownload] = useState<Download>({ state: 'asked' });
  const [abort] = useState(() => new AbortController());
  const start = async () => {
    setDownload({ state: 'running', line: '' });
    try {
      const lines = await engine.engine.installCuda(undefined, { signal: abort.signal });
      for await (const { text } of lines) setDownload({ state: 'running', line: text });
      setDownload({ state: 'done', line: '' });
    } catch (error) {
      if (!abort.signal.aborted) setDownload({ state: 'failed', error: toEngineError(error) });
    }
  };
  const close = () => {
    abort.abort();
    onClose();
  };
  return (
    <Dialog
      title={t.downloadCuda}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>{download.state === 'done' ? t.close : t.cancel}</Button>
          {download.state !== 'done' && (
            <Button variant="primary" disabled={download.state === 'running'} onClick={() => void start()}>
              {t.download}
            </Button>
          )}
        </>
      }
    >
      <p>{t.cudaNote}</p>
      {download.state === 'running' && <p role="status">{t.downloading(download.line)}</p>}
      {download.state === 'done' && <p role="status">{t.downloaded}</p>}
      {download.state === 'failed' && <ErrorState error={download.error} />}
    </Dialog>
  );
}
