import { useMemo } from 'react';
import type { EndpointStats } from '../../shared/rpc/engine-contract.ts';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { soundingLevel } from '../charts/sounding.ts';
import { formatClock, formatCount, localDigits } from '../ui/format.ts';
import { type HeatGrid, latencyGrid } from './latency-grid.ts';
import { t } from './text.ts';

const rowPx = 13;
const labelPx = 64;
const axisPx = 16;

/** Requests by time and latency; the deeper, the larger the share of its time. */
export function LatencyHeatMap({ series }: { series: EndpointStats['series'] }) {
  const grid = useMemo(() => latencyGrid(series), [series]);
  const height = Math.max(6, grid.bounds.length) * rowPx + axisPx;
  return (
    <ChartFrame
      title={t.latencyHeat}
      caption={t.latencyHeatCaption}
      height={height}
      table={{
        columns: ['time', ...grid.bounds.map(String)],
        rows: grid.times.map((time, i) => [new Date(time).toISOString(), ...(grid.counts[i] ?? [])]),
      }}
    >
      {(width) => <Cells grid={grid} width={width} height={height} />}
    </ChartFrame>
  );
}

function Cells({ grid, width, height }: { grid: HeatGrid; width: number; height: number }) {
  const { times, bounds, counts } = grid;
  const step = (width - labelPx) / Math.max(1, times.length);
  const bottom = height - axisPx;
  return (
    <svg className="ch" width={width} height={height} role="img" aria-label={t.latencyHeat}>
      {bounds.map((bound, b) =>
        b % 2 === 0 ? (
          <text key={bound} x={labelPx - 6} y={bottom - b * rowPx - 3} textAnchor="end">
            {t.upToMs(localDigits(String(bound)))}
          </text>
        ) : null,
      )}
      {times.map((time, i) => {
        const column = counts[i] ?? [];
        const total = column.reduce((sum, count) => sum + count, 0);
        return column.map((count, b) =>
          count === 0 ? null : (
            <rect
              key={`${time}/${bounds[b]}`}
              x={labelPx + i * step}
              y={bottom - (b + 1) * rowPx}
              width={Math.max(1, step - 0.5)}
              height={rowPx - 1}
              fill={`var(--d${soundingLevel(count / total)})`}
            >
              <title>
                {t.heatCell(formatClock(time), t.upToMs(localDigits(String(bounds[b] ?? 0))), formatCount(count))}
              </title>
            </rect>
          ),
        );
      })}
      <line className="axis" x1={labelPx} x2={width} y1={bottom} y2={bottom} />
      {times.length > 0 && (
        <>
          <text x={labelPx} y={height - 3}>
            {formatClock(times[0] ?? 0)}
          </text>
          <text x={width} y={height - 3} textAnchor="end">
            {formatClock(times.at(-1) ?? 0)}
          </text>
        </>
      )}
    </svg>
  );
}
