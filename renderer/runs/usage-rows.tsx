import { useRef } from 'react';
import type { ResourceSample } from '../../shared/rpc/resource-schemas.ts';
import { ChartMenu } from '../charts/chart-menu.tsx';
import { formatBytes, formatPercent } from '../ui/format.ts';
import { gpuIdleShare, type UsageRow, usageRows } from './run-usage.ts';
import { t } from './text.ts';

const titles = (): Record<UsageRow['id'], string> => ({
  processor: t.processor,
  memory: t.memory,
  gpu: t.graphics,
  gpuMemory: t.graphicsMemory,
});

function valueOf({ id }: UsageRow, value: number): string {
  return id === 'memory' || id === 'gpuMemory' ? formatBytes(value) : formatPercent(value / 100);
}

/** Part of the step table that shows how busy the machine was, on the same time axis. */
export function UsageRows({
  samples,
  startedMs,
  untilMs,
}: {
  samples: readonly ResourceSample[];
  startedMs: number;
  untilMs: number;
}) {
  const idle = gpuIdleShare(samples);
  const body = useRef<HTMLTableSectionElement>(null);
  const rows = usageRows(samples, startedMs, untilMs);
  if (rows.length === 0) return null;
  const table = {
    columns: [t.secondsOfRun, t.processorPercent, t.memoryBytes, t.graphicsPercent, t.graphicsMemoryBytes],
    rows: samples.map(({ timeMs, cpuPercent, memoryBytes, gpuPercent, gpuMemoryBytes }) => [
      (timeMs - startedMs) / 1000,
      cpuPercent,
      memoryBytes,
      gpuPercent,
      gpuMemoryBytes,
    ]),
  };
  const lines = rows.map((row, place) => {
    const line = row.points.map(({ x, y }) => `${(x * 100).toFixed(2)},${((1 - y) * 20).toFixed(2)}`).join(' ');
    const from = row.points[0]?.x ?? 0;
    const to = row.points.at(-1)?.x ?? 0;
    return (
      <tr key={row.id} className="usage-row">
        <td>{titles()[row.id]}</td>
        <td className="mute" colSpan={2}>
          {t.onAverage(valueOf(row, row.mean))}
        </td>
        <td className="timeline" aria-hidden="true">
          <div>
            <svg viewBox="0 0 100 20" preserveAspectRatio="none">
              <polygon points={`${from * 100},20 ${line} ${to * 100},20`} />
              <polyline points={line} vectorEffect="non-scaling-stroke" />
            </svg>
          </div>
        </td>
        <td className="n">{t.atMost(valueOf(row, row.most))}</td>
        <td className="mute">
          {row.id === 'gpu' && idle !== undefined ? t.idleFor(formatPercent(idle)) : ''}
          {place === 0 && <ChartMenu title={t.usage} table={table} drawing={() => body.current} />}
        </td>
      </tr>
    );
  });
  return (
    <tbody ref={body} aria-label={t.usage}>
      {lines}
    </tbody>
  );
}
