import { ChartFrame } from './chart-frame.tsx';
import { toneColors } from './chart-tone.ts';
import { extentOf, linearScale } from './scale.ts';
import { formatReadout } from './tick-format.ts';
import { t } from './text.ts';

interface IntervalChartProps {
  title: string;
  caption?: string;
  /** Head of the value column of the table. */
  unit: string;
  bars: readonly { label: string; value: number; low?: number; high?: number }[];
}

const rowHeight = 22;

/** A bar from zero per row, with a whisker where there is an interval. */
export function IntervalChart({ title, caption, unit, bars }: IntervalChartProps) {
  const height = bars.length * rowHeight + 6;
  const [low, high] = extentOf(bars.flatMap((bar) => [0, bar.value, bar.low, bar.high])) ?? [0, 1];
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={height}
      table={{
        columns: [t.column, unit, t.from, t.to],
        rows: bars.map((bar) => [bar.label, bar.value, bar.low ?? null, bar.high ?? null]),
      }}
    >
      {(width) => {
        const left = Math.min(150, width * 0.34);
        const x = linearScale([low, high], [left + 6, width - 60]);
        return (
          <svg
            className="ch"
            width={width}
            height={height}
            role="img"
            aria-label={`${title}: ${bars.map((bar) => `${bar.label} ${formatReadout(bar.value, 3)}`).join(', ')}`}
          >
            {bars.map((bar, row) => {
              const y = row * rowHeight + rowHeight / 2 + 2;
              const [a, b] = [x.toPixel(Math.min(0, bar.value)), x.toPixel(Math.max(0, bar.value))];
              const most = Math.max(4, Math.floor(left / 6.3));
              return (
                <g key={bar.label}>
                  <text x={left} y={y + 4} textAnchor="end">
                    <title>{bar.label}</title>
                    {bar.label.length > most ? `${bar.label.slice(0, most - 1)}…` : bar.label}
                  </text>
                  <rect x={a} width={Math.max(1, b - a)} y={y - 6} height={12} fill={toneColors.depth} />
                  {bar.low !== undefined && bar.high !== undefined && (
                    <line
                      x1={x.toPixel(bar.low)}
                      x2={x.toPixel(bar.high)}
                      y1={y}
                      y2={y}
                      stroke="var(--ink)"
                      strokeWidth="1.5"
                    />
                  )}
                  <text className="note" x={Math.max(b, x.toPixel(bar.high ?? bar.value)) + 5} y={y + 4}>
                    {formatReadout(bar.value, 3)}
                  </text>
                </g>
              );
            })}
            <line className="axis" x1={x.toPixel(0)} x2={x.toPixel(0)} y1={0} y2={height} />
          </svg>
        );
      }}
    </ChartFrame>
  );
}
