import { useMemo, useState } from 'react';
import { driftHtml } from '../../shared/monitoring/drift-html.ts';
import type { Alert, MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { CrosshairGroup } from '../charts/crosshair.tsx';
import { DriftHeatMap } from '../charts/drift-heat-map.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { saveFile } from '../charts/save-file.ts';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { perSecond } from '../endpoints/endpoint-series.ts';
import { latencyLimits } from '../endpoints/endpoint-charts.tsx';
import { useObjective } from '../endpoints/use-objective.ts';
import { Button } from '../ui/button.tsx';
import { Figure } from '../ui/figure.tsx';
import { formatClock, formatCount, formatDuration, formatMoment } from '../ui/format.ts';
import { DriftColumns } from './drift-columns.tsx';
import { overLimit, sortColumns } from './drift-words.ts';
import type { KnownMonitor } from './known-monitors.ts';
import { LoopDetail } from './loop-detail.tsx';
import { MonitorBody, useMonitorReport } from './monitor-body.tsx';
import { MonitorHead } from './monitor-head.tsx';
import { PerformanceDetail } from './performance-detail.tsx';
import { alertEvents } from './performance-series.ts';
import { SystemDetail } from './system-detail.tsx';
import { useAlerts } from './use-alerts.ts';
import { t } from './text.ts';
import { WholeRows } from './whole-rows.tsx';
import { EngineText } from '../ui/engine-text.tsx';

function RequestCharts({ endpointId, objectiveMs }: { endpointId: string; objectiveMs: number | undefined }) {
  const stats = useSubscription(`endpoint/${endpointId}`, (signal) =>
    engine.endpoint.watch({ id: endpointId }, { signal }),
  );
  const series = stats.latest?.series;
  const rate = useMemo(() => (series ? perSecond(series) : undefined), [series]);
  if (!rate) return null;
  return (
    <CrosshairGroup>
      <section className="cell">
        <LineChart
          title={t.requestsPerSecond}
          height={150}
          base="time"
          baseLabel="time"
          valueFrom={0}
          series={[{ label: t.answered, tone: 'ink', x: rate.x, y: rate.requests, area: true }]}
        />
      </section>
      <section className="cell">
        <LineChart
          title={t.latency}
          caption={t.msLogScale}
          height={150}
          base="time"
          baseLabel="time"
          valueScale="log"
          unit={t.ms}
          limits={latencyLimits(objectiveMs)}
          series={[
            { label: 'p50', tone: 'ink', dashed: true, x: rate.x, y: rate.p50 },
            { label: 'p99', tone: 'now', x: rate.x, y: rate.p99 },
          ]}
        />
      </section>
    </CrosshairGroup>
  );
}

function Report({ report, alerts }: { report: MonitorReport; alerts: readonly Alert[] }) {
  const [wanted, setWanted] = useState<string>();
  const sorted = sortColumns(report.columns);
  const chosen = sorted.find((column) => column.column === wanted) ?? sorted[0];
  const times = report.history.map(({ timeMs, startMs }) => startMs ?? timeMs);
  // Alerts have the time at which a window was judged, which may be far from that of its events.
  const judgedAlerts = alertEvents(alerts, report.history[0]?.timeMs ?? 0, Number.MAX_SAFE_INTEGER).map((alert) => {
    const window = report.history.findLastIndex(({ timeMs }) => timeMs <= alert.at);
    return { ...alert, at: times[window] ?? alert.at };
  });
  const compared = sorted.filter(
    (column) =>
      column.state === 'ok' || report.history.some((window) => typeof window.drift[column.column] === 'number'),
  );
  return (
    <>
      <section className="cell wide">
        {report.history.length > 0 ? (
          <DriftHeatMap
            title={t.driftByColumnAndWindow}
            caption={t.sizeOfDifference}
            times={times}
            windowMs={report.eventTime?.windowMs}
            versions={report.history.map(({ version }) => version)}
            alerts={judgedAlerts}
            selected={chosen?.column}
            onSelect={setWanted}
            rows={compared.map((column) => ({
              label: column.column,
              values: report.history.map((window) => window.drift[column.column] ?? null),
              over: report.history.map((window) => window.drifted?.includes(column.column) ?? false),
              note: overLimit(column),
            }))}
          />
        ) : (
          <>
            <h3 className="cell-title">{t.driftByColumnAndWindow}</h3>
            <p className="mute">
              {report.eventTime ? t.firstEventWindow : t.theFirstWindowIsDrawn(formatCount(report.minimumRows))}
            </p>
          </>
        )}
      </section>
      {report.multivariate && <WholeRows drift={report.multivariate} />}
      {report.eventTime && <EventTime windows={report.eventTime} />}
      <Findings report={report} />
      <DriftColumns report={report} chosen={chosen} onSelect={setWanted} />
    </>
  );
}

function EventTime({ windows }: { windows: NonNullable<MonitorReport['eventTime']> }) {
  const { column, windowMs, latenessMs, open, late, lateWindows, untimed } = windows;
  const named = lateWindows.toReversed().map(({ startMs, rows }) => {
    return t.lateWindow(`${new Date(startMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`, formatCount(rows));
  });
  return (
    <section className="cell wide">
      <h3 className="cell-title">{t.eventTimeTitle}</h3>
      <p className="mute small">
        {t.eventTimeWindows(column, formatDuration(windowMs), formatDuration(latenessMs), formatCount(open))}
      </p>
      {late > 0 && <p className="small">{t.lateRows(formatCount(late), named.join(', '))}</p>}
      {untimed > 0 && <p className="small">{t.untimedRows(formatCount(untimed), column)}</p>}
    </section>
  );
}

function Findings({ report }: { report: MonitorReport }) {
  const { findings = [], caughtUpWindows = 0 } = report;
  if (findings.length === 0 && caughtUpWindows === 0) return null;
  return (
    <section className="cell wide">
      {findings.length > 0 && (
        <>
          <h3 className="cell-title">{t.findingsTitle}</h3>
          <ul className="findings small">
            {findings.map(({ column, kind, text }) => (
              <li key={`${column} ${kind}`}>
                <span className="pill stale">{t.findingKinds[kind]}</span> <code>{column}</code>{' '}
                <EngineText text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
      {caughtUpWindows > 0 && <p className="mute small">{t.caughtUp(formatCount(caughtUpWindows))}</p>}
    </section>
  );
}

/** A drift monitor: traffic, drift of each input over time, and the distributions behind it. */
function DriftDetail({ monitor }: { monitor: KnownMonitor }) {
  const { endpoint } = monitor;
  const objectiveMs = useObjective(monitor.graphId, monitor.endpointNodeId ?? '');
  const stream = useMonitorReport(monitor);
  const lastOnline = useConnection((connection) =>
    connection.state === 'online' ? undefined : connection.lastOnlineMs,
  );
  const report = stream.latest;
  const alerts = useAlerts(monitor.graphId).data ?? [];
  const over = report?.columns.filter((column) => column.drifted).length ?? 0;
  const judged = report?.columns.filter((column) => column.state === 'ok').length ?? 0;
  const broken = report?.broken ?? [];
  return (
    <>
      <MonitorHead
        monitor={monitor}
        state={
          endpoint?.state !== 'live'
            ? { icon: 'never', word: t.notWatching, tone: '' }
            : report === undefined
              ? { icon: 'running', word: t.starting, tone: 'run' }
              : broken.length > 0
                ? { icon: 'failed', word: t.sourceChanged, tone: 'fail' }
                : over > 0
                  ? { icon: 'stale', word: t.drifted, tone: 'stale' }
                  : judged > 0
                    ? { icon: 'check', word: t.noDrift, tone: 'ok' }
                    : { icon: 'never', word: t.tooFewRows, tone: '' }
        }
      >
        {lastOnline !== undefined && <span className="pill stale">{t.asOf(formatClock(lastOnline, false))}</span>}
        {report && (
          <>
            <Figure
              value={judged === 0 ? '–' : t.ofLimit(formatCount(over), formatCount(judged))}
              words={t.columnsOverLimit}
              tone={over > 0 ? 'stale' : undefined}
            />
            <Figure value={formatCount(report.currentRows)} words={t.rowsInTheWindow} />
            <Figure value={formatMoment(report.timeMs)} words={t.compared} />
            <Button
              icon="export"
              onClick={() => {
                const title = t.driftOf(monitor.title, monitor.graphName);
                const effects = report.history.at(-1)?.drift ?? {};
                const page = driftHtml({ title, report, effects, words: {} });
                saveFile('drift.html', new Blob([page], { type: 'text/html' }));
              }}
            >
              {t.saveAsHtml}
            </Button>
          </>
        )}
      </MonitorHead>
      <MonitorBody monitor={monitor} stream={stream}>
        {report && endpoint && (
          <div className="ruled monitor-grid">
            <Report report={report} alerts={alerts} />
            <RequestCharts endpointId={endpoint.id} objectiveMs={objectiveMs} />
          </div>
        )}
      </MonitorBody>
    </>
  );
}

/** One monitor node, by what it watches. */
export function MonitorDetail({ monitor }: { monitor: KnownMonitor }) {
  switch (monitor.kind) {
    case 'monitor.performance':
      return <PerformanceDetail monitor={monitor} />;
    case 'monitor.system':
      return <SystemDetail monitor={monitor} />;
    case 'monitor.retrain':
      return <LoopDetail monitor={monitor} />;
    default:
      return <DriftDetail monitor={monitor} />;
  }
}
