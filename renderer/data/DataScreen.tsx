import { useMemo } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatPlural, formatRelative } from '../ui/format.ts';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { DatasetDetail } from './dataset-detail.tsx';
import { findVersion, groupDatasets } from './datasets.ts';
import '../results/results.css';
import './data.css';
import { t } from './text.ts';

const refetchMs = 5000;

/** Sources that runs have read: their versions, profiles and differences. */
export function DataScreen() {
  const { id } = useRoute();
  const { data, error, refetch } = useQuery('datasets', (signal) => engine.dataset.list(undefined, { signal }), {
    refetchMs,
  });
  const datasets = useMemo(() => groupDatasets(data ?? []), [data]);
  if (!data) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theData} />}
      </div>
    );
  }
  if (datasets.length === 0) {
    return (
      <div className="screen">
        <EmptyState text={t.nothingRead}>
          <Button variant="primary" onClick={() => navigate('graph')}>
            {t.openTheGraph}
          </Button>
        </EmptyState>
      </div>
    );
  }
  const found = findVersion(datasets, id);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.data}
        current={found?.dataset.id}
        onChoose={(next) => navigate('data', next)}
        entries={datasets.map((dataset) => ({
          id: dataset.id,
          name: dataset.name,
          state: '',
          icon: 'table',
          word: formatPlural(dataset.versions.length, 'version'),
          note: formatRelative(Math.max(...dataset.versions.map(({ lastReadMs }) => lastReadMs))),
        }))}
      />
      <div className="screen-main">
        {found === undefined ? (
          <EmptyState text={t.noSuchDataset(id)}>
            <Button onClick={() => navigate('data')}>{t.showAll}</Button>
          </EmptyState>
        ) : (
          <DatasetDetail key={found.dataset.id} dataset={found.dataset} version={found.version} />
        )}
      </div>
    </div>
  );
}
