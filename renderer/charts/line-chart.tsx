import type { ReactNode } from 'react';
import { BaseAxis, labelRoom, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { ChartLegend } from './chart-legend.tsx';
import { type ChartTone, toneColors, toneDashes } from './chart-tone.ts';
import { useCrosshair } from './crosshair.tsx';
import { spreadLabels } from './label-spread.ts';
import { areaPath, linePath, lonePoints } from './line-path.ts';
import { nearestIndex } from './nearest-point.ts';
import { extentOf, linearScale, logScale } from './scale.ts';
import { formatLogTicks, formatReadout, formatTicks, formatTimeTick } from './tick-format.ts';
import { linearTicks, logTicks, niceAxis, timeTicks } from './ticks.ts';

export interface LineSeries {
  label: string;
  tone: ChartTone;
  /** Ascending; Unix ms on a time axis. */
  x: readonly number[];
  /** Null: no value, the line breaks. */
  y: readonly (number | null)[];
  /** Estimated values are dashed. */
  dashed?: boolean;
  /** Filled down to zero. */
  area?: boolean;
  /** Realized values carry points. */
  points?: boolean;
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] };
}

interface LineChartProps {
  title: string;
  caption?: ReactNode;
  series: readonly LineSeries[];
  height: number;
  /** Meaning of the base axis. */
  base?: 'number' | 'time';
  baseLabel: string;
  /** The base axis counts: ticks on whole numbers only. */
  wholeBase?: boolean;
  valueScale?: 'linear' | 'log';
  /** Follows the uppermost tick and read-outs. */
  unit?: string;
  /** The value axis starts here whatever the data are, e.g. 0. */
  valueFrom?: number;
  valueTo?: number;
  limits?: readonly { value: number; label: string }[];
  events?: readonly { at: number; label: string }[];
  /** Stretches of the base axis behind the lines, every other one shaded, named at the foot. */
  spans?: readonly { from: number; to: number; label: string }[];
  /** Share the read-out's digits. */
  digits?: number;
}

/** Lines over a number or time axis, named at their ends; a crosshair reads all of them out. */
export function LineChart(props: LineChartProps) {
  const { title, caption, series, height, baseLabel } = props;
  const all = [...new Set(series.flatMap((s) => s.x))].sort((a, b) => a - b);
  const table = {
    columns: [baseLabel, ...series.map((s) => s.label)],
    rows: all.map((x) => [
      props.base === 'time' ? new Date(x).toISOString() : x,
      ...series.map((s) => {
        const index = nearestIndex(s.x, x);
        return s.x[index] === x ? (s.y[index] ?? null) : null;
      }),
    ]),
  };
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={height}
      table={table}
      legend={
        series.length > 1 && (
          <ChartLegend entries={series.map(({ label, tone, dashed }) => ({ label, tone, dashed: dashed ?? false }))} />
        )
      }
    >
      {(width) => <LinePlot {...props} width={width} all={all} />}
    </ChartFrame>
  );
}

/** Room of an event's name, px. */
const eventRoomPx = 90;
const eventRows = 4;

/** Row of an event's name below those of the events just before it. */
function eventRow(events: readonly { at: number }[], index: number, toPixel: (at: number) => number): number {
  let row = 0;
  for (let i = 1; i <= index; i++) {
    const gap = toPixel(events[i]?.at ?? 0) - toPixel(events[i - 1]?.at ?? 0);
    row = gap < eventRoomPx ? (row + 1) % eventRows : 0;
  }
  return row;
}

function LinePlot({
  title,
  series,
  height,
  base = 'number',
  valueScale = 'linear',
  unit,
  valueFrom,
  valueTo,
  wholeBase = false,
  limits = [],
  events = [],
  spans = [],
  digits = 3,
  width,
  all,
}: LineChartProps & { width: number; all: readonly number[] }) {
  const crosshair = useCrosshair();
  const values = extentOf([
    ...series.flatMap((s) => [...s.y, ...(s.band ? [...s.band.low, ...s.band.high] : [])]),
    ...limits.map((limit) => limit.value),
    valueFrom,
    valueTo,
  ]) ?? [0, 1];
  const baseDomain = extentOf(all) ?? [0, 1];

  const log = valueScale === 'log';
  const positive = extentOf(series.flatMap((s) => s.y).filter((y) => y !== null && y > 0)) ?? [0.1, 1];
  const logDomain: [number, number] = [
    2 ** Math.floor(Math.log2(positive[0])),
    2 ** Math.ceil(Math.log2(Math.max(positive[1] * 1.05, positive[0] * 2, ...limits.map((limit) => limit.value)))),
  ];
  const nice = niceAxis(values[0], values[1]);
  const domain = log ? logDomain : nice.domain;
  const ticks = log ? logTicks(domain[0], domain[1]) : nice.ticks;
  const tickLabels = log ? formatLogTicks(ticks) : formatTicks(ticks);

  const ends = series.map((s) => {
    let index = s.y.length - 1;
    while (index >= 0 && s.y[index] === null) index--;
    const value = s.y[index];
    return index < 0 || value === undefined || value === null ? undefined : { x: s.x[index] ?? 0, value };
  });
  const endText = ends.map((end) => (end ? formatReadout(end.value, digits) : ''));
  const box: PlotBox = {
    left: labelRoom(tickLabels.map((text, i) => (i === tickLabels.length - 1 && unit ? `${text} ${unit}` : text))),
    right: width - labelRoom(endText, 4),
    top: 8,
    bottom: height - 18,
  };
  const x = linearScale(baseDomain, [box.left, box.right]);
  const y = (log ? logScale : linearScale)(domain, [box.bottom, box.top]);
  const room = Math.max(2, Math.min(5, Math.floor((box.right - box.left) / 70)));
  const clock = timeTicks(baseDomain[0], baseDomain[1], room, -new Date(baseDomain[1]).getTimezoneOffset() * 60_000);
  const numberTicks = linearTicks(baseDomain[0], baseDomain[1], room);
  const baseTicks = base === 'time' ? clock.ticks : wholeBase ? numberTicks.filter(Number.isInteger) : numberTicks;
  const baseLabels = base === 'time' ? baseTicks.map((t) => formatTimeTick(t, clock.stepMs)) : formatTicks(baseTicks);
  const pixel = (value: number | null | undefined) =>
    value === null || value === undefined || !Number.isFinite(value) ? undefined : y.toPixel(value);

  const labelY = spreadLabels(
    ends.map((end) => (end ? y.toPixel(end.value) : box.bottom)),
    11,
    box.top + 2,
    box.bottom,
  );
  const nearest = crosshair.at === undefined ? undefined : all[nearestIndex(all, crosshair.at)];
  const hover = nearest !== undefined && nearest >= baseDomain[0] && nearest <= baseDomain[1] ? nearest : undefined;
  const hoverX = hover === undefined ? 0 : x.toPixel(hover);

  return (
    <>
      <svg
        className="ch"
        width={width}
        height={height}
        role="img"
        aria-label={`${title}. ${series.map((s, i) => `${s.label} ${endText[i]}`).join(', ')}`}
      >
        {spans.map((span, i) => {
          const left = x.toPixel(Math.max(span.from, baseDomain[0]));
          const right = x.toPixel(Math.min(span.to, baseDomain[1]));
          return (
            <g key={`${span.from} ${span.label}`}>
              <rect
                x={left}
                y={box.top}
                width={Math.max(1, right - left)}
                height={box.bottom - box.top}
                fill={i % 2 === 0 ? 'none' : 'var(--well)'}
              />
              {right - left > 24 && (
                <text className="note" x={left + 3} y={box.bottom - 4}>
                  {span.label}
                </text>
              )}
            </g>
          );
        })}
        <ValueAxis box={box} scale={y} ticks={ticks} labels={tickLabels} unit={unit} />
        <BaseAxis box={box} scale={x} ticks={baseTicks} labels={baseLabels} />
        {series.map((s) => (
          <g key={s.label}>
            {s.band && (
              <path
                d={areaPath(
                  s.x.map((at, i) => ({ x: x.toPixel(at), high: pixel(s.band?.high[i]), low: pixel(s.band?.low[i]) })),
                )}
                fill={toneColors[s.tone]}
                opacity=".15"
              />
            )}
            {s.area && (
              <path
                d={areaPath(s.x.map((at, i) => ({ x: x.toPixel(at), high: pixel(s.y[i]), low: box.bottom })))}
                fill={s.tone === 'now' ? 'var(--band)' : 'var(--band-ref)'}
              />
            )}
          </g>
        ))}
        {limits.map((limit) => (
          <g key={limit.label}>
            <line
              className="limit-line"
              x1={box.left}
              x2={box.right}
              y1={y.toPixel(limit.value)}
              y2={y.toPixel(limit.value)}
            />
            <text className="limit" x={box.left + 4} y={y.toPixel(limit.value) - 4}>
              {limit.label}
            </text>
          </g>
        ))}
        {events.map((event, i) => (
          <g key={`${event.at} ${event.label}`}>
            <line className="event" x1={x.toPixel(event.at)} x2={x.toPixel(event.at)} y1={box.top} y2={box.bottom} />
            <text className="note" x={x.toPixel(event.at) + 4} y={box.top + 8 + 11 * eventRow(events, i, x.toPixel)}>
              {event.label}
            </text>
          </g>
        ))}
        {series.map((s) => {
          const points = s.x.map((at, i) => ({ x: x.toPixel(at), y: pixel(s.y[i]) }));
          const dots = s.points ? points : lonePoints(points);
          return (
            <g key={s.label}>
              <path
                className="line"
                stroke={toneColors[s.tone]}
                strokeDasharray={s.dashed ? '5 3' : toneDashes[s.tone]}
                d={linePath(points)}
              />
              {dots.map(
                (dot) =>
                  dot.y !== undefined && (
                    <circle key={dot.x} cx={dot.x} cy={dot.y} r={s.points ? 2.4 : 1.6} fill={toneColors[s.tone]} />
                  ),
              )}
            </g>
          );
        })}
        {series.map((s, i) => {
          const end = ends[i];
          return end === undefined ? null : (
            <text
              key={s.label}
              className="strong"
              style={{ fill: toneColors[s.tone] }}
              x={box.right + 5}
              y={(labelY[i] ?? 0) + 3}
            >
              {endText[i]}
            </text>
          );
        })}
        {hover !== undefined && (
          <line data-chart-hover="" className="crosshair" x1={hoverX} x2={hoverX} y1={box.top} y2={box.bottom} />
        )}
        <rect
          className="hit"
          x={box.left}
          y={box.top}
          width={Math.max(0, box.right - box.left)}
          height={box.bottom - box.top}
          onPointerMove={(event) => {
            const left = event.currentTarget.ownerSVGElement?.getBoundingClientRect().left ?? 0;
            crosshair.move(x.toValue(event.clientX - left));
          }}
          onPointerLeave={() => crosshair.move(undefined)}
        />
      </svg>
      {hover !== undefined && (
        <div
          className="chart-readout"
          style={hoverX > width / 2 ? { right: width - hoverX + 6 } : { left: hoverX + 6 }}
        >
          <div className="mute">{base === 'time' ? formatTimeTick(hover, 1000) : formatReadout(hover, 4)}</div>
          <dl>
            {series.map((s) => {
              const index = nearestIndex(s.x, hover);
              const value = s.x[index] === hover ? s.y[index] : undefined;
              return (
                <div key={s.label} style={{ display: 'contents' }}>
                  <dt>{s.label}</dt>
                  <dd>
                    {value === undefined || value === null ? '–' : formatReadout(value, digits + 1)}
                    {value !== undefined && value !== null && unit ? ` ${unit}` : ''}
                  </dd>
                </div>
              );
            })}
          </dl>
        </div>
      )}
    </>
  );
}
