import { runWord } from '../canvas/node-status.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate, useRoute } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { formatDuration, formatPlural, formatRelative } from '../ui/format.ts';
import { ScreenList } from '../ui/screen-list.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import { RunDetail, runWords } from './run-detail.tsx';
import '../results/results.css';
import './runs.css';
import { t } from './text.ts';

const refetchMs = 3000;
const shownRuns = 200;

/** Runs of this engine, newest first, and one of them in detail. */
export function RunsScreen() {
  const { id } = useRoute();
  const {
    data: runs,
    error,
    refetch,
  } = useQuery('runs', (signal) => engine.run.list({ limit: shownRuns }, { signal }), { refetchMs });
  if (!runs) {
    return (
      <div className="screen">
        {error ? <ErrorState error={error} onRetry={refetch} /> : <Skeleton rows={8} waitsFor={t.theRuns} />}
      </div>
    );
  }
  if (runs.length === 0) {
    return (
      <div className="screen">
        <EmptyState text={t.nothingHasRun}>
          <Button variant="primary" onClick={() => navigate('graph')}>
            {t.openTheGraph}
          </Button>
        </EmptyState>
      </div>
    );
  }
  const chosen = id === '' ? runs[0] : runs.find((run) => run.runId === id);
  return (
    <div className="screen with-list">
      <ScreenList
        label={t.runs}
        current={chosen?.runId}
        onChoose={(next) => navigate('runs', next)}
        entries={runs.map((run) => {
          const says = runWords()[run.status];
          const took = run.finishedMs === null ? '' : `, ${formatDuration(run.finishedMs - run.startedMs)}`;
          return {
            id: run.runId,
            name: run.graphName,
            state: run.status,
            icon: says.icon,
            word: run.status === 'succeeded' ? t.done : says.word,
            note: `${runWord(run.runId)}, ${formatRelative(run.startedMs)}${took}`,
          };
        })}
      />
      <div className="screen-main">
        {chosen ? (
          <RunDetail key={chosen.runId} summary={chosen} />
        ) : (
          <EmptyState text={t.runNotAmong(formatPlural(shownRuns, 'run'))}>
            <Button onClick={() => navigate('runs')}>{t.showTheNewestRun}</Button>
          </EmptyState>
        )}
      </div>
    </div>
  );
}
