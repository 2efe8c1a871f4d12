import { BaseAxis, labelRoom, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import type { ChartCell } from './chart-table.ts';
import { extentOf, linearScale } from './scale.ts';
import { formatTicks } from './tick-format.ts';
import { niceAxis } from './ticks.ts';
import { t } from './text.ts';

interface DependenceChartProps {
  /** Column that changes. */
  column: string;
  caption?: string;
  /** Values stand where they are as numbers; else side by side. */
  numeric: boolean;
  values: readonly ChartCell[];
  mean: readonly number[];
  /** The same of single rows. */
  lines: readonly (readonly number[])[];
  height: number;
}

/** How the prediction changes with one column: the mean, and thin lines of single rows. */
export function DependenceChart({ column, caption, numeric, values, mean, lines, height }: DependenceChartProps) {
  const places = values.map((value, i) => (numeric ? Number(value ?? 0) : i));
  const vertical = extentOf([...mean, ...lines.flat()]) ?? [0, 1];
  const { domain, ticks } = niceAxis(vertical[0], vertical[1]);
  const labels = formatTicks(ticks);
  const horizontal = extentOf(places) ?? [0, 1];
  const base = numeric ? niceAxis(horizontal[0], horizontal[1]) : undefined;
  return (
    <ChartFrame
      title={column}
      mono
      caption={caption}
      height={height}
      table={{ columns: [column, t.meanPrediction], rows: values.map((value, i) => [value, mean[i] ?? null]) }}
    >
      {(width) => {
        const box: PlotBox = { left: labelRoom(labels), right: width - 10, top: 6, bottom: height - 24 };
        const y = linearScale(domain, [box.bottom, box.top]);
        const room = numeric ? 0 : (box.right - box.left) / (2 * Math.max(1, places.length));
        const x = linearScale(base?.domain ?? horizontal, [box.left + room, box.right - room]);
        const path = (scores: readonly number[]) =>
          scores.map((score, i) => `${i === 0 ? 'M' : 'L'}${x.toPixel(places[i] ?? 0)} ${y.toPixel(score)}`).join('');
        const most = Math.max(3, Math.floor((box.right - box.left) / Math.max(1, places.length) / 6.3));
        return (
          <svg
            className="ch"
            width={width}
            height={height}
            role="img"
            aria-label={t.dependenceOn(column, labels[0] ?? '', labels.at(-1) ?? '')}
          >
            <ValueAxis box={box} scale={y} ticks={ticks} labels={labels} />
            {base === undefined ? (
              values.map((value, i) => {
                const text = String(value ?? '–');
                return (
                  <text key={text} x={x.toPixel(i)} y={box.bottom + 14} textAnchor="middle">
                    <title>{text}</title>
                    {text.length > most ? `${text.slice(0, most - 1)}…` : text}
                  </text>
                );
              })
            ) : (
              <BaseAxis box={box} scale={x} ticks={base.ticks} labels={formatTicks(base.ticks)} />
            )}
            {lines.map((line, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows have no identity but their place
              <path key={i} d={path(line)} fill="none" stroke="var(--c-ref)" strokeWidth="1" opacity=".35" />
            ))}
            <path d={path(mean)} fill="none" stroke="var(--c-now)" strokeWidth="2" />
            {mean.map((score, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- points have no identity but their place
              <circle key={i} cx={x.toPixel(places[i] ?? 0)} cy={y.toPixel(score)} r="2.5" fill="var(--c-now)" />
            ))}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
