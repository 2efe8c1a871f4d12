import { useState } from 'react';
import type { LoopEvent } from '../../shared/rpc/engine-contract.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { navigate } from '../state/ui-store.ts';
import { Button } from '../ui/button.tsx';
import { Figure } from '../ui/figure.tsx';
import { formatClock, formatCount, formatDuration, formatFixed, formatMetric, formatRelative } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/state-block.tsx';
import type { KnownMonitor } from './known-monitors.ts';
import { NoEndpoint } from './monitor-body.tsx';
import { showError } from '../ui/show-error.ts';
import {
  attemptsOf,
  type ComparisonEvidence,
  comparisonOf,
  eventLooks,
  loopState,
  loopStates,
  stateName,
  waitingAttempt,
  type SliceEvidence,
  slicesOf,
} from './loop-words.ts';
import { MonitorHead } from './monitor-head.tsx';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';
import { metricName } from '../translation/metric-names.ts';

const maxEvents = 1_000;

/** A retraining loop: where it is, and every decision with the figures it rests on. */
export function LoopDetail({ monitor }: { monitor: KnownMonitor }) {
  const { graphId, nodeId } = monitor;
  const live = monitor.endpoint?.state === 'live';
  const query = useQuery(
    `loop/${monitor.id}`,
    (signal) => engine.loop.events({ graphId, nodeId, limit: maxEvents }, { signal }),
    { refetchMs: 1_000 },
  );
  const events = query.data ?? [];
  const state = loopState(events);
  const busy = live && state !== 'watching';
  const attempts = attemptsOf(events).toReversed();
  const trained = events.filter(({ type }) => type === 'retraining').length;
  const promoted = events.filter(({ type }) => type === 'promoted').length;
  const back = events.filter(({ type }) => type === 'rolled-back').length;
  return (
    <>
      <MonitorHead
        monitor={monitor}
        state={
          !live
            ? { icon: 'never', word: t.notWatching, tone: '' }
            : busy
              ? { icon: 'running', word: stateName(state), tone: 'run' }
              : { icon: 'check', word: t.watching, tone: 'ok' }
        }
      >
        <Figure value={formatCount(trained)} words={t.retrainings} />
        <Figure value={formatCount(promoted)} words={t.wentLive} />
        <Figure value={formatCount(back)} words={t.takenBack} tone={back > 0 ? 'stale' : undefined} />
      </MonitorHead>
      <div className="monitor-body loop-body">
        <StateMachine state={live ? state : undefined} />
        <Approval monitor={monitor} events={events} onDecided={query.refetch} />
        {query.error && !query.data ? (
          <ErrorState error={query.error} onRetry={query.refetch} />
        ) : !query.data ? (
          <Skeleton rows={6} waitsFor={t.theLoopEvents} />
        ) : attempts.length > 0 ? (
          <ol className="attempts" aria-label={t.newestFirst}>
            {attempts.map((attempt) => (
              <Attempt key={attempt.id} events={attempt.events} />
            ))}
          </ol>
        ) : live ? (
          <EmptyState text={t.noRetraining} />
        ) : (
          <NoEndpoint monitor={monitor} />
        )}
      </div>
    </>
  );
}

function StateMachine({ state }: { state: ReturnType<typeof loopState> | undefined }) {
  return (
    <ol className="loop-states" aria-label={t.statesOfTheLoop}>
      {loopStates.map((name) => (
        <li key={name} aria-current={name === state ? 'step' : undefined}>
          {name === state && <Icon name={name === 'watching' ? 'check' : 'running'} small />}
          {stateName(name)}
        </li>
      ))}
    </ol>
  );
}

function Approval({
  monitor,
  events,
  onDecided,
}: {
  monitor: KnownMonitor;
  events: readonly LoopEvent[];
  onDecided: () => void;
}) {
  const waiting = waitingAttempt(events);
  const [isDeciding, setDeciding] = useState(false);
  if (waiting === undefined || waiting.attempt === null) return null;
  const { attempt } = waiting;
  const decide = (approve: boolean) => {
    const { graphId, nodeId } = monitor;
    setDeciding(true);
    engine.loop
      .decide({ graphId, nodeId, attempt, approve })
      .then(() => onDecided())
      .catch(showError)
      .finally(() => setDeciding(false));
  };
  const comparison = comparisonOf(events.filter((event) => event.attempt === attempt));
  return (
    <section className="approval" aria-label={t.approval}>
      <p>
        <EngineText text={waiting.text} />
        {comparison &&
          t.onRows(
            metricName(comparison.metric),
            formatMetric(comparison.champion),
            formatMetric(comparison.challenger),
            formatCount(comparison.rows),
          )}
      </p>
      <div className="actions">
        <Button variant="primary" icon="check" disabled={isDeciding} onClick={() => decide(true)}>
          {t.approve}
        </Button>
        <Button variant="danger" disabled={isDeciding} onClick={() => decide(false)}>
          {t.refuse}
        </Button>
      </div>
    </section>
  );
}

function Attempt({ events }: { events: readonly LoopEvent[] }) {
  const first = events[0] as LoopEvent;
  const last = events.at(-1) as LoopEvent;
  const comparison = comparisonOf(events);
  const slices = slicesOf(events);
  return (
    <li className="attempt">
      <h3>
        {formatClock(first.timeMs)}
        <span className="mute small">
          {formatRelative(first.timeMs)}
          {events.length > 1 && t.took(formatDuration(last.timeMs - first.timeMs))}
        </span>
      </h3>
      <ol className="loop-events">
        {events.map((event) => {
          const looks = eventLooks[event.type];
          const { runId } = event.evidence;
          return (
            <li key={event.seq}>
              <span className={`dot ${looks.tone}`}>
                <Icon name={looks.icon} small />
              </span>
              <span className="mute small since">
                {event !== first && `+${formatDuration(event.timeMs - first.timeMs)}`}
              </span>
              <span>
                <EngineText text={event.text} />
              </span>
              {event.type === 'retraining' && typeof runId === 'string' && (
                <Button small variant="quiet" onClick={() => navigate('runs', runId)}>
                  {t.run}
                </Button>
              )}
              <details>
                <summary>{t.evidence}</summary>
                <pre className="mono small">{JSON.stringify(event.evidence, null, 2)}</pre>
              </details>
            </li>
          );
        })}
      </ol>
      {comparison && <Difference {...comparison} />}
      {slices.length > 0 && <Slices slices={slices} />}
    </li>
  );
}

/** The 95 % interval of the difference between two models against zero. */
function Difference({ difference, low, high, champion, challenger, metric }: ComparisonEvidence) {
  const width = 220;
  const size = Math.max(Math.abs(low), Math.abs(high), Math.abs(difference), 0.001) * 1.15;
  const at = (value: number) => width / 2 + (value / size) * (width / 2);
  return (
    <figure className="difference">
      <svg
        width={width}
        height={18}
        role="img"
        aria-label={t.differenceFromTo(formatFixed(low, 4), formatFixed(high, 4))}
      >
        <line x1={width / 2} x2={width / 2} y1={0} y2={18} stroke="var(--line-2)" />
        <line x1={at(low)} x2={at(high)} y1={9} y2={9} stroke="var(--c-now)" strokeWidth="2" />
        <circle cx={at(difference)} cy={9} r={3} fill="var(--c-now)" />
      </svg>
      <figcaption className="small mid">
        {t.championChallenger(metricName(metric), formatMetric(champion), formatMetric(challenger))}
      </figcaption>
    </figure>
  );
}

/** Groups of rows that lost most, or gained least. */
function Slices({ slices }: { slices: readonly SliceEvidence[] }) {
  const worse = slices.filter((slice) => slice.worse).length;
  return (
    <details className="loop-slices" open={worse > 0}>
      <summary>{worse > 0 ? t.slicesWorse(worse) : t.noSliceWorse}</summary>
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.slice}</th>
            <th scope="col" className="n">
              {t.sliceRows}
            </th>
            <th scope="col" className="n">
              {t.champion}
            </th>
            <th scope="col" className="n">
              {t.challenger}
            </th>
            <th scope="col">{t.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {slices.map(({ column, value, rows, champion, challenger, worse: isWorse, difference }) => (
            <tr key={`${column} ${value}`}>
              <td className="mono">
                {column} {value}
              </td>
              <td className="n">{formatCount(rows)}</td>
              <td className="n">{formatMetric(champion)}</td>
              <td className="n">{formatMetric(challenger)}</td>
              <td>{isWorse ? t.surelyWorse : difference < 0 ? t.notSurelyWorse : t.notWorse}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
