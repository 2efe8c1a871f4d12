import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { FeatureDetail } from './feature-detail.tsx';
import { ServiceDetail } from './service-detail.tsx';
import '../results/results.css';
import './features.css';
import { t } from './text.ts';

const refetchMs = 5000;

/** Before the name of a service in the address, where a view has only its name. */
const serviceMark = '@';

/** The feature catalog: views, what they promise, how fresh they are online; services; and which models use them. */
export function FeaturesScreen() {
  const { id } = useRoute();
  const { data, error, refetch } = useQuery(
    'features',
    async (signal) => ({
      views: await engine.feature.list(undefined, { signal }),
      services: await engine.feature.services(undefined, { signal }),
    }),
    { refetchMs },
  );
  if (!data) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theFeatures} />}
      </div>
    );
  }
  const { views } = data;
  const services = Map.groupBy(data.services, ({ service }) => service.name);
  if (views.length === 0 && services.size === 0) {
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
  const versions = services.get(id.startsWith(serviceMark) ? id.slice(serviceMark.length) : '');
  const found = id === '' ? views[0] : views.find(({ view }) => view.name === id);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.features}
        current={versions === undefined ? found?.view.name : id}
        onChoose={(next) => navigate('features', next)}
        entries={[
          ...views.map(({ view, online }) => ({
            id: view.name,
            name: view.name,
            state: online?.upToDate ? 'live' : '',
            icon: online === null ? ('never' as const) : online.upToDate ? ('check' as const) : ('stale' as const),
            word: online === null ? t.notOnline : online.upToDate ? t.online : t.outdated,
            note: t.featureCount(view.features.length),
          })),
          ...[...services].map(([name, [newest]]) => ({
            id: `${serviceMark}${name}`,
            name,
            state: '',
            icon: 'table' as const,
            word: t.versionNumber(newest?.service.version ?? 1),
            note: t.service,
          })),
        ]}
      />
      <div className="screen-main">
        {versions !== undefined ? (
          <ServiceDetail key={id} versions={versions} />
        ) : found ? (
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
