import { type ChartTone, toneColors } from './chart-tone.ts';

interface BarListProps {
  label: string;
  bars: readonly { label: string /** 0 to 1. */; share: number; text: string; strong?: boolean; tone?: ChartTone }[];
  /** Labels are column names, classes or other things a person could paste. */
  mono?: boolean;
  /** CSS width of the label column. */
  labelWidth?: string;
}

/** Horizontal bars with name left and value right. */
export function BarList({ label, bars, mono = false, labelWidth = 'minmax(60px, max-content)' }: BarListProps) {
  return (
    <div role="list" aria-label={label} className="bar-list" style={{ gridTemplateColumns: `${labelWidth} 1fr 62px` }}>
      {bars.map((bar) => (
        <div key={bar.label} role="listitem" className="bar-row">
          <span
            className={mono ? 'mono clip' : 'clip'}
            title={bar.label}
            style={bar.strong ? { fontWeight: 600 } : undefined}
          >
            {bar.label}
          </span>
          <span className="track">
            <i
              style={{
                '--level': `${Math.max(0, Math.min(1, bar.share)) * 100}%`,
                '--bar': toneColors[bar.tone ?? 'depth'],
              }}
            />
          </span>
          <span style={{ textAlign: 'right', whiteSpace: 'nowrap', ...(bar.strong ? { fontWeight: 600 } : {}) }}>
            {bar.text}
          </span>
        </div>
      ))}
    </div>
  );
}
