import { useState } from 'react';
import { ChartFrame } from './chart-frame.tsx';
import { extentOf, linearScale } from './scale.ts';
import { formatReadout } from './tick-format.ts';

interface ParallelChartProps {
  title: string;
  axes: readonly string[];
  /** One line each; `values` in the order of the axes, undefined where there is none. */
  lines: readonly { id: string; label: string; values: readonly (number | undefined)[]; strong: boolean }[];
  height: number;
  onChoose: (id: string) => void;
}

const sidePx = 56;
const topPx = 34;
const bottomPx = 26;

/** Parallel coordinates: an axis for each param and metric, a line for each training. A line breaks where it has no value. */
export function ParallelChart({ title, axes, lines, height, onChoose }: ParallelChartProps) {
  const [over, setOver] = useState<string>();
  const extents = axes.map((_, axis) => extentOf(lines.map(({ values }) => values[axis])) ?? ([0, 1] as const));
  return (
    <ChartFrame
      title={title}
      height={height}
      table={{
        columns: ['', ...axes],
        rows: lines.map(({ label, values }) => [label, ...values.map((value) => value ?? null)]),
      }}
    >
      {(width) => {
        const xOf = (axis: number) =>
          axes.length < 2 ? width / 2 : sidePx + (axis / (axes.length - 1)) * (width - 2 * sidePx);
        const scales = extents.map((extent) => linearScale(extent, [height - bottomPx, topPx]));
        const pathOf = (values: readonly (number | undefined)[]) => {
          let path = '';
          let pen = false;
          values.forEach((value, axis) => {
            const y = value === undefined ? undefined : scales[axis]?.toPixel(value);
            if (y === undefined) pen = false;
            else {
              path += `${pen ? 'L' : 'M'}${xOf(axis).toFixed(1)} ${y.toFixed(1)}`;
              pen = true;
            }
          });
          return path;
        };
        return (
          <svg className="ch parallel" width={width} height={height} role="img" aria-label={title}>
            {lines.map(({ id, label, values, strong }) => (
              <path
                key={id}
                d={pathOf(values)}
                fill="none"
                stroke={strong || over === id ? 'var(--c-now)' : 'var(--c-ref)'}
                strokeWidth={strong || over === id ? 2 : 1}
                opacity={strong || over === id ? 1 : 0.55}
                onPointerEnter={() => setOver(id)}
                onPointerLeave={() => setOver(undefined)}
                onClick={() => onChoose(id)}
              >
                <title>{label}</title>
              </path>
            ))}
            {axes.map((name, axis) => (
              <g key={name}>
                <line
                  x1={xOf(axis)}
                  x2={xOf(axis)}
                  y1={topPx}
                  y2={height - bottomPx}
                  stroke="var(--line-2, var(--line))"
                />
                <text x={xOf(axis)} y={14} textAnchor="middle" className="mono">
                  {name.length > 18 ? `${name.slice(0, 17)}…` : name}
                </text>
                <text x={xOf(axis)} y={topPx - 6} textAnchor="middle">
                  {formatReadout(extents[axis]?.[1] ?? 1, 3)}
                </text>
                <text x={xOf(axis)} y={height - bottomPx + 16} textAnchor="middle">
                  {formatReadout(extents[axis]?.[0] ?? 0, 3)}
                </text>
              </g>
            ))}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
