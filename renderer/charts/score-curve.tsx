import { type ReactNode, useState } from 'react';
import { BaseAxis, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { areaPath, linePath } from './line-path.ts';
import { linearScale } from './scale.ts';
import { formatReadout } from './tick-format.ts';
import { formatFixed } from '../ui/format.ts';
import { t } from './text.ts';

interface CurvePoint {
  /** Null: beyond every score. */
  threshold: number | null;
  x: number;
  y: number;
}

interface ScoreCurveProps {
  title: string;
  caption: ReactNode;
  xName: string;
  yName: string;
  points: readonly CurvePoint[];
  /** What a scorer without knowledge reaches: the diagonal, or a height. */
  chance: 'diagonal' | number;
  height: number;
}

const ticks = [0, 0.25, 0.5, 0.75, 1];
const labels = ['0', '0.25', '0.5', '0.75', '1'];

/** A curve over thresholds in the unit square; the pointer reads out the nearest threshold. */
function ScoreCurve({ title, caption, xName, yName, points, chance, height }: ScoreCurveProps) {
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={height}
      table={{ columns: ['threshold', xName, yName], rows: points.map((p) => [p.threshold, p.x, p.y]) }}
    >
      {(width) => <CurvePlot {...{ title, xName, yName, points, chance, height, width }} />}
    </ChartFrame>
  );
}

function CurvePlot({
  title,
  xName,
  yName,
  points,
  chance,
  height,
  width,
}: Omit<ScoreCurveProps, 'caption'> & { width: number }) {
  const [over, setOver] = useState<number>();
  const side = Math.min(width - 34, height - 34);
  const box: PlotBox = { left: 30, right: 30 + Math.min(width - 34, side * 1.35), top: 6, bottom: height - 28 };
  const x = linearScale([0, 1], [box.left, box.right]);
  const y = linearScale([0, 1], [box.bottom, box.top]);
  const pixels = points.map((p) => ({ x: x.toPixel(p.x), y: y.toPixel(p.y) }));
  const chanceY = (at: number) => (chance === 'diagonal' ? at : chance);
  const at = over === undefined ? undefined : points[over];
  const dot = over === undefined ? undefined : pixels[over];
  return (
    <>
      <svg className="ch" width={width} height={height} role="img" aria-label={title}>
        <ValueAxis box={box} scale={y} ticks={ticks} labels={labels} />
        <BaseAxis box={box} scale={x} ticks={ticks} labels={labels} />
        <path d={areaPath(pixels.map((p) => ({ x: p.x, high: p.y, low: box.bottom })))} fill="var(--band-ref)" />
        <line
          x1={box.left}
          x2={box.right}
          y1={y.toPixel(chanceY(0))}
          y2={y.toPixel(chanceY(1))}
          stroke="var(--c-ref)"
          strokeDasharray="3 3"
        />
        <path className="line" stroke="var(--ink)" d={linePath(pixels)} />
        <text className="note" x={(box.left + box.right) / 2} y={height - 2} textAnchor="middle">
          {xName}
        </text>
        <text className="note" x={box.left + 5} y={box.top + 9}>
          {yName}
        </text>
        {dot && (
          <g data-chart-hover="">
            <line className="crosshair" x1={dot.x} x2={dot.x} y1={dot.y} y2={box.bottom} />
            <line className="crosshair" x1={box.left} x2={dot.x} y1={dot.y} y2={dot.y} />
            <circle cx={dot.x} cy={dot.y} r="3.2" fill="var(--c-now)" />
          </g>
        )}
        <rect
          className="hit"
          x={box.left}
          y={box.top}
          width={Math.max(0, box.right - box.left)}
          height={Math.max(0, box.bottom - box.top)}
          onPointerMove={(event) => {
            const frame = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
            if (!frame) return;
            const px = event.clientX - frame.left;
            const py = event.clientY - frame.top;
            let best = -1;
            let bestDistance = Number.POSITIVE_INFINITY;
            for (const [index, p] of pixels.entries()) {
              const distance = (p.x - px) ** 2 + (p.y - py) ** 2;
              if (distance < bestDistance) {
                best = index;
                bestDistance = distance;
              }
            }
            setOver(best < 0 ? undefined : best);
          }}
          onPointerLeave={() => setOver(undefined)}
        />
      </svg>
      {at && (
        <div className="chart-readout" style={{ left: box.left + 56, top: box.bottom - 62 }}>
          <dl>
            <dt>{t.threshold}</dt>
            <dd>{at.threshold === null ? t.beyondAll : formatReadout(at.threshold)}</dd>
            <dt>{xName}</dt>
            <dd>{formatReadout(at.x)}</dd>
            <dt>{yName}</dt>
            <dd>{formatReadout(at.y)}</dd>
          </dl>
        </div>
      )}
    </>
  );
}

interface RocChartProps {
  points: readonly { threshold: number | null; falsePositiveRate: number; truePositiveRate: number }[];
  auc: number | undefined;
  height: number;
}

/** True against false positive rate; the dashed diagonal is chance. */
export function RocChart({ points, auc, height }: RocChartProps) {
  return (
    <ScoreCurve
      title={t.rocCurve}
      caption={auc === undefined ? '' : t.area(formatFixed(auc, 3))}
      xName={t.falsePositiveRate}
      yName={t.truePositiveRate}
      points={points.map((p) => ({ threshold: p.threshold, x: p.falsePositiveRate, y: p.truePositiveRate }))}
      chance="diagonal"
      height={height}
    />
  );
}

interface PrChartProps {
  points: readonly { threshold: number | null; recall: number; precision: number }[];
  averagePrecision: number | undefined;
  /** Share of positives among the rows: what chance reaches. */
  prevalence: number | undefined;
  height: number;
}

/** Precision against recall. */
export function PrChart({ points, averagePrecision, prevalence, height }: PrChartProps) {
  return (
    <ScoreCurve
      title={t.precisionRecall}
      caption={averagePrecision === undefined ? '' : t.averagePrecision(formatFixed(averagePrecision, 3))}
      xName={t.recall}
      yName={t.precision}
      points={points.map((p) => ({ threshold: p.threshold, x: p.recall, y: p.precision }))}
      chance={prevalence ?? 0}
      height={height}
    />
  );
}
