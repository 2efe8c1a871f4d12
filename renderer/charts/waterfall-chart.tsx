import { ChartFrame } from './chart-frame.tsx';
import { toneColors } from './chart-tone.ts';
import { extentOf, linearScale } from './scale.ts';
import { formatReadout } from './tick-format.ts';
import { t } from './text.ts';

export interface WaterfallStep {
  label: string;
  /** Stands beside the label. */
  detail?: string;
  value: number;
  /** Drawn as a whisker around the end of the step. */
  error?: number | undefined;
}

interface WaterfallChartProps {
  title: string;
  caption?: string;
  /** Where it begins and what it comes to: base + all steps. */
  base: { label: string; value: number };
  end: string;
  steps: readonly WaterfallStep[];
}

const rowHeight = 22;
const labelShare = 0.42;

function signed(value: number): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${formatReadout(Math.abs(value), 3)}`;
}

/** From a base to a sum, one step per row; steps up and down differ by colour and by their sign. */
export function WaterfallChart({ title, caption, base, end, steps }: WaterfallChartProps) {
  const ends: number[] = [];
  let sum = base.value;
  for (const { value } of steps) {
    sum += value;
    ends.push(sum);
  }
  const height = (steps.length + 2) * rowHeight + 4;
  const extent = extentOf([base.value, ...ends]) ?? [0, 1];
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={height}
      table={{
        columns: [t.column, t.value, t.contribution],
        rows: [
          [base.label, null, base.value],
          ...steps.map(({ label, detail, value }) => [label, detail ?? null, value]),
          [end, null, sum],
        ],
      }}
    >
      {(width) => {
        const left = Math.min(230, width * labelShare);
        const x = linearScale(extent, [left + 6, width - 58]);
        const middle = (row: number) => row * rowHeight + rowHeight / 2 + 2;
        const summary = steps.map(
          ({ label, detail, value }) => `${label}${detail === undefined ? '' : ` ${detail}`} ${signed(value)}`,
        );
        const names = [base.label, ...steps.map(({ label }) => label), end];
        return (
          <svg
            className="ch"
            width={width}
            height={height}
            role="img"
            aria-label={`${title}: ${base.label} ${formatReadout(base.value, 3)}, ${summary.join(', ')}, ${end} ${formatReadout(sum, 3)}`}
          >
            {names.map((name, row) => {
              const step = steps[row - 1];
              const detail = step?.detail;
              const most = Math.max(4, Math.floor(left / 6.3));
              const text = detail === undefined ? name : `${name} = ${detail}`;
              return (
                // oxlint-disable-next-line react/no-array-index-key -- rows have no identity but their place
                <text key={row} x={left} y={middle(row) + 4} textAnchor="end">
                  <title>{text}</title>
                  {text.length > most ? `${text.slice(0, most - 1)}…` : text}
                </text>
              );
            })}
            {steps.map(({ label, value, error }, i) => {
              const to = ends[i] as number;
              const from = to - value;
              const row = middle(i + 1);
              const [a, b] = [x.toPixel(Math.min(from, to)), x.toPixel(Math.max(from, to))];
              return (
                <g key={label}>
                  <line className="axis" x1={x.toPixel(from)} x2={x.toPixel(from)} y1={row - rowHeight} y2={row} />
                  <rect
                    x={a}
                    width={Math.max(1, b - a)}
                    y={row - 7}
                    height={14}
                    fill={toneColors[value >= 0 ? 'copper' : 'blue']}
                  />
                  {error !== undefined && error > 0 && (
                    <line x1={x.toPixel(to - error)} x2={x.toPixel(to + error)} y1={row} y2={row} stroke="var(--ink)" />
                  )}
                  <text className="note" x={b + 5} y={row + 4}>
                    {signed(value)}
                  </text>
                </g>
              );
            })}
            {[base.value, sum].map((value, i) => (
              <g key={i === 0 ? base.label : end}>
                <circle cx={x.toPixel(value)} cy={middle(i === 0 ? 0 : steps.length + 1)} r="4" fill="var(--ink)" />
                <text className="note" x={x.toPixel(value) + 8} y={middle(i === 0 ? 0 : steps.length + 1) + 4}>
                  {formatReadout(value, 3)}
                </text>
              </g>
            ))}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
