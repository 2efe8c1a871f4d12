import type { MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { CrosshairGroup } from '../charts/crosshair.tsx';
import { LineChart } from '../charts/line-chart.tsx';
import { Figure } from '../ui/figure.tsx';
import { formatBytes, formatCount, formatDuration, formatNumber, formatPercent } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import type { KnownMonitor } from './known-monitors.ts';
import { MonitorBody, useMonitorReport } from './monitor-body.tsx';
import { MonitorHead } from './monitor-head.tsx';
import { alertEvents } from './performance-series.ts';
import { useAlerts } from './use-alerts.ts';
import { t } from './text.ts';

type System = NonNullable<MonitorReport['system']>;

const minuteMs = 60_000;
const chartHeight = 150;

/** A system monitor: objectives with their burn rates, and what the endpoint does and runs on, minute by minute. */
export function SystemDetail({ monitor }: { monitor: KnownMonitor }) {
  const stream = useMonitorReport(monitor);
  const system = stream.latest?.system;
  return (
    <>
      <MonitorHead monitor={monitor} state={stateOf(monitor, system, stream.latest?.drifted === true)}>
        {system && (
          <>
            <Figure value={formatNumber(system.requestsPerSecond)} words={t.requestsPerSecond} />
            <Figure
              value={system.latencyMs.p99 === null ? '–' : `${formatNumber(system.latencyMs.p99)} ${t.ms}`}
              words="p99"
            />
            <Figure
              value={formatPercent(system.saturation.share)}
              words={t.saturationOf[system.saturation.of]}
              tone={system.saturation.share >= system.saturation.limit ? 'failed' : undefined}
            />
          </>
        )}
      </MonitorHead>
      <MonitorBody monitor={monitor} stream={stream}>
        {system && <Report monitor={monitor} system={system} />}
      </MonitorBody>
    </>
  );
}

function stateOf(monitor: KnownMonitor, system: System | undefined, isWrong: boolean) {
  if (monitor.endpoint?.state !== 'live') return { icon: 'never', word: t.notWatching, tone: '' } as const;
  if (system === undefined) return { icon: 'running', word: t.starting, tone: 'run' } as const;
  if (system.objectives.some(({ state }) => state === 'fast')) {
    return { icon: 'failed', word: t.burnsFast, tone: 'fail' } as const;
  }
  return isWrong
    ? ({ icon: 'stale', word: t.overLimit, tone: 'stale' } as const)
    : ({ icon: 'check', word: t.withinObjectives, tone: 'ok' } as const);
}

function Report({ monitor, system }: { monitor: KnownMonitor; system: System }) {
  const alerts = useAlerts(monitor.graphId).data ?? [];
  const { minutes } = system;
  const x = minutes.map(({ timeMs }) => timeMs);
  const own = alerts.filter(({ nodeId }) => nodeId === monitor.nodeId);
  const events = alertEvents(own, x[0] ?? 0, Number.MAX_SAFE_INTEGER);
  const share = (of: (minute: System['minutes'][number]) => number) => minutes.map((minute) => of(minute) * 100);
  const hasGpu = minutes.some(({ gpuPercent }) => gpuPercent !== null);
  const late = system.objectives.find(({ name }) => name === 'latency')?.latencyMs;
  return (
    <div className="ruled monitor-grid">
      <section className="cell wide">
        <h3 className="cell-title">{t.objectives}</h3>
        <Objectives system={system} />
      </section>
      <CrosshairGroup>
        <section className="cell">
          <LineChart
            title={t.requestsPerMinute}
            height={chartHeight}
            base="time"
            baseLabel="time"
            valueFrom={0}
            events={events}
            series={[
              { label: t.answered, tone: 'ink', x, y: minutes.map(({ requests }) => requests), area: true },
              { label: t.failedRequests, tone: 'now', x, y: minutes.map(({ failed }) => failed) },
              { label: t.lateRequests, tone: 'blue', x, y: minutes.map(({ late: slow }) => Math.round(slow)) },
            ]}
          />
        </section>
        <section className="cell">
          <LineChart
            title={t.latency}
            caption={t.msLogScale}
            height={chartHeight}
            base="time"
            baseLabel="time"
            valueScale="log"
            unit={t.ms}
            limits={late == null ? [] : [{ value: late, label: t.lateFrom }]}
            series={[
              { label: 'p50', tone: 'ink', dashed: true, x, y: minutes.map(({ p50 }) => p50) },
              { label: 'p99', tone: 'now', x, y: minutes.map(({ p99 }) => p99) },
            ]}
          />
        </section>
        <section className="cell">
          <LineChart
            title={t.machine}
            caption={t.percentBusy}
            height={chartHeight}
            base="time"
            baseLabel="time"
            valueFrom={0}
            valueTo={100}
            unit="%"
            limits={[{ value: system.saturation.limit * 100, label: t.limit }]}
            series={[
              { label: t.saturation, tone: 'now', x, y: share(({ saturation }) => saturation) },
              { label: 'CPU', tone: 'ink', dashed: true, x, y: minutes.map(({ cpuPercent }) => cpuPercent) },
              ...(hasGpu
                ? [{ label: 'GPU', tone: 'copper' as const, x, y: minutes.map(({ gpuPercent }) => gpuPercent) }]
                : []),
            ]}
          />
        </section>
      </CrosshairGroup>
      <section className="cell">
        <h3 className="cell-title">{t.rightNow}</h3>
        <Facts system={system} />
      </section>
    </div>
  );
}

function Objectives({ system }: { system: System }) {
  const [first] = system.objectives;
  return (
    <table className="list-table">
      <thead>
        <tr>
          <th scope="col">{t.objective}</th>
          <th scope="col">{t.verdict}</th>
          {first?.burns.map(({ window }) => (
            <th key={window} scope="col" className="n">
              {t.burnOver(window)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {system.objectives.map(({ name, target, latencyMs, burns, state }) => (
          <tr key={name}>
            <td>
              {name === 'availability'
                ? t.answeredShare(exactPercent(target))
                : t.inTimeShare(exactPercent(target), formatNumber(latencyMs ?? 0))}
            </td>
            <td>
              <span className={`verdict ${state === 'ok' ? 'ok' : state === 'fast' ? 'fail' : 'stale'}`}>
                <Icon name={state === 'ok' ? 'check' : state === 'fast' ? 'failed' : 'stale'} small />
                {t.burnStates[state]}
              </span>
            </td>
            {burns.map(({ window, rate, bad, total }) => (
              <td key={window} className="n" title={t.badOf(formatCount(Math.round(bad)), formatCount(total))}>
                {total === 0 ? '–' : `${formatNumber(Number(rate.toPrecision(3)))} ×`}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** 99.9 % is not 100 %. */
function exactPercent(share: number): string {
  return `${formatNumber(Number((share * 100).toFixed(4)))} %`;
}

function Facts({ system }: { system: System }) {
  const { machine, queued, queueLimit, meanBatch, cpuUsPer1000, servingMemoryBytes, features } = system;
  const failures = Object.entries(system.failures).filter(([, count]) => count > 0);
  return (
    <dl className="system-facts small">
      <dt>{t.failuresByReason}</dt>
      <dd>
        {failures.length === 0
          ? t.none
          : failures
              .map(
                ([reason, n]) =>
                  `${t.failureReasons[reason as keyof typeof t.failureReasons] ?? reason} ${formatCount(n)}`,
              )
              .join(', ')}
      </dd>
      <dt>{t.queue}</dt>
      <dd>{queueLimit === null ? formatCount(queued) : t.ofLimit(formatCount(queued), formatCount(queueLimit))}</dd>
      <dt>{t.rowsPerBatch}</dt>
      <dd>{meanBatch === null ? '–' : formatNumber(Number(meanBatch.toPrecision(3)))}</dd>
      <dt>{t.costOf1000}</dt>
      <dd>{cpuUsPer1000 === null ? '–' : t.cpuTime(formatNumber(Number((cpuUsPer1000 / 1000).toPrecision(3))))}</dd>
      <dt>{t.memory}</dt>
      <dd>
        {t.servingOfMachine(
          formatBytes(servingMemoryBytes),
          formatBytes(machine.memoryBytes),
          formatBytes(machine.totalMemoryBytes),
        )}
      </dd>
      {machine.gpuMemoryBytes !== null && (
        <>
          <dt>{t.gpuMemory}</dt>
          <dd>{formatBytes(machine.gpuMemoryBytes)}</dd>
        </>
      )}
      {features.map(({ view, seconds, limitSeconds, stale }) => (
        <FeatureAge key={view} view={view} seconds={seconds} limitSeconds={limitSeconds} stale={stale} />
      ))}
    </dl>
  );
}

function FeatureAge({ view, seconds, limitSeconds, stale }: System['features'][number]) {
  const age = formatDuration(seconds * 1000);
  return (
    <>
      <dt>
        {t.ageOf} <code>{view}</code>
      </dt>
      <dd className={stale ? 'stale' : undefined}>
        {limitSeconds === null ? age : t.ofLimit(age, formatDuration(Math.max(minuteMs, limitSeconds * 1000)))}
      </dd>
    </>
  );
}
