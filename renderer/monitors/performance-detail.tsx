import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { LineChart } from '../charts/line-chart.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { Figure } from '../ui/figure.tsx';
import { capitalized, formatCount, formatMetric, formatMoment, formatPercent } from '../ui/format.ts';
import type { KnownMonitor } from './known-monitors.ts';
import { MonitorBody, useMonitorReport } from './monitor-body.tsx';
import { MonitorHead } from './monitor-head.tsx';
import { alertEvents, bandedSeries, shownWindows, versionSpans } from './performance-series.ts';
import { useAlerts } from './use-alerts.ts';
import { t } from './text.ts';
import { metricName } from '../translation/metric-names.ts';

type Performance = NonNullable<MonitorReport['performance']>;

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
  if (monitor.endpoint?.state !== 'live') return { icon: 'never', word: t.notWatching, tone: '' } as const;
  if (performance === undefined) return { icon: 'running', word: t.starting, tone: 'run' } as const;
  if (performance.conceptDrift === true) return { icon: 'failed', word: t.meaningChanged, tone: 'fail' } as const;
  if (performance.realizedDrop) return { icon: 'failed', word: t.dropped, tone: 'fail' } as const;
  if (performance.estimatedDrop) return { icon: 'stale', word: t.likelyDropped, tone: 'stale' } as const;
  if (shownWindows(performance).length === 0) return { icon: 'never', word: t.tooFewRows, tone: '' } as const;
  return { icon: 'check', word: t.holds, tone: 'ok' } as const;
}

function Figures({ performance }: { performance: Performance }) {
  const windows = shownWindows(performance);
  const estimated = windows.findLast((window) => window.estimated !== null)?.estimated;
  const realized = windows.findLast((window) => window.realized !== null)?.realized;
  const { labels, reference } = performance;
  return (
    <>
      <Figure value={estimated ? formatMetric(estimated.value) : '–'} words={t.estimatedNow} />
      <Figure
        value={realized ? formatMetric(realized.value) : '–'}
        words={t.realizedNow}
        tone={performance.realizedDrop ? 'failed' : undefined}
      />
      <Figure value={reference === null ? '–' : formatMetric(reference)} words={t.onHeldOutRows} />
      <Figure
        value={labels.rows === 0 ? '–' : formatPercent(labels.labelled / labels.rows)}
        words={t.ofRequestsWithLabels}
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
  const judged = windows.filter(({ calibration }) => calibration !== null && calibration !== undefined);
  const name = capitalized(metricName(performance.metric));
  const { labels, limit, reference } = performance;
  return (
    <div className="ruled monitor-grid">
      <section className="cell wide">
        {windows.length === 0 ? (
          <>
            <h3 className="cell-title">{name}</h3>
            <p className="mute">
              {t.theFirstWindowIsDrawn(formatCount(Math.ceil(performance.windowRows / 4)))}
              {reference === null && t.connectReport}
            </p>
          </>
        ) : (
          <LineChart
            title={name}
            caption={t.windowsOfRequests(formatCount(performance.windowRows))}
            height={260}
            base="time"
            baseLabel="time"
            spans={versionSpans(windows, nameOf)}
            events={alertEvents(alerts, windows[0]?.toMs ?? 0, windows.at(-1)?.toMs ?? 0)}
            limits={limit === null ? [] : [{ value: limit, label: t.limitAt(formatMetric(limit)) }]}
            series={[
              {
                label: t.estimatedSeries,
                tone: 'ref',
                dashed: true,
                ...bandedSeries(windows, (window) => window.estimated),
              },
              {
                label: t.realizedSeries,
                tone: 'now',
                points: true,
                ...bandedSeries(windows, (window) => window.realized),
              },
            ]}
          />
        )}
      </section>
      {judged.length > 0 && (
        <section className="cell wide">
          <LineChart
            title={t.calibration}
            caption={t.calibrationCaption}
            height={160}
            base="time"
            baseLabel="time"
            valueFrom={0}
            series={[
              {
                label: t.expectedSeries,
                tone: 'ref',
                dashed: true,
                x: judged.map(({ toMs }) => toMs),
                y: judged.map(({ calibration }) => calibration?.predicted ?? null),
              },
              {
                label: t.cameSeries,
                tone: 'now',
                points: true,
                x: judged.map(({ toMs }) => toMs),
                y: judged.map(({ calibration }) => calibration?.observed ?? null),
              },
              {
                label: t.calibrationError,
                tone: 'ink',
                x: judged.map(({ toMs }) => toMs),
                y: judged.map(({ calibration }) => calibration?.error ?? null),
              },
            ]}
          />
        </section>
      )}
      <section className="cell">
        <h3 className="cell-title">{t.windows}</h3>
        <table className="list-table">
          <thead>
            <tr>
              <th scope="col">{t.until}</th>
              <th scope="col">{t.version}</th>
              <th scope="col" className="n">
                {t.rows}
              </th>
              <th scope="col" className="n">
                {t.labels}
              </th>
              <th scope="col" className="n">
                {t.estimated}
              </th>
              <th scope="col" className="n">
                {t.realized}
              </th>
            </tr>
          </thead>
          <tbody>
            {windows.toReversed().map((window) => (
              <tr key={`${window.fromMs} ${window.model}`}>
                <td>{formatMoment(window.toMs)}</td>
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
      {(performance.slices?.length ?? 0) > 0 && <Slices performance={performance} name={name} />}
      <section className="cell">
        <h3 className="cell-title">{t.labels}</h3>
        <dl className="facts">
          <dt>{t.requestsKept}</dt>
          <dd>{formatCount(labels.rows)}</dd>
          <dt>{t.withALabel}</dt>
          <dd>{formatCount(labels.labelled)}</dd>
          <dt>{t.labelsWaiting}</dt>
          <dd>{formatCount(labels.waiting)}</dd>
          <dt>{t.labelsSentAgain}</dt>
          <dd>{formatCount(labels.repeated)}</dd>
        </dl>
        {labels.labelled === 0 && (
          <p className="mute">
            {t.noLabelYet} <code>{t.postFeedback}</code>.
          </p>
        )}
      </section>
    </div>
  );
}

/** Groups of the newest labelled requests, worst first. */
function Slices({ performance, name }: { performance: Performance; name: string }) {
  return (
    <section className="cell">
      <h3 className="cell-title">{t.slices}</h3>
      <table className="list-table">
        <thead>
          <tr>
            <th scope="col">{t.slice}</th>
            <th scope="col" className="n">
              {t.rows}
            </th>
            <th scope="col" className="n">
              {name}
            </th>
            <th scope="col" className="n">
              95 %
            </th>
            <th scope="col">{t.verdict}</th>
          </tr>
        </thead>
        <tbody>
          {performance.slices?.map(({ column, value, rows, realized, worse }) => (
            <tr key={`${column} ${value}`}>
              <td className="mono">
                {column} {value}
              </td>
              <td className="n">{formatCount(rows)}</td>
              <td className="n">{formatMetric(realized.value)}</td>
              <td className="n">
                {formatMetric(realized.low)} – {formatMetric(realized.high)}
              </td>
              <td>{worse ? t.surelyWorse : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
