import { ChartFrame } from './chart-frame.tsx';
import { soundingLevel } from './sounding.ts';
import { formatReadout, formatTimeTick } from './tick-format.ts';
import { timeTicks } from './ticks.ts';
import { linearScale } from './scale.ts';
import { t } from './text.ts';

export interface HeatRow {
  label: string;
  /** Size of the difference, 0 (alike) to 1, one per window; null: no verdict. */
  values: readonly (number | null)[];
  /** Windows in which the column was over its limit. */
  over: readonly boolean[];
  /** Right of the row, e.g. `2.9× limit`. */
  note?: string | undefined;
}

interface DriftHeatMapProps {
  title: string;
  caption: string;
  /** End of each window, Unix ms, oldest first. */
  times: readonly number[];
  /** Length of windows of event time, whose `times` are their beginnings and may be of any year. */
  windowMs?: number | undefined;
  rows: readonly HeatRow[];
  /** Version of the model in each window; drawn where it changes. */
  versions?: readonly (string | undefined)[];
  /** Beginnings of alerts, Unix ms. */
  alerts?: readonly { at: number; label: string }[];
  selected?: string | undefined;
  onSelect?: (label: string) => void;
}

/** Difference that gets the deepest tone. */
const deepest = 0.5;
const rowPx = 23;
const labelPx = 132;
const notePx = 86;
const dayMs = 86_400_000;

/** Day and time of windows of event time; the clock of others, which are of today. */
function whenOf(timeMs: number, windowMs: number | undefined): string {
  if (windowMs === undefined) return formatTimeTick(timeMs, 1000);
  return `${formatTimeTick(timeMs, dayMs)} ${formatTimeTick(timeMs, 60_000)}`;
}

function cellName(row: HeatRow, index: number, times: readonly number[], windowMs: number | undefined): string {
  const value = row.values[index];
  const when = whenOf(times[index] ?? 0, windowMs);
  return value === null || value === undefined
    ? t.cellNoVerdict(row.label, when)
    : (row.over[index] ? t.cellOver : t.cellDifference)(row.label, when, formatReadout(value));
}

/** Columns by time on the sounding ramp; a cell over its limit carries a bar. Rows are chosen by press or keyboard. */
export function DriftHeatMap({
  title,
  caption,
  times,
  windowMs,
  rows,
  versions = [],
  alerts = [],
  selected,
  onSelect,
}: DriftHeatMapProps) {
  return (
    <ChartFrame
      title={title}
      caption={caption}
      height={rows.length * rowPx + 22}
      table={{
        columns: ['window', ...rows.map((row) => row.label)],
        rows: times.map((time, i) => [new Date(time).toISOString(), ...rows.map((row) => row.values[i] ?? null)]),
      }}
      legend={
        <span className="chart-legend">
          <span>
            0
            <svg width="88" height="9" aria-hidden="true">
              {[0, 1, 2, 3, 4, 5, 6, 7].map((level) => (
                <rect key={level} x={level * 11} width="10" height="9" rx="1" fill={`var(--d${level})`} />
              ))}
            </svg>
            {deepest}
          </span>
          <span>
            <svg width="14" height="9" aria-hidden="true">
              <rect width="14" height="9" rx="1" fill="var(--d5)" />
              <rect x="4.5" y="5.5" width="5" height="2" fill="var(--sheet)" />
            </svg>
            {t.overLimit}
          </span>
        </span>
      }
    >
      {(width) => {
        const left = Math.min(labelPx, width * 0.3);
        const right = width - notePx;
        const step = Math.min(36, (right - left) / Math.max(1, times.length));
        const first = times[0] ?? 0;
        const last = times.at(-1) ?? 1;
        const axis = linearScale(
          [0, Math.max(1, times.length - 1)],
          [left + step / 2, left + step * (Math.max(1, times.length - 1) + 0.5)],
        );
        const clock = timeTicks(first, last, 5, -new Date(last).getTimezoneOffset() * 60_000);
        const isOfDays = windowMs !== undefined && Math.max(windowMs, last - first) >= dayMs;
        const markStepMs = isOfDays ? dayMs : (windowMs ?? Math.min(clock.stepMs, 60_000));
        const marks =
          times.length > 4 ? [0, Math.floor((times.length - 1) / 2), times.length - 1] : times.length > 0 ? [0] : [];
        return (
          <svg
            className="ch"
            width={width}
            height={rows.length * rowPx + 22}
            role="group"
            aria-label={`${title}: ${caption}`}
          >
            {marks.map((index) => (
              <text key={index} x={axis.toPixel(index)} y={10} textAnchor={index === 0 ? 'start' : 'middle'}>
                {formatTimeTick(times[index] ?? 0, markStepMs)}
              </text>
            ))}
            {times.map((time, i) => {
              const version = versions[i];
              if (version === undefined || i === 0 || version === versions[i - 1]) return null;
              const x = left + i * step - 1;
              return (
                <g key={`version ${time}`}>
                  <line
                    x1={x}
                    x2={x}
                    y1={2}
                    y2={18 + rows.length * rowPx}
                    stroke="var(--c-ref)"
                    strokeDasharray="3 2"
                  />
                  <text className="note" x={x + 3} y={10}>
                    v{version}
                  </text>
                </g>
              );
            })}
            {alerts.map(({ at, label }) => {
              const i = times.findLastIndex((time) => time <= at);
              if (i === -1) return null;
              const x = left + (i + 0.5) * step;
              return (
                <path key={`${label} ${at}`} d={`M${x - 4} 12h8l-4 6z`} fill="var(--stale)">
                  <title>{label}</title>
                </path>
              );
            })}
            {rows.map((row, r) => {
              const y = 18 + r * rowPx;
              const chosen = row.label === selected;
              return (
                <g
                  key={row.label}
                  role="button"
                  tabIndex={0}
                  aria-pressed={chosen}
                  aria-label={`${row.label}${row.note ? `, ${row.note}` : ''}`}
                  className="heat-row"
                  onClick={() => onSelect?.(row.label)}
                  onKeyDown={(event) => {
                    if (event.key !== 'Enter' && event.key !== ' ') return;
                    event.preventDefault();
                    onSelect?.(row.label);
                  }}
                >
                  <rect className="hit" x={0} y={y} width={width} height={rowPx - 1} />
                  <text className={chosen ? 'mono strong' : 'mono note'} x={0} y={y + 15} style={{ fontSize: 11 }}>
                    {row.label.length > 18 ? `${row.label.slice(0, 17)}…` : row.label}
                  </text>
                  {times.map((time, i) => {
                    const value = row.values[i] ?? null;
                    const over = row.over[i] ?? false;
                    return (
                      <g key={time}>
                        <rect
                          x={left + i * step}
                          y={y}
                          width={Math.max(1, step - 1.5)}
                          height={rowPx - 2}
                          rx="1.5"
                          fill={value === null ? 'none' : `var(--d${soundingLevel(value / deepest)})`}
                          stroke={value === null ? 'var(--line)' : 'none'}
                          strokeDasharray={value === null ? '2 2' : undefined}
                        >
                          <title>{cellName(row, i, times, windowMs)}</title>
                        </rect>
                        {over && (
                          <rect
                            x={left + i * step + (step - 1.5) / 2 - Math.min(3, step / 4)}
                            y={y + rowPx - 8}
                            width={Math.min(6, step / 2)}
                            height="2"
                            fill="var(--sheet)"
                          />
                        )}
                      </g>
                    );
                  })}
                  {chosen && times.length > 0 && (
                    <rect
                      x={left - 2}
                      y={y - 2}
                      width={step * times.length + 2.5}
                      height={rowPx + 2}
                      rx="3"
                      fill="none"
                      stroke="var(--signal)"
                      strokeWidth="2"
                    />
                  )}
                  {row.note && (
                    <text
                      className="limit strong"
                      x={width}
                      y={y + 15}
                      textAnchor="end"
                      style={{ fill: 'var(--stale)' }}
                    >
                      {row.note}
                    </text>
                  )}
                </g>
              );
            })}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
