import { useState } from 'react';
import type { WireError } from '../../shared/errors/app-error.ts';
import type { BundleSource, ClusterResults as Results, ClusterStatus } from '../../shared/rpc/cluster-schemas.ts';
import { engine } from '../client/engine-client.ts';
import { toEngineError } from '../client/engine-error.ts';
import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatMetric } from '../ui/format.ts';
import { ErrorState } from '../ui/state-block.tsx';
import { t } from './text.ts';

interface ClusterResultsProps {
  context: string;
  status: ClusterStatus;
  bundle: BundleSource;
  titles: (nodeId: string) => string;
}

/** Brings what a run in the cluster gave to this engine. */
export function ClusterResults({ context, status, bundle, titles }: ClusterResultsProps) {
  const [busy, setBusy] = useState(false);
  const [results, setResults] = useState<Results>();
  const [failure, setFailure] = useState<WireError>();

  async function fetchResults() {
    setBusy(true);
    setFailure(undefined);
    try {
      const steps = status.steps.map(({ pod, container }) => ({ pod, container }));
      setResults(await engine.cluster.results({ context, namespace: status.namespace, bundle, steps }));
    } catch (error) {
      setFailure(toEngineError(error));
    } finally {
      setBusy(false);
    }
  }

  const rows = Object.entries(results?.metrics ?? {}).flatMap(([node, metrics]) =>
    Object.entries(metrics).map(([name, value]) => ({ node, name, value })),
  );
  const { runId = null, reason = null } = results ?? {};
  return (
    <section className="cell" aria-label={t.results}>
      <header>
        <h2>{t.results}</h2>
        <Button small disabled={busy} onClick={() => void fetchResults()}>
          {busy ? t.fetching : t.fetchResults}
        </Button>
        {runId !== null && (
          <Button small onClick={() => navigate('runs', runId)}>
            {t.showRun}
          </Button>
        )}
      </header>
      {failure && <ErrorState error={failure} onRetry={() => void fetchResults()} />}
      {results && <p className="small">{runId === null ? t.resultsStay[reason ?? 'volume'] : t.resultsCame}</p>}
      {rows.length > 0 && (
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">{t.step}</th>
              <th scope="col">{t.metric}</th>
              <th scope="col" className="n">
                {t.value}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ node, name, value }) => (
              <tr key={`${node}.${name}`}>
                <td>{titles(node)}</td>
                <td>{name}</td>
                <td className="n">{formatMetric(value)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
