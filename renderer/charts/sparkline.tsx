import { type ChartTone, toneColors } from './chart-tone.ts';
import { linePath } from './line-path.ts';
import { extentOf, linearScale } from './scale.ts';

interface SparklineProps {
  values: readonly (number | null)[];
  tone?: ChartTone;
  width?: number;
  height?: number;
  /** What it shows, with its last value; without it the line is decoration. */
  label?: string;
}

/** A line without axes, from zero or its smallest value to its largest. */
export function Sparkline({ values, tone = 'ink', width = 120, height = 18, label }: SparklineProps) {
  const extent = extentOf(values) ?? [0, 1];
  const x = linearScale([0, Math.max(1, values.length - 1)], [1, width - 1]);
  const y = linearScale([Math.min(0, extent[0]), extent[1] || 1], [height - 1, 1]);
  return (
    <svg
      className="ch spark"
      width={width}
      height={height}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    >
      <path
        className="line"
        stroke={toneColors[tone]}
        d={linePath(values.map((value, i) => ({ x: x.toPixel(i), y: value === null ? undefined : y.toPixel(value) })))}
      />
    </svg>
  );
}
