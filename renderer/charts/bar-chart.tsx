import type { ReactNode } from 'react';
import { ChartFrame } from './chart-frame.tsx';
import { type ChartTone, toneColors } from './chart-tone.ts';
import { linearScale } from './scale.ts';

interface BarChartProps {
  title: string;
  caption?: ReactNode;
  height: number;
  bars: readonly { label: string; value: number; text?: string; tone?: ChartTone }[];
  /** Column heads of the table view. */
  columns: readonly [string, string];
}

/** A bar per category with its value written above. */
export function BarChart({ title, caption, height, bars, columns }: BarChartProps) {
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={height}
      table={{ columns, rows: bars.map((bar) => [bar.label, bar.value]) }}
    >
      {(width) => {
        const bottom = height - 18;
        const y = linearScale([0, Math.max(1e-12, ...bars.map((bar) => bar.value))], [bottom, 16]);
        const step = width / Math.max(1, bars.length);
        const thick = Math.min(72, step * 0.78);
        return (
          <svg
            className="ch"
            width={width}
            height={height}
            role="img"
            aria-label={`${title}: ${bars.map((bar) => `${bar.label} ${bar.text ?? bar.value}`).join(', ')}`}
          >
            {bars.map((bar, index) => {
              const middle = step * (index + 0.5);
              const top = y.toPixel(bar.value);
              return (
                <g key={bar.label}>
                  <rect
                    x={middle - thick / 2}
                    width={thick}
                    y={top}
                    height={Math.max(0, bottom - top)}
                    fill={toneColors[bar.tone ?? 'depth']}
                  />
                  {bar.text !== undefined && (
                    <text className="note" x={middle} y={top - 4} textAnchor="middle">
                      {bar.text}
                    </text>
                  )}
                  <text x={middle} y={bottom + 13} textAnchor="middle">
                    {bar.label}
                  </text>
                </g>
              );
            })}
            <line className="axis" x1={0} x2={width} y1={bottom} y2={bottom} />
          </svg>
        );
      }}
    </ChartFrame>
  );
}
