import { type ChartTone, toneColors, toneDashes } from './chart-tone.ts';

export interface LegendEntry {
  label: string;
  tone: ChartTone;
  /** Filled area instead of a line. */
  area?: boolean;
  dashed?: boolean;
}

/** Only where two or more series share a plot and ends cannot carry their names. */
export function ChartLegend({ entries }: { entries: readonly LegendEntry[] }) {
  return (
    <span className="chart-legend">
      {entries.map(({ label, tone, area, dashed }) => (
        <span key={label}>
          <svg width="14" height="9" aria-hidden="true">
            {area ? (
              <rect width="9" height="9" rx="1" fill={toneColors[tone]} opacity=".6" />
            ) : (
              <path
                d="M0 4.5h14"
                stroke={toneColors[tone]}
                strokeWidth="2"
                strokeDasharray={dashed ? '4 2' : toneDashes[tone]}
              />
            )}
          </svg>
          {label}
        </span>
      ))}
    </span>
  );
}
