import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { t } from './text.ts';
import { EngineError } from '../ui/engine-text.tsx';

const words: Record<'ok' | 'warning' | 'error', { icon: IconName; tone: string }> = {
  ok: { icon: 'check', tone: 'fresh' },
  warning: { icon: 'stale', tone: 'stale' },
  error: { icon: 'failed', tone: 'failed' },
};

/** What the cluster can do, before anything is written. */
export function CheckList({ context, namespace }: { context: string; namespace: string }) {
  const place = { context, ...(namespace === '' ? {} : { namespace }) };
  const { data, error, loading, refetch } = useQuery(`cluster/preflight/${context}/${namespace}`, (signal) =>
    engine.cluster.preflight(place, { signal }),
  );
  return (
    <section className="cell" aria-label={t.preflight}>
      <header>
        <h2>{t.preflight}</h2>
        <span className="grow" />
        <Button small variant="quiet" disabled={loading} onClick={refetch}>
          {t.checkAgain}
        </Button>
      </header>
      {error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : !data ? (
        <Skeleton waitsFor={t.theCluster} />
      ) : (
        <ul className="cluster-checks">
          {data.checks.map((check) => (
            <li key={check.id}>
              <span className={`state-word ${words[check.state].tone}`}>
                <Icon name={words[check.state].icon} small />
                {check.id}
              </span>
              <span>
                <EngineError error={check} />
              </span>
            </li>
          ))}
          {data.targets.map((target) => (
            <li key={target.id}>
              <span className={`state-word ${target.usable ? 'fresh' : 'stale'}`}>
                <Icon name={target.usable ? 'check' : 'stale'} small />
                {t.target}
              </span>
              <span>{target.usable ? t.canBeUsed(target.id) : t.lacks(target.id, target.missing.join(', '))}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
