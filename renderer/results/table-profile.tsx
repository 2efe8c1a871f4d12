import { useState } from 'react';
import { CorrelationMatrix } from '../charts/correlation-matrix.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Button } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import { Segmented } from '../ui/segmented.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { ProfileView } from './profile-view.tsx';
import { t } from './text.ts';

/** The columns of a table and how they go together: of a sample first, of all rows when asked. */
export function TableProfile({ digest }: { digest: string }) {
  const [view, setView] = useState<'columns' | 'correlation'>('columns');
  const [exact, setExact] = useState(false);
  const correlating = view === 'correlation';
  const profile = useQuery(correlating ? null : `profile/${digest}`, (signal) =>
    engine.artifact.profile({ digest }, { signal }),
  );
  const exactProfile = useQuery(correlating || !exact ? null : `profile/${digest}/exact`, (signal) =>
    engine.artifact.profile({ digest, exact: true }, { signal }),
  );
  const correlation = useQuery(correlating ? `correlation/${digest}` : null, (signal) =>
    engine.artifact.correlation({ digest }, { signal }),
  );
  const exactCorrelation = useQuery(correlating && exact ? `correlation/${digest}/exact` : null, (signal) =>
    engine.artifact.correlation({ digest, exact: true }, { signal }),
  );
  const profiles = exactProfile.data ?? profile.data;
  const correlated = exactCorrelation.data ?? correlation.data;
  const [first] = profiles ?? [];
  const looked = correlating ? correlated : first;
  const running = exact && (correlating ? exactCorrelation : exactProfile).loading;
  const error = (correlating ? correlation : profile).error ?? (correlating ? exactCorrelation : exactProfile).error;
  return (
    <div className="table-profile">
      <div className="dock-bar">
        <Segmented
          label={t.profile}
          value={view}
          onChange={setView}
          options={[
            { value: 'columns', label: t.columnsView },
            { value: 'correlation', label: t.correlation },
          ]}
        />
        {looked && (
          <span className="mute small num" role="status">
            {looked.sampled < looked.rows
              ? t.sampledRows(formatCount(looked.sampled), formatCount(looked.rows))
              : t.allRows(formatCount(looked.rows))}
          </span>
        )}
        {looked && looked.sampled < looked.rows && !running && (
          <Button small onClick={() => setExact(true)}>
            {t.lookAtAllRows}
          </Button>
        )}
        {running && (
          <>
            <span className="mute small">{t.lookingAtAllRows}</span>
            <Button small variant="quiet" onClick={() => setExact(false)}>
              {t.cancel}
            </Button>
          </>
        )}
      </div>
      {error ? (
        <ErrorState error={error} onRetry={(correlating ? correlation : profile).refetch} />
      ) : correlating ? (
        !correlated ? (
          <Skeleton waitsFor={t.theCorrelation} />
        ) : correlated.columns.length < 2 ? (
          <EmptyState text={t.nothingToCorrelate} />
        ) : (
          <div className="dock-scroll result-view correlation-view">
            <CorrelationMatrix columns={correlated.columns} values={correlated.values} />
            <p className="mute small">
              {t.correlationNote} {correlated.leftOut > 0 && t.leftOutColumns(correlated.leftOut)}
            </p>
          </div>
        )
      ) : profiles ? (
        <ProfileView profiles={profiles} />
      ) : (
        <Skeleton waitsFor={t.theColumnProfile} />
      )}
    </div>
  );
}
