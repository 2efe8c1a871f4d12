import { BaseAxis, labelRoom, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { extentOf, linearScale } from './scale.ts';
import { formatTicks } from './tick-format.ts';
import { niceAxis } from './ticks.ts';
import { t } from './text.ts';

interface ScatterChartProps {
  points: readonly { actual: number; predicted: number }[];
  height: number;
}

/** Predicted against actual values on equal axes; the dashed diagonal is a perfect model. */
export function ScatterChart({ points, height }: ScatterChartProps) {
  const extent = extentOf(points.flatMap((p) => [p.actual, p.predicted])) ?? [0, 1];
  const { domain, ticks } = niceAxis(extent[0], extent[1]);
  const labels = formatTicks(ticks);
  return (
    <ChartFrame
      title={t.predictedAndActual}
      caption={t.rows(points.length)}
      height={height}
      table={{ columns: ['actual', 'predicted'], rows: points.map((p) => [p.actual, p.predicted]) }}
    >
      {(width) => {
        const left = labelRoom(labels);
        const box: PlotBox = {
          left,
          right: left + Math.min(width - left - 6, (height - 34) * 1.35),
          top: 6,
          bottom: height - 28,
        };
        const x = linearScale(domain, [box.left, box.right]);
        const y = linearScale(domain, [box.bottom, box.top]);
        return (
          <svg
            className="ch"
            width={width}
            height={height}
            role="img"
            aria-label={t.predictedAndActualOf(points.length)}
          >
            <ValueAxis box={box} scale={y} ticks={ticks} labels={labels} />
            <BaseAxis box={box} scale={x} ticks={ticks} labels={labels} />
            <line
              x1={box.left}
              x2={box.right}
              y1={box.bottom}
              y2={box.top}
              stroke="var(--c-ref)"
              strokeDasharray="3 3"
            />
            {points.map((p, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- points have no identity but their place
              <circle
                key={index}
                cx={x.toPixel(p.actual)}
                cy={y.toPixel(p.predicted)}
                r="1.8"
                fill="var(--d5)"
                opacity=".7"
              />
            ))}
            <text className="note" x={(box.left + box.right) / 2} y={height - 2} textAnchor="middle">
              {t.actual}
            </text>
            <text className="note" x={box.left + 5} y={box.top + 9}>
              {t.predicted}
            </text>
          </svg>
        );
      }}
    </ChartFrame>
  );
}
