import { useEffect } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { FeatureDetail } from './feature-detail.tsx';
import '../results/results.css';
import './features.css';
import { t } from './text.ts';

const refetchMs = 5000;

/** The feature catalog: views, what they promise, how fresh they are online and which models use them. */
export function FeaturesScreen() {
  const { id } = useRoute();
  const { data, error, refetch } = useQuery('features', (signal) => engine.feature.list(undefined, { signal }), {
    refetchMs,
  });
  useEffect(() => {
    document.title = `${t.features} · Slipway`;
  }, []);
  if (!data) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theFeatures} />}
      </div>
    );
  }
  if (data.length === 0) {
    return (
      <div className="screen">
        <EmptyState text={t.noViewYet}>
          <Button variant="primary" onClick={() => navigate('graph')}>
            {t.openTheGraph}
          </Button>
        </EmptyState>
      </div>
    );
  }
  const found = id === '' ? data[0] : data.find(({ view }) => view.name === id);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.features}
        current={found?.view.name}
        onChoose={(next) => navigate('features', next)}
        entries={data.map(({ view, online }) => ({
          id: view.name,
          name: view.name,
          state: online?.upToDate ? 'live' : '',
          icon: online === null ? 'never' : online.upToDate ? 'check' : 'stale',
          word: online === null ? t.notOnline : online.upToDate ? t.online : t.outdated,
          note: t.featureCount(view.features.length),
        }))}
      />
      <div className="screen-main">
        {found ? (
          <FeatureDetail key={found.view.name} entry={found} onChanged={refetch} />
        ) : (
          <EmptyState text={t.noSuchView(id)}>
            <Button onClick={() => navigate('features')}>{t.showAll}</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
