import { BaseAxis, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { linePath } from './line-path.ts';
import { linearScale } from './scale.ts';
import { formatFixed } from '../ui/format.ts';
import { t } from './text.ts';

interface CalibrationChartProps {
  /** Per bin of the score: mean prediction, observed share, rows. */
  bins: readonly { predicted: number; observed: number; rows: number }[];
  height: number;
}

const ticks = [0, 0.25, 0.5, 0.75, 1];
const labels = ['0', '0.25', '0.5', '0.75', '1'];

/** Observed share against predicted score; on the diagonal scores mean what they say. Point size is rows. */
export function CalibrationChart({ bins, height }: CalibrationChartProps) {
  const filled = bins.filter((bin) => bin.rows > 0);
  const most = Math.max(1, ...filled.map((bin) => bin.rows));
  return (
    <ChartFrame
      title={t.calibration}
      caption={t.observedShareByScore}
      height={height}
      table={{ columns: ['predicted', 'observed', 'rows'], rows: filled.map((b) => [b.predicted, b.observed, b.rows]) }}
    >
      {(width) => {
        const box: PlotBox = {
          left: 30,
          right: 30 + Math.min(width - 34, (height - 34) * 1.35),
          top: 6,
          bottom: height - 28,
        };
        const x = linearScale([0, 1], [box.left, box.right]);
        const y = linearScale([0, 1], [box.bottom, box.top]);
        return (
          <svg className="ch" width={width} height={height} role="img" aria-label={t.calibrationLabel}>
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
            <path
              className="line"
              stroke="var(--ink)"
              d={linePath(filled.map((b) => ({ x: x.toPixel(b.predicted), y: y.toPixel(b.observed) })))}
            />
            {filled.map((b) => (
              <circle
                key={b.predicted}
                cx={x.toPixel(b.predicted)}
                cy={y.toPixel(b.observed)}
                r={1.6 + 3.4 * Math.sqrt(b.rows / most)}
                fill="var(--ink)"
              >
                <title>{t.scoreObservedRows(formatFixed(b.predicted, 3), formatFixed(b.observed, 3), b.rows)}</title>
              </circle>
            ))}
            <text className="note" x={(box.left + box.right) / 2} y={height - 2} textAnchor="middle">
              {t.predictedScore}
            </text>
          </svg>
        );
      }}
    </ChartFrame>
  );
}
