import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, openOverlay, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { ClusterDetail } from './cluster-detail.tsx';
import '../results/results.css';
import './cluster.css';
import { t } from './text.ts';

/** Clusters of the kubeconfig, and one of them: preflight, changes, status. */
export function ClusterScreen() {
  const { id } = useRoute();
  const { data, error, refetch } = useQuery('cluster/contexts', (signal) =>
    engine.cluster.contexts(undefined, { signal }),
  );
  if (!data) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theKubeconfig} />}
      </div>
    );
  }
  if (data.length === 0) {
    return (
      <div className="screen">
        <EmptyState text={t.noClusterYet}>
          <Button variant="primary" onClick={refetch}>
            {t.lookAgain}
          </Button>
          <Button onClick={() => openOverlay('export')}>{t.export}</Button>
        </EmptyState>
      </div>
    );
  }
  const chosen =
    id === '' ? (data.find((context) => context.current) ?? data[0]) : data.find(({ name }) => name === id);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.clusters}
        current={chosen?.name}
        onChoose={(next) => navigate('cluster', next)}
        entries={data.map((context) => ({
          id: context.name,
          name: context.name,
          state: '',
          icon: 'cluster',
          word: context.current ? t.current : '',
          note: context.cluster,
        }))}
      />
      <div className="screen-main">
        {chosen ? (
          <ClusterDetail key={chosen.name} context={chosen} />
        ) : (
          <EmptyState text={t.noContext(id)}>
            <Button onClick={() => navigate('cluster')}>{t.showTheCurrentOne}</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
