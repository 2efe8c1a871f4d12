import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatPlural, formatRelative } from '../ui/format.ts';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { ExperimentDetail } from './experiment-detail.tsx';
import './experiments.css';
import { t } from './text.ts';

const refetchMs = 5000;

/** Every training this engine knows, by experiment: a graph's, or one of an MLflow client. */
export function ExperimentsScreen() {
  const { id } = useRoute();
  const { data, error, refetch } = useQuery('experiments', (signal) => engine.experiment.list(undefined, { signal }), {
    refetchMs,
  });
  if (!data) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theExperiments} />}
      </div>
    );
  }
  const filled = data.filter(({ trainings }) => trainings > 0);
  if (filled.length === 0) {
    return (
      <div className="screen">
        <EmptyState text={t.nothingTrained}>
          <Button variant="primary" onClick={() => navigate('graph')}>
            {t.openTheGraph}
          </Button>
        </EmptyState>
      </div>
    );
  }
  const found = id === '' ? filled[0] : filled.find((experiment) => String(experiment.id) === id);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.experiments}
        current={found === undefined ? undefined : String(found.id)}
        onChoose={(next) => navigate('experiments', next)}
        entries={filled.map((experiment) => ({
          id: String(experiment.id),
          name: experiment.name,
          state: '',
          icon: 'experiments',
          word: formatPlural(experiment.trainings, 'training'),
          note: formatRelative(experiment.updatedMs),
        }))}
      />
      <div className="screen-main">
        {found === undefined ? (
          <EmptyState text={t.noSuchExperiment(id)}>
            <Button onClick={() => navigate('experiments')}>{t.showAll}</Button>
          </EmptyState>
        ) : (
          <ExperimentDetail key={found.id} experiment={found} />
        )}
      </div>
    </div>
  );
}
