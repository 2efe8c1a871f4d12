import { type ReactNode, useState } from 'react';
import { BaseAxis, labelRoom, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { linearScale } from './scale.ts';
import { formatReadout, formatTicks, formatTimeTick } from './tick-format.ts';
import { linearTicks, niceAxis, timeTicks } from './ticks.ts';
import { t } from './text.ts';

interface HistogramChartProps {
  title: string;
  mono?: boolean;
  caption?: ReactNode;
  height: number;
  /** Ascending, touching bins. */
  bins: readonly { from: number; to: number; count: number }[];
  base?: 'number' | 'time';
  unit?: string;
  /** A named value, e.g. zero of residuals. */
  mark?: { value: number; label: string };
}

/** Counts per bin; the pointer reads a bin out. */
export function HistogramChart({
  title,
  mono,
  caption,
  height,
  bins,
  base = 'number',
  unit,
  mark,
}: HistogramChartProps) {
  const time = base === 'time';
  const name = (value: number) => (time ? formatTimeTick(value, 1000, true) : formatReadout(value));
  return (
    <ChartFrame
      title={title}
      mono={mono ?? false}
      caption={caption}
      height={height}
      table={{
        columns: ['from', 'to', 'rows'],
        rows: bins.map((bin) => [
          time ? new Date(bin.from).toISOString() : bin.from,
          time ? new Date(bin.to).toISOString() : bin.to,
          bin.count,
        ]),
      }}
    >
      {(width) => <HistogramPlot {...{ title, height, bins, time, unit, mark, width, name }} />}
    </ChartFrame>
  );
}

function HistogramPlot({
  title,
  height,
  bins,
  time,
  unit,
  mark,
  width,
  name,
}: Pick<HistogramChartProps, 'title' | 'height' | 'bins'> & {
  time: boolean;
  unit: string | undefined;
  mark: { value: number; label: string } | undefined;
  width: number;
  name: (value: number) => string;
}) {
  const [over, setOver] = useState<number>();
  const { domain, ticks } = niceAxis(0, Math.max(1, ...bins.map((bin) => bin.count)), 4);
  const labels = formatTicks(ticks);
  const box: PlotBox = { left: labelRoom(labels), right: width - 2, top: 8, bottom: height - 18 };
  const first = bins[0]?.from ?? 0;
  const last = bins.at(-1)?.to ?? 1;
  const x = linearScale([first, last], [box.left, box.right]);
  const y = linearScale(domain, [box.bottom, box.top]);
  const clock = timeTicks(first, last, 4);
  const baseTicks = time ? clock.ticks : linearTicks(first, last);
  const baseLabels = time ? baseTicks.map((t) => formatTimeTick(t, clock.stepMs, true)) : formatTicks(baseTicks);
  const bin = over === undefined ? undefined : bins[over];
  return (
    <>
      <svg
        className="ch"
        width={width}
        height={height}
        role="img"
        aria-label={t.histogramFromTo(title, name(first), name(last))}
      >
        <ValueAxis box={box} scale={y} ticks={ticks} labels={labels} />
        {bins.map((b, index) => {
          const left = x.toPixel(b.from);
          const right = x.toPixel(b.to);
          const top = y.toPixel(b.count);
          return (
            <g key={b.from}>
              <rect
                x={left + 0.5}
                width={Math.max(0.6, right - left - 1)}
                y={top}
                height={Math.max(0, box.bottom - top)}
                fill={over === index ? 'var(--d6)' : 'var(--d5)'}
              />
              <rect
                className="hit"
                x={left}
                width={Math.max(0.6, right - left)}
                y={box.top}
                height={box.bottom - box.top}
                onPointerEnter={() => setOver(index)}
                onPointerLeave={() => setOver(undefined)}
              />
            </g>
          );
        })}
        {mark && (
          <g>
            <line
              className="event"
              x1={x.toPixel(mark.value)}
              x2={x.toPixel(mark.value)}
              y1={box.top}
              y2={box.bottom}
            />
            <text className="note" x={x.toPixel(mark.value) + 4} y={box.top + 8}>
              {mark.label}
            </text>
          </g>
        )}
        <BaseAxis box={box} scale={x} ticks={baseTicks} labels={baseLabels} unit={unit} />
      </svg>
      {bin && (
        <div
          className="chart-readout"
          style={
            x.toPixel(bin.from) > width / 2
              ? { right: width - x.toPixel(bin.from) + 6 }
              : { left: x.toPixel(bin.to) + 6 }
          }
        >
          {t.toRows(name(bin.from), name(bin.to), formatReadout(bin.count))}
        </div>
      )}
    </>
  );
}
