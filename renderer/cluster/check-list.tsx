import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';

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
    <section className="cell" aria-label="Preflight">
      <header>
        <h2>Preflight</h2>
        <span className="grow" />
        <Button small variant="quiet" disabled={loading} onClick={refetch}>
          Check again
        </Button>
      </header>
      {error ? (
        <ErrorState error={error} onRetry={refetch} />
      ) : !data ? (
        <Skeleton waitsFor="the cluster" />
      ) : (
        <ul className="cluster-checks">
          {data.checks.map((check) => (
            <li key={check.id}>
              <span className={`state-word ${words[check.state].tone}`}>
                <Icon name={words[check.state].icon} small />
                {check.id}
              </span>
              <span>
                {check.message} {check.fix}
              </span>
            </li>
          ))}
          {data.targets.map((target) => (
            <li key={target.id}>
              <span className={`state-word ${target.usable ? 'fresh' : 'stale'}`}>
                <Icon name={target.usable ? 'check' : 'stale'} small />
                target
              </span>
              <span>
                {target.usable ? `${target.id} can be used.` : `${target.id} lacks ${target.missing.join(', ')}.`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
