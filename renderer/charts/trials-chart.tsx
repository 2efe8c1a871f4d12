import { useState } from 'react';
import { BaseAxis, labelRoom, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { extentOf, linearScale } from './scale.ts';
import { formatReadout, formatTicks } from './tick-format.ts';
import { niceAxis } from './ticks.ts';

interface TrialsChartProps {
  title: string;
  xLabel: string;
  yLabel: string;
  points: readonly { id: string; label: string; x: number; y: number; strong: boolean }[];
  height: number;
  onChoose: (id: string) => void;
}

/** One mark per training: a param or metric against another. Marks are buttons that select their training. */
export function TrialsChart({ title, xLabel, yLabel, points, height, onChoose }: TrialsChartProps) {
  const [over, setOver] = useState<string>();
  const [xLow, xHigh] = extentOf(points.map(({ x }) => x)) ?? [0, 1];
  const [yLow, yHigh] = extentOf(points.map(({ y }) => y)) ?? [0, 1];
  const across = niceAxis(xLow, xHigh);
  const up = niceAxis(yLow, yHigh);
  const xTexts = formatTicks(across.ticks);
  const yTexts = formatTicks(up.ticks);
  return (
    <ChartFrame
      title={title}
      height={height}
      table={{ columns: ['', xLabel, yLabel], rows: points.map(({ label, x, y }) => [label, x, y]) }}
    >
      {(width) => {
        const left = labelRoom(yTexts);
        const box: PlotBox = { left, right: width - 14, top: 18, bottom: height - 40 };
        const xScale = linearScale(across.domain, [box.left, box.right]);
        const yScale = linearScale(up.domain, [box.bottom, box.top]);
        const shown = points.find(({ id }) => id === over);
        return (
          <svg className="ch" width={width} height={height} role="group" aria-label={title}>
            <ValueAxis box={box} scale={yScale} ticks={up.ticks} labels={yTexts} />
            <BaseAxis box={box} scale={xScale} ticks={across.ticks} labels={xTexts} />
            {points.map(({ id, label, x, y, strong }) => (
              <circle
                key={id}
                cx={xScale.toPixel(x)}
                cy={yScale.toPixel(y)}
                r={strong || over === id ? 5 : 4}
                fill={strong ? 'var(--c-now)' : 'var(--c-ref)'}
                stroke={over === id ? 'var(--ink)' : 'none'}
                className="trial"
                role="button"
                tabIndex={0}
                aria-pressed={strong}
                aria-label={`${label}: ${xLabel} ${formatReadout(x)}, ${yLabel} ${formatReadout(y)}`}
                onPointerEnter={() => setOver(id)}
                onPointerLeave={() => setOver(undefined)}
                onFocus={() => setOver(id)}
                onBlur={() => setOver(undefined)}
                onClick={() => onChoose(id)}
                onKeyDown={(event) => {
                  if (event.key !== 'Enter' && event.key !== ' ') return;
                  event.preventDefault();
                  onChoose(id);
                }}
              />
            ))}
            <text className="note" x={(box.left + box.right) / 2} y={height - 6} textAnchor="middle">
              {xLabel}
            </text>
            <text className="note" x={box.left + 5} y={11}>
              {yLabel}
            </text>
            {shown && (
              <text className="note" x={box.right} y={11} textAnchor="end">
                {`${shown.label}: ${formatReadout(shown.x)}, ${formatReadout(shown.y)}`}
              </text>
            )}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
