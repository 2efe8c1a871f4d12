import { useMemo } from 'react';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatPlural } from '../ui/format.ts';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { ModelDetail } from './model-detail.tsx';
import { findVersion, groupModels } from './model-groups.ts';
import '../results/results.css';
import './models.css';
import { t } from './text.ts';

/** The registry: models, their versions and aliases. */
export function ModelsScreen() {
  const { id } = useRoute();
  const { data, error, refetch } = useQuery('models', (signal) => engine.model.list(undefined, { signal }), {
    refetchMs: 5000,
  });
  const groups = useMemo(() => groupModels(data ?? []), [data]);
  if (!data) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theModels} />}
      </div>
    );
  }
  if (groups.length === 0) {
    return (
      <div className="screen">
        <EmptyState text={t.noModelYet}>
          <Button variant="primary" onClick={() => navigate('graph')}>
            {t.openTheGraph}
          </Button>
        </EmptyState>
      </div>
    );
  }
  const version = findVersion(groups, id);
  const group = groups.find((candidate) => candidate.name === version?.name);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.models}
        current={group?.name}
        onChoose={(next) => navigate('models', next)}
        entries={groups.map((entry) => ({
          id: entry.name,
          name: entry.name,
          state: '',
          icon: 'models',
          word: entry.champion ? `v${entry.champion.version}` : '–',
          note: formatPlural(entry.versions.length, 'version'),
        }))}
      />
      <div className="screen-main">
        {group && version ? (
          <ModelDetail key={version.digest + version.version} group={group} version={version} onChanged={refetch} />
        ) : (
          <EmptyState text={t.theRegistryHasNo(id)}>
            <Button onClick={() => navigate('models')}>{t.showAllModels}</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
