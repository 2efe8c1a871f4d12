import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { LineChart } from '../charts/line-chart.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Figure } from '../ui/figure.tsx';
import { formatClock, formatCount, formatMetric, formatPercent } from '../ui/format.ts';
import type { KnownMonitor } from './known-monitors.ts';
import { MonitorBody, useMonitorReport } from './monitor-body.tsx';
import { MonitorHead } from './monitor-head.tsx';
import { alertEvents, bandedSeries, shownWindows, versionSpans } from './performance-series.ts';
import { useAlerts } from './use-alerts.ts';

type Performance = NonNullable<MonitorReport['performance']>;

const metricNames: Readonly<Record<string, string>> = {
  rocAuc: 'ROC AUC',
  accuracy: 'Accuracy',
  precision: 'Precision',
  recall: 'Recall',
  specificity: 'Specificity',
  f1: 'F1',
  macroF1: 'Macro F1',
  rmse: 'Root mean squared error',
  mae: 'Mean absolute error',
};

/** A performance monitor: what the model is estimated to do, what it did, and against which version. */
export function PerformanceDetail({ monitor }: { monitor: KnownMonitor }) {
  const stream = useMonitorReport(monitor);
  const performance = stream.latest?.performance;
  return (
    <>
      <MonitorHead monitor={monitor} state={stateOf(monitor, performance)}>
        {performance && <Figures performance={performance} />}
      </MonitorHead>
      <MonitorBody monitor={monitor} stream={stream}>
        {performance && <Report monitor={monitor} performance={performance} />}
      </MonitorBody>
    </>
  );
}

function stateOf(monitor: KnownMonitor, performance: Performance | undefined) {
  if (monitor.endpoint?.state !== 'live') return { icon: 'never', word: 'Not watching', tone: '' } as const;
  if (performance === undefined) return { icon: 'running', word: 'Starting', tone: 'run' } as const;
  if (performance.realizedDrop) return { icon: 'failed', word: 'Dropped', tone: 'fail' } as const;
  if (performance.estimatedDrop) return { icon: 'stale', word: 'Likely dropped', tone: 'stale' } as const;
  if (shownWindows(performance).length === 0) return { icon: 'never', word: 'Too few rows', tone: '' } as const;
  return { icon: 'check', word: 'Holds', tone: 'ok' } as const;
}

function Figures({ performance }: { performance: Performance }) {
  const windows = shownWindows(performance);
  const estimated = windows.findLast((window) => window.estimated !== null)?.estimated;
  const realized = windows.findLast((window) => window.realized !== null)?.realized;
  const { labels, reference } = performance;
  return (
    <>
      <Figure value={estimated ? formatMetric(estimated.value) : '–'} words="estimated now" />
      <Figure
        value={realized ? formatMetric(realized.value) : '–'}
        words="realized now"
        tone={performance.realizedDrop ? 'failed' : undefined}
      />
      <Figure value={reference === null ? '–' : formatMetric(reference)} words="on held-out rows" />
      <Figure
        value={labels.rows === 0 ? '–' : formatPercent(labels.labelled / labels.rows)}
        words="of requests with labels"
      />
    </>
  );
}

function Report({ monitor, performance }: { monitor: KnownMonitor; performance: Performance }) {
  const alerts = useAlerts(monitor.graphId).data ?? [];
  const models = useQuery('models/versions', (signal) => engine.model.list(undefined, { signal }), {
    refetchMs: 5_000,
  }).data;
  const nameOf = (digest: string) => {
    const version = models?.find((candidate) => candidate.digest === digest)?.version;
    return version === undefined ? digest.slice(0, 6) : `v${version}`;
  };
  const windows = shownWindows(performance);
  const name = metricNames[performance.metric] ?? performance.metric;
  const { labels, limit, reference } = performance;
  return (
    <div className="ruled monitor-grid">
      <section className="cell wide">
        {windows.length === 0 ? (
          <>
            <h3 className="cell-title">{name}</h3>
            <p className="mute">
              The first window is drawn once {formatCount(Math.ceil(performance.windowRows / 4))} rows were asked for.
              {reference === null && ' Connect the report of an Evaluate node to know what held-out rows gave.'}
            </p>
          </>
        ) : (
          <LineChart
            title={name}
            caption={`windows of ${formatCount(performance.windowRows)} requests, bands hold it with 95 % confidence`}
            height={260}
            base="time"
            baseLabel="time"
            spans={versionSpans(windows, nameOf)}
            events={alertEvents(alerts, windows[0]?.toMs ?? 0, windows.at(-1)?.toMs ?? 0)}
            limits={limit === null ? [] : [{ value: limit, label: `limit ${formatMetric(limit)}` }]}
            series={[
              { label: 'estimated', tone: 'ref', dashed: true, ...bandedSeries(windows, (window) => window.estimated) },
              { label: 'realized', tone: 'now', points: true, ...bandedSeries(windows, (window) => window.realized) },
            ]}
          />
        )}
      </section>
      <section className="cell">
        <h3 className="cell-title">Windows</h3>
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">Until</th>
              <th scope="col">Version</th>
              <th scope="col" className="n">
                Rows
              </th>
              <th scope="col" className="n">
                Labels
              </th>
              <th scope="col" className="n">
                Estimated
              </th>
              <th scope="col" className="n">
                Realized
              </th>
            </tr>
          </thead>
          <tbody>
            {windows.toReversed().map((window) => (
              <tr key={`${window.fromMs} ${window.model}`}>
                <td>{formatClock(window.toMs)}</td>
                <td>{nameOf(window.model)}</td>
                <td className="n">{formatCount(window.rows)}</td>
                <td className="n">{formatPercent(window.labelled / Math.max(1, window.rows))}</td>
                <td className="n">{window.estimated ? formatMetric(window.estimated.value) : '–'}</td>
                <td className="n">{window.realized ? formatMetric(window.realized.value) : '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section className="cell">
        <h3 className="cell-title">Labels</h3>
        <dl className="facts">
          <dt>Requests kept</dt>
          <dd>{formatCount(labels.rows)}</dd>
          <dt>With a label</dt>
          <dd>{formatCount(labels.labelled)}</dd>
          <dt>Labels that wait for their request</dt>
          <dd>{formatCount(labels.waiting)}</dd>
          <dt>Labels sent again</dt>
          <dd>{formatCount(labels.repeated)}</dd>
        </dl>
        {labels.labelled === 0 && (
          <p className="mute">
            No label has come yet: only estimates are shown. Send what really happened to <code>POST /v1/feedback</code>
            .
          </p>
        )}
      </section>
    </div>
  );
}
