import type { Scale } from './scale.ts';

export interface PlotBox {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Horizontal hairlines with labels left; the lowest line is the axis. */
export function ValueAxis({
  box,
  scale,
  ticks,
  labels,
  unit,
}: {
  box: PlotBox;
  scale: Scale;
  ticks: readonly number[];
  labels: readonly string[];
  /** Follows the last label. */
  unit?: string | undefined;
}) {
  return (
    <g>
      {ticks.map((tick, index) => {
        const y = Math.round(scale.toPixel(tick));
        const last = index === ticks.length - 1;
        return (
          <g key={tick}>
            <line
              className={tick === 0 || y >= box.bottom - 0.5 ? 'axis' : 'grid'}
              x1={box.left}
              x2={box.right}
              y1={y}
              y2={y}
            />
            <text x={box.left - 6} y={y + 3} textAnchor="end">
              {labels[index]}
              {last && unit ? ` ${unit}` : ''}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Labels under the plot; first and last are kept inside it. */
export function BaseAxis({
  box,
  scale,
  ticks,
  labels,
  unit,
}: {
  box: PlotBox;
  scale: Scale;
  ticks: readonly number[];
  labels: readonly string[];
  unit?: string | undefined;
}) {
  return (
    <g>
      <line className="axis" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
      {ticks.map((tick, index) => {
        const x = scale.toPixel(tick);
        const anchor = x < box.left + 14 ? 'start' : x > box.right - 14 ? 'end' : 'middle';
        const last = index === ticks.length - 1;
        return (
          <text key={tick} x={x} y={box.bottom + 14} textAnchor={anchor}>
            {labels[index]}
            {last && unit ? ` ${unit}` : ''}
          </text>
        );
      })}
    </g>
  );
}

/** Room that axis labels need, px. */
export function labelRoom(labels: readonly string[], least = 18): number {
  return Math.max(least, Math.ceil(Math.max(0, ...labels.map((label) => label.length)) * 6) + 8);
}
