import { useMemo, useState } from 'react';
import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { CrosshairGroup } from '../charts/crosshair.tsx';
import { DistributionOverlay } from '../charts/distribution-overlay.tsx';
import { DriftHeatMap } from '../charts/drift-heat-map.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { useConnection } from '../client/connection-store.ts';
import { engine } from '../client/engine-client.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { perSecond } from '../endpoints/endpoint-series.ts';
import { latencyLimits } from '../endpoints/endpoint-charts.tsx';
import { useObjective } from '../endpoints/use-objective.ts';
import { Figure } from '../ui/figure.tsx';
import { formatClock, formatCount, formatNumber } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { TypeGlyph } from '../ui/type-glyph.tsx';
import { methodWord, overLimit, pValueText, sortColumns, verdict } from './drift-words.ts';
import type { KnownMonitor } from './known-monitors.ts';
import { LoopDetail } from './loop-detail.tsx';
import { MonitorBody, useMonitorReport } from './monitor-body.tsx';
import { MonitorHead } from './monitor-head.tsx';
import { PerformanceDetail } from './performance-detail.tsx';
import { t } from './text.ts';

function DriftTable({
  report,
  selected,
  onSelect,
}: {
  report: MonitorReport;
  selected: string | undefined;
  onSelect: (column: string) => void;
}) {
  return (
    <table className="list-table drift-table">
      <thead>
        <tr>
          <th scope="col">{t.column}</th>
          <th scope="col">{t.type}</th>
          <th scope="col">{t.verdict}</th>
          <th scope="col">{t.test}</th>
          <th scope="col" className="n">
            {t.statistic}
          </th>
          <th scope="col" className="n">
            {t.limit}
          </th>
          <th scope="col" className="n">
            p
          </th>
        </tr>
      </thead>
      <tbody>
        {sortColumns(report.columns).map((column) => {
          const says = verdict(column, report);
          return (
            <tr key={column.column} aria-selected={column.column === selected} onClick={() => onSelect(column.column)}>
              <td>
                <button type="button" className="row-link mono" onClick={() => onSelect(column.column)}>
                  {column.column}
                </button>
              </td>
              <td>
                <TypeGlyph type={column.type} />
              </td>
              <td>
                <span className={`verdict ${says.tone}`} title={says.why}>
                  <Icon name={says.icon} small />
                  {says.word}
                </span>
              </td>
              <td className="mute">{methodWord(column.method)}</td>
              <td className="n">{column.statistic === null ? '–' : formatNumber(column.statistic)}</td>
              <td className="n">{column.threshold === null ? '–' : formatNumber(column.threshold)}</td>
              <td className="n">{pValueText(column.pValue)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function TooFewRows({ report }: { report: MonitorReport }) {
  const share = Math.min(1, report.currentRows / Math.max(1, report.minimumRows));
  return (
    <p className="too-few" role="status">
      <Icon name="never" small />
      {t.rowsNeededFor(formatCount(report.currentRows), formatCount(report.minimumRows))}
      <span className="progress" aria-hidden="true">
        <i style={{ width: `${share * 100}%` }} />
      </span>
    </p>
  );
}

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

function Report({ report }: { report: MonitorReport }) {
  const [wanted, setWanted] = useState<string>();
  const sorted = sortColumns(report.columns);
  const chosen = sorted.find((column) => column.column === wanted) ?? sorted[0];
  const times = report.history.map((window) => window.timeMs);
  const compared = sorted.filter(
    (column) =>
      column.state === 'ok' || report.history.some((window) => typeof window.drift[column.column] === 'number'),
  );
  const few = report.currentRows < report.minimumRows;
  return (
    <>
      <section className="cell wide">
        {report.history.length > 0 ? (
          <DriftHeatMap
            title={t.driftByColumnAndWindow}
            caption={t.sizeOfDifference}
            times={times}
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
            <p className="mute">{t.theFirstWindowIsDrawn(formatCount(report.minimumRows))}</p>
          </>
        )}
      </section>
      <section className="cell">
        <h3 className="cell-title">
          {t.columns}
          <span className="mute small"> {t.againstTrainingRows(formatCount(report.referenceRows))}</span>
        </h3>
        {few && <TooFewRows report={report} />}
        <DriftTable report={report} selected={chosen?.column} onSelect={setWanted} />
      </section>
      <section className="cell">
        {chosen === undefined ? null : chosen.distribution.length === 0 ? (
          <>
            <h3 className="cell-title mono">{chosen.column}</h3>
            <p className="mute">{verdict(chosen, report).why}</p>
          </>
        ) : (
          <>
            <DistributionOverlay
              title={chosen.column}
              caption={t.lastRequests(formatCount(report.currentRows))}
              height={200}
              bins={chosen.distribution}
            />
            <p className="mid small overlay-note">
              {verdict(chosen, report).why}
              {chosen.pValue !== null && ` p ${pValueText(chosen.pValue)}, ${methodWord(chosen.method)}.`}
            </p>
          </>
        )}
      </section>
    </>
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
              value={judged === 0 ? '–' : `${over} of ${judged}`}
              words={t.columnsOverLimit}
              tone={over > 0 ? 'stale' : undefined}
            />
            <Figure value={formatCount(report.currentRows)} words={t.rowsInTheWindow} />
            <Figure value={formatClock(report.timeMs)} words={t.compared} />
          </>
        )}
      </MonitorHead>
      <MonitorBody monitor={monitor} stream={stream}>
        {report && endpoint && (
          <div className="ruled monitor-grid">
            <Report report={report} />
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
    case 'monitor.retrain':
      return <LoopDetail monitor={monitor} />;
    default:
      return <DriftDetail monitor={monitor} />;
  }
}
