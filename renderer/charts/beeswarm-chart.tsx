import { BaseAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import type { ChartCell } from './chart-table.ts';
import { extentOf, linearScale } from './scale.ts';
import { formatReadout, formatTicks } from './tick-format.ts';
import { niceAxis } from './ticks.ts';
import { t } from './text.ts';

interface BeeswarmChartProps {
  title: string;
  caption?: string;
  /** Per column: contribution and value of some rows. */
  columns: readonly { column: string; points: readonly (readonly [number, ChartCell])[] }[];
}

const rowHeight = 30;
const bins = 90;

/** Place of each value among those of its column, 0 to 1; null for text and missing values. */
function ranks(values: readonly ChartCell[]): (number | null)[] {
  const numbers = [...new Set(values.filter((value) => typeof value === 'number'))].sort((a, b) => a - b);
  const places = new Map(numbers.map((value, i) => [value, numbers.length < 2 ? 0.5 : i / (numbers.length - 1)]));
  return values.map((value) =>
    typeof value === 'number' ? (places.get(value) ?? null) : typeof value === 'boolean' ? Number(value) : null,
  );
}

/** What a column adds to the score in each row; colour goes from the lowest to the highest value of the column. */
export function BeeswarmChart({ title, caption, columns }: BeeswarmChartProps) {
  const height = columns.length * rowHeight + 28;
  const extent = extentOf(columns.flatMap(({ points }) => points.map(([contribution]) => contribution))) ?? [-1, 1];
  const { domain, ticks } = niceAxis(Math.min(0, extent[0]), Math.max(0, extent[1]));
  const labels = formatTicks(ticks);
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={height}
      table={{
        columns: [t.column, t.contribution, t.value],
        rows: columns.flatMap(({ column, points }) =>
          points.map(([contribution, value]) => [column, contribution, value]),
        ),
      }}
    >
      {(width) => {
        const left = Math.min(150, width * 0.34);
        const box = { left: left + 8, right: width - 8, top: 4, bottom: height - 24 };
        const x = linearScale(domain, [box.left, box.right]);
        return (
          <svg
            className="ch"
            width={width}
            height={height}
            role="img"
            aria-label={`${title}: ${columns.map(({ column }) => column).join(', ')}`}
          >
            <BaseAxis box={box} scale={x} ticks={ticks} labels={labels} />
            <line className="axis" x1={x.toPixel(0)} x2={x.toPixel(0)} y1={box.top} y2={box.bottom} />
            {columns.map(({ column, points }, row) => {
              const middle = row * rowHeight + rowHeight / 2 + 4;
              const shade = ranks(points.map(([, value]) => value));
              const filled = new Map<number, number>();
              const most = Math.max(4, Math.floor(left / 6.3));
              return (
                <g key={column}>
                  <text x={left} y={middle + 4} textAnchor="end">
                    <title>{column}</title>
                    {column.length > most ? `${column.slice(0, most - 1)}…` : column}
                  </text>
                  {points.map(([contribution, value], i) => {
                    const at = x.toPixel(contribution);
                    const bin = Math.round((at / Math.max(1, width)) * bins);
                    const count = filled.get(bin) ?? 0;
                    filled.set(bin, count + 1);
                    const side = count % 2 === 0 ? -1 : 1;
                    const offset = side * Math.min(rowHeight / 2 - 3, Math.ceil(count / 2) * 2.4);
                    const place = shade[i];
                    return (
                      <circle
                        // oxlint-disable-next-line react/no-array-index-key -- points have no identity but their place
                        key={i}
                        cx={at}
                        cy={middle + offset}
                        r="2"
                        fill={
                          place === null || place === undefined
                            ? 'var(--c-ref)'
                            : `color-mix(in oklab, var(--c-2) ${Math.round(place * 100)}%, var(--c-1))`
                        }
                        opacity=".8"
                      >
                        <title>{`${column} = ${String(value ?? '–')}: ${formatReadout(contribution, 3)}`}</title>
                      </circle>
                    );
                  })}
                </g>
              );
            })}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
