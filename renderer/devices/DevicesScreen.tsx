import { useEffect, useState } from 'react';
import { LineChart } from '../charts/line-chart.tsx';
import { engine } from '../client/engine-client.ts';
import { useQuery } from '../client/use-query.ts';
import { useSubscription } from '../client/use-subscription.ts';
import { formatBytes, formatDuration, formatNumber, formatPlural } from '../ui/format.ts';
import { Icon } from '../ui/icons/icon.tsx';
import { Figure } from '../ui/figure.tsx';
import { ErrorState, Skeleton } from '../ui/state-block.tsx';
import '../results/results.css';
import './devices.css';
import { DeviceSharingSection } from './device-sharing-section.tsx';
import { MachineCheckSection } from './machine-check-section.tsx';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

interface Reading {
  timeMs: number;
  cpu: number;
  memory: number;
  gpu: number | null;
}

/** Readings kept for the charts: five minutes at one every two seconds. */
const mostReadings = 150;

function useReadings() {
  const { latest } = useSubscription('devices.screen', (signal) => engine.engine.watchDevices(undefined, { signal }));
  const [readings, setReadings] = useState<Reading[]>([]);
  useEffect(() => {
    if (!latest) return;
    const reading = {
      timeMs: Date.now(),
      cpu: latest.cpuPercent,
      memory: latest.memoryUsedBytes / 1e9,
      gpu: latest.gpuPercent,
    };
    setReadings((before) => [...before.slice(-mostReadings + 1), reading]);
  }, [latest]);
  return { readings, latest };
}

/** What the engine's machine has for models to run on, and how busy it is. */
export function DevicesScreen() {
  const { data, error, refetch } = useQuery('engine.devices', (signal) => engine.engine.devices(undefined, { signal }));
  const { readings, latest } = useReadings();
  const memoryTotalBytes = latest?.memoryTotalBytes ?? 0;
  const last = readings.at(-1);
  const times = readings.map((reading) => reading.timeMs);
  return (
    <div className="screen devices">
      <header className="screen-head">
        <Icon name="cpu" />
        <h1>{t.devices}</h1>
        <span className="grow" />
        {last && (
          <div className="head-figures">
            <Figure value={`${Math.round(last.cpu)} %`} words={t.cpuBusy} />
            <Figure value={formatBytes(last.memory * 1e9)} words={t.memoryOf(formatBytes(memoryTotalBytes))} />
          </div>
        )}
      </header>
      <div className="devices-body">
        <section>
          <h2>{t.providers}</h2>
          <p className="mute">{t.providersNote}</p>
          {error && <ErrorState error={error} onRetry={refetch} />}
          {!data && !error && <Skeleton rows={4} waitsFor={t.theTrials} />}
          {data && (
            <table className="list-table">
              <thead>
                <tr>
                  <th scope="col">{t.provider}</th>
                  <th scope="col">{t.state}</th>
                  <th scope="col" className="n">
                    {t.firstUse}
                  </th>
                  <th scope="col">{t.why}</th>
                </tr>
              </thead>
              <tbody>
                {data.providers.map((provider) => (
                  <tr key={provider.provider}>
                    <td>
                      {t.providerNames[provider.provider as keyof typeof t.providerNames] ?? provider.provider}
                      {provider.provider === 'cpu' && (
                        <span className="mute small">
                          {' '}
                          {data.cpu.name}, {formatPlural(data.cpu.cores, 'core')}
                        </span>
                      )}
                    </td>
                    <td>
                      <span className={provider.state === 'ready' ? 'state-word' : 'state-word cancelled'}>
                        <Icon name={provider.state === 'ready' ? 'check' : 'minus'} small />
                        {t.states[provider.state]}
                      </span>
                    </td>
                    <td className="n">{provider.openMs === undefined ? '–' : formatDuration(provider.openMs)}</td>
                    <td className="mute reason-cell">{engineText(provider.reason ?? '')}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {data && (
            <p className="mute small">
              {data.graphics.length === 0
                ? t.noGraphics
                : data.graphics
                    .map(({ name, memoryBytes }) =>
                      memoryBytes === null ? name : `${name}, ${formatBytes(memoryBytes)}`,
                    )
                    .join('; ')}
            </p>
          )}
        </section>
        {data && (
          <section>
            <h2>{t.usedBy}</h2>
            {data.trainings.length === 0 ? (
              <p className="mute">{t.noTrainings}</p>
            ) : (
              <table className="list-table">
                <caption className="mute small">{t.energyNote}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t.training}</th>
                    <th scope="col">{t.graph}</th>
                    <th scope="col">{t.provider}</th>
                    <th scope="col" className="n">
                      {t.took}
                    </th>
                    <th scope="col" className="n">
                      {t.energy}
                    </th>
                    <th scope="col">{t.why}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.trainings.map((training) => (
                    <tr key={training.id}>
                      <td>{training.name}</td>
                      <td className="mono">{training.graphId}</td>
                      <td>{t.providerNames[training.device as keyof typeof t.providerNames] ?? training.device}</td>
                      <td className="n">{training.seconds === null ? '–' : formatDuration(training.seconds * 1000)}</td>
                      <td className="n">
                        {training.energyJoules === null ? t.notAvailable : `${formatNumber(training.energyJoules)} J`}
                      </td>
                      <td className="mute reason-cell">{engineText(training.why ?? '')}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        )}
        <MachineCheckSection />
        {latest && <DeviceSharingSection sharing={latest.sharing} uses={latest.uses} />}
        <section className="device-charts">
          {readings.length > 1 ? (
            <>
              <LineChart
                title={t.cpuChart}
                caption="%"
                base="time"
                baseLabel={t.time}
                valueFrom={0}
                valueTo={100}
                height={150}
                series={[{ label: 'CPU', tone: 'now', x: times, y: readings.map((reading) => reading.cpu) }]}
              />
              <LineChart
                title={t.memoryChart}
                caption="GB"
                base="time"
                baseLabel={t.time}
                valueFrom={0}
                valueTo={memoryTotalBytes / 1e9}
                height={150}
                series={[{ label: t.memoryChart, tone: 'now', x: times, y: readings.map((reading) => reading.memory) }]}
              />
              {last !== undefined && last.gpu !== null && (
                <LineChart
                  title={t.gpuChart}
                  caption="%"
                  base="time"
                  baseLabel={t.time}
                  valueFrom={0}
                  valueTo={100}
                  height={150}
                  series={[{ label: t.gpuChart, tone: 'now', x: times, y: readings.map((reading) => reading.gpu) }]}
                />
              )}
            </>
          ) : (
            <Skeleton rows={6} waitsFor={t.readings} />
          )}
        </section>
      </div>
    </div>
  );
}
