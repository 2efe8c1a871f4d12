import { useEffect, useMemo, useState } from 'react';
import type { RunSummary } from '../../shared/rpc/engine-contract.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { metricName } from '../translation/metric-names.ts';
import { progressWord, runWord } from '../canvas/node-status.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { LogView } from '../results/log-view.tsx';
import { runLines } from '../results/run-lines.ts';
import type { StepRun } from '../state/run-view.ts';
import { titleOf } from '../state/graph-commands.ts';
import { useGraphs } from '../state/graph-store.ts';
import { titleOfKind } from '../translation/kind-titles.ts';
import { Button } from '../ui/button.tsx';
import { Figure } from '../ui/figure.tsx';
import { capitalized, formatClock, formatDuration, formatFull, formatMetric, formatMoment } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icons/icon.tsx';
import { StageFlag } from '../ui/stage-flag.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import { comparedVariants } from './compared-variants.ts';
import { timelineBar } from './run-timeline.ts';
import { UsageRows } from './usage-rows.tsx';
import { type TimedRun, useRun } from './use-run.ts';
import { VariantTable } from './variant-table.tsx';
import { t } from './text.ts';
import { EngineError } from '../ui/engine-text.tsx';
import { engineText } from '../translation/engine-text.ts';
import { showError } from '../ui/show-error.ts';
import { CopyDetails } from '../ui/copy-details.tsx';

const stepWords = (): Record<StepRun['state'], { icon: IconName; word: string; tone: string }> => ({
  pending: { icon: 'never', word: t.waits, tone: 'never' },
  queued: { icon: 'queued', word: t.queued, tone: 'queued' },
  running: { icon: 'running', word: t.running, tone: 'running' },
  executed: { icon: 'check', word: t.done, tone: 'fresh' },
  cached: { icon: 'cached', word: t.cached, tone: 'cached' },
  failed: { icon: 'failed', word: t.failed, tone: 'failed' },
  skipped: { icon: 'queued', word: t.skipped, tone: 'blocked' },
  cancelled: { icon: 'stop', word: t.stopped, tone: 'cancelled' },
});

export const runWords = (): Record<RunSummary['status'], { icon: IconName; word: string; pill: string }> => ({
  running: { icon: 'running', word: t.running, pill: 'run' },
  succeeded: { icon: 'check', word: t.succeeded, pill: '' },
  failed: { icon: 'failed', word: t.failed, pill: 'fail' },
  cancelled: { icon: 'stop', word: t.stopped, pill: '' },
  interrupted: { icon: 'failed', word: t.interrupted, pill: 'fail' },
});

const usageRefetchMs = 2_000;

function StepRow({
  run,
  id,
  title,
  untilMs,
  selected,
  onSelect,
}: {
  run: TimedRun;
  id: string;
  title: string;
  untilMs: number;
  selected: boolean;
  onSelect: () => void;
}) {
  const step = run.view.steps[id];
  const kind = run.times.kinds[id] ?? '';
  const stage = definitionOf(kind)?.stage;
  const says = stepWords()[step?.state ?? 'pending'];
  const bar = timelineBar(run.times, run.view, id, untilMs);
  const percent = (share: number) => `${share * 100}%`;
  const running = step?.state === 'running';
  const durationMs = running && step.startedMs !== undefined ? untilMs - step.startedMs : step?.durationMs;
  return (
    <>
      <tr aria-selected={selected} onClick={onSelect}>
        <td>
          <span className="step-name">
            {stage && <StageFlag stage={stage} size={12} />}
            <button type="button" className="row-link" title={id} onClick={onSelect}>
              {title}
            </button>
          </span>
        </td>
        <td className="mute" title={kind}>
          {titleOfKind(kind)}
        </td>
        <td>
          <span className={`state-word ${says.tone}`}>
            <Icon name={says.icon} small />
            {running && step.progress ? progressWord(step.progress) : says.word}
            {step && step.attempt > 1 && <span className="mute">{t.attempt(step.attempt)}</span>}
          </span>
        </td>
        <td className="timeline" aria-hidden="true">
          <div>
            {bar.queuedFrom !== undefined && (
              <i
                className="waits"
                style={{ left: percent(bar.queuedFrom), width: percent((bar.from ?? bar.to ?? 1) - bar.queuedFrom) }}
              />
            )}
            {bar.from !== undefined && bar.to !== undefined && (
              <i
                className={`works ${step?.state ?? ''}`}
                style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
              />
            )}
          </div>
        </td>
        <td className="n">
          {durationMs === undefined || step?.state === 'cached' || step?.state === 'skipped'
            ? '–'
            : formatDuration(durationMs)}
        </td>
        <td className="reason clip mute" title={engineText(step?.reason ?? '')}>
          {engineText(step?.reason ?? '')}
        </td>
      </tr>
      {step?.error && (
        <tr className="step-problem">
          <td colSpan={6}>
            <div>
              <Icon name="failed" small />
              <span>
                <EngineError error={step.error} />
              </span>
              <CopyDetails error={step.error} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

/** Now, every 500 ms while `active`. */
function useNow(active: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [active]);
  return now;
}

/** Titles of a run's steps, from its graph where that is open, else their ids. */
function useTitles(graphId: string): (id: string) => string {
  const nodes = useGraphs(
    (state) => Object.values(state.graphs).find((graph) => graph.root.id === graphId)?.root.nodes,
  );
  return (id) => {
    const node = nodes?.[id];
    return node ? titleOf(node, id) : id;
  };
}

/** One run: its steps over time, what they measured, what they said. */
export function RunDetail({ summary }: { summary: RunSummary }) {
  const { runId } = summary;
  const { run, error } = useRun(runId);
  const [wanted, setWanted] = useState<string>();
  const titles = useTitles(summary.graphId);
  const status = run !== undefined && run.view.status !== 'running' ? run.view.status : summary.status;
  const active = status === 'running';
  const now = useNow(active);
  const lastOnline = useConnection((connection) =>
    connection.state === 'online' ? undefined : connection.lastOnlineMs,
  );
  const finished = run?.view.finishedMs ?? summary.finishedMs ?? undefined;
  const untilMs = active ? Math.max(now, run?.times.lastMs ?? 0) : (finished ?? run?.times.lastMs ?? now);
  const states = run ? Object.values(run.view.steps).map((step) => step.state) : [];
  const count = (state: StepRun['state']) => states.filter((other) => other === state).length;
  const says = runWords()[status];
  const view = run?.view;
  const usage = useQuery(
    `usage:${runId}:${status}`,
    (signal) => engine.run.resources({ runId }, { signal }),
    active ? { refetchMs: usageRefetchMs } : {},
  );
  const lines = useMemo(() => (view ? runLines(view) : []), [view]);
  const metrics = Object.entries(run?.view.metrics ?? {}).filter(([id]) => run?.view.steps[id]?.variant === undefined);
  const compared = run === undefined ? [] : comparedVariants(run.view);
  return (
    <>
      <div className="screen-head">
        <div className="head-name">
          <h1 title={runId}>{capitalized(runWord(runId))}</h1>
          <div className="mute small clip">{t.started(summary.graphName, formatMoment(summary.startedMs))}</div>
        </div>
        <span className={`pill ${says.pill}`}>
          <Icon name={says.icon} small />
          {says.word}
        </span>
        {lastOnline !== undefined && <span className="pill stale">{t.asOf(formatClock(lastOnline, false))}</span>}
        <span className="grow" />
        <div className="head-figures">
          <Figure value={formatDuration(untilMs - summary.startedMs)} words={active ? t.soFar : t.inAll} />
          <Figure value={String(count('executed'))} words={t.executed} />
          <Figure value={String(count('cached'))} words={t.cachedWord} />
          {count('failed') > 0 && <Figure value={String(count('failed'))} words={t.failedWord} tone="failed" />}
          {count('skipped') > 0 && <Figure value={String(count('skipped'))} words={t.skippedWord} />}
        </div>
        {active && (
          <Button icon="stop" onClick={() => void engine.run.cancel({ runId }).catch(showError)}>
            {t.stop}
          </Button>
        )}
      </div>
      {error && !run?.view.order.length ? (
        <ErrorState error={error} />
      ) : !run || run.view.order.length === 0 ? (
        <Skeleton rows={8} waitsFor={t.runEvents} />
      ) : (
        <div className="run-body">
          <div className="run-steps">
            <table className="list-table plan-table">
              <thead>
                <tr>
                  <th scope="col">{t.step}</th>
                  <th scope="col">{t.kind}</th>
                  <th scope="col">{t.state}</th>
                  <th scope="col" className="timeline-head">
                    <span>0 s</span>
                    <span>{formatDuration(untilMs - run.view.startedMs)}</span>
                  </th>
                  <th scope="col" className="n">
                    {t.time}
                  </th>
                  <th scope="col">{t.why}</th>
                </tr>
              </thead>
              <tbody>
                {run.view.order.map((id) => (
                  <StepRow
                    key={id}
                    run={run}
                    id={id}
                    title={titles(id)}
                    untilMs={untilMs}
                    selected={id === wanted}
                    onSelect={() => setWanted(id === wanted ? undefined : id)}
                  />
                ))}
              </tbody>
              <UsageRows samples={usage.data ?? []} startedMs={run.view.startedMs} untilMs={untilMs} />
            </table>
          </div>
          {metrics.length > 0 && (
            <div className="run-metrics">
              {metrics.map(([node, values]) => (
                <div key={node} className="metric-row">
                  <div className="metric">
                    <b>{titles(node)}</b>
                    <span className="mono">{node}</span>
                  </div>
                  {Object.entries(values).map(([name, value]) => (
                    <div key={name} className="metric" title={formatFull(value)}>
                      <b>{formatMetric(value)}</b>
                      <span>{metricName(name)}</span>
                    </div>
                  ))}
                </div>
              ))}
            </div>
          )}
          {compared.map((entry) => (
            <VariantTable key={entry.of} compared={entry} titles={titles} />
          ))}
          <div className="run-log">
            <LogView lines={lines} nodeId={wanted} titles={titles} empty={t.noLog} />
          </div>
        </div>
      )}
    </>
  );
}
