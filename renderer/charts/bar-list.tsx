import { ChartFrame } from './chart-frame.tsx';
import { t } from './text.ts';
import { type ChartTone, toneColors } from './chart-tone.ts';

interface BarListProps {
  title: string;
  /** Title in mono: a column name. */
  monoTitle?: boolean;
  /** What the list is for a screen reader; the title where it says enough. */
  label?: string;
  /** `share` is the length of the bar, 0 to 1; `value` the number behind it, for the table and CSV. */
  bars: readonly {
    label: string;
    share: number;
    value: number;
    text: string;
    strong?: boolean;
    tone?: ChartTone;
  }[];
  /** Labels are column names, classes or other things a person could paste. */
  mono?: boolean;
  /** CSS width of the label column. */
  labelWidth?: string;
}

/** Horizontal bars with name left and value right. */
export function BarList({
  title,
  monoTitle = false,
  label = title,
  bars,
  mono = false,
  labelWidth = 'minmax(60px, max-content)',
}: BarListProps) {
  return (
    <ChartFrame
      title={title}
      mono={monoTitle}
      table={{ columns: [t.name, t.value], rows: bars.map((bar) => [bar.label, bar.value]) }}
    >
      {() => (
        <div
          role="list"
          aria-label={label}
          className="bar-list"
          style={{ gridTemplateColumns: `${labelWidth} 1fr 62px` }}
        >
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
      )}
    </ChartFrame>
  );
}
