import { useMemo } from 'react';
import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';
import { BarChart } from '../charts/bar-chart.tsx';
import { CrosshairGroup } from '../charts/crosshair.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { formatBytes, formatCount, formatDuration, formatNumber, formatPercent } from '../ui/format.ts';
import { batchShares, meanBatch, perSecond } from './endpoint-series.ts';
import { LatencyHeatMap } from './latency-heat-map.tsx';
import { t } from './text.ts';

/** What a busy core of a server or desktop takes, roughly. */
const wattsPerCore = 10;

/** The objective as a line of a latency chart. */
export function latencyLimits(objectiveMs: number | undefined): { value: number; label: string }[] {
  return objectiveMs === undefined ? [] : [{ value: objectiveMs, label: t.objective(objectiveMs) }];
}

/** Request rate, latency percentiles and batch sizes of a live endpoint. */
export function EndpointCharts({ stats, objectiveMs }: { stats: EndpointStats; objectiveMs: number | undefined }) {
  const { series } = stats;
  const rate = useMemo(() => perSecond(series), [series]);
  const minutes = series.length > 0 ? Math.max(1, Math.round(series.length / 60)) : 0;
  const since = t.lastMinutes(minutes);
  const batches = batchShares(stats);
  const calls = stats.batchSizes.reduce((sum, batch) => sum + batch.count, 0);
  const { cpuUsPer1000, idleShare } = stats.cost;
  const sum = (field: 'replicas' | 'maxReplicas' | 'memoryBytes') =>
    stats.versions.reduce((total, version) => total + version[field], 0);
  const failed = series.some((point) => point.failed > 0);
  return (
    <div className="ruled endpoint-charts">
      <CrosshairGroup>
        <section className="cell">
          <LineChart
            title={t.requestsPerSecond}
            caption={since}
            height={230}
            base="time"
            baseLabel="time"
            valueFrom={0}
            series={[
              { label: t.answered, tone: 'ink', x: rate.x, y: rate.requests, area: true },
              ...(failed ? [{ label: t.failedSeries, tone: 'now' as const, x: rate.x, y: rate.failed }] : []),
            ]}
          />
        </section>
        <section className="cell">
          <LineChart
            title={t.latency}
            caption={t.msLogScale}
            height={230}
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
      <section className="cell">
        <LatencyHeatMap series={series} />
      </section>
      <section className="cell">
        <BarChart
          title={t.batchSize}
          caption={calls === 0 ? t.rowsPerCall : t.rowsPerCallMean(formatNumber(meanBatch(stats)))}
          height={190}
          columns={[t.rowsUpTo, t.shareOfCalls]}
          bars={batches.map(({ label, share }) => ({
            label,
            value: share,
            text: calls === 0 ? '' : formatPercent(share),
          }))}
        />
      </section>
      <section className="cell wide">
        <h3 className="cell-title">{t.sinceStart}</h3>
        <dl className="facts">
          <dt>{t.requests}</dt>
          <dd>{formatCount(stats.requests)}</dd>
          <dt>{t.rows}</dt>
          <dd>{formatCount(stats.rows)}</dd>
          <dt>{t.failed}</dt>
          <dd className={stats.failed > 0 ? 'failed-count' : undefined}>
            {formatCount(stats.failed)}
            {stats.failed > 0 && ` (${formatPercent(stats.failed / stats.requests)})`}
          </dd>
          <dt>{t.waitingNow}</dt>
          <dd>{formatCount(stats.queued)}</dd>
          <dt>{t.workers}</dt>
          <dd>{t.workersOf(sum('replicas'), sum('maxReplicas'))}</dd>
          <dt>{t.modelMemory}</dt>
          <dd>{formatBytes(sum('memoryBytes'))}</dd>
          <dt>{t.cpuPer1000}</dt>
          <dd>{cpuUsPer1000 === null ? '–' : formatDuration(cpuUsPer1000 / 1000)}</dd>
          <dt title={t.energyHint}>{t.energy}</dt>
          <dd>{cpuUsPer1000 === null ? '–' : t.joules(formatNumber((cpuUsPer1000 / 1e6) * wattsPerCore))}</dd>
          <dt>{t.idle}</dt>
          <dd>{idleShare === null ? '–' : formatPercent(idleShare)}</dd>
          <dt>p90</dt>
          <dd>{stats.latencyMs.p90 === null ? '–' : t.inMs(formatNumber(stats.latencyMs.p90))}</dd>
        </dl>
      </section>
    </div>
  );
}
