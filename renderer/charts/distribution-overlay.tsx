import { type ReactNode, useState } from 'react';
import { labelRoom, type PlotBox, ValueAxis } from './axes.tsx';
import { ChartFrame } from './chart-frame.tsx';
import { ChartLegend } from './chart-legend.tsx';
import { binMarks } from './bin-marks.ts';
import { stepPath } from './line-path.ts';
import { linearScale } from './scale.ts';
import { niceAxis } from './ticks.ts';
import { formatFixed, localDigits } from '../ui/format.ts';
import { t } from './text.ts';

interface DistributionOverlayProps {
  title: string;
  caption?: ReactNode;
  height: number;
  /** Shares per bin or category, in order. */
  bins: readonly { label: string; reference: number; current: number }[];
}

/** Reference as a grey area of bars, current as a magenta outline over it. */
export function DistributionOverlay({ title, caption, height, bins }: DistributionOverlayProps) {
  return (
    <ChartFrame
      title={title}
      mono
      caption={caption}
      height={height}
      legend={
        <ChartLegend
          entries={[
            { label: t.reference, tone: 'ref', area: true },
            { label: t.current, tone: 'now' },
          ]}
        />
      }
      table={{
        columns: [t.value, t.referenceShare, t.currentShare],
        rows: bins.map((bin) => [bin.label, bin.reference, bin.current]),
      }}
    >
      {(width) => <OverlayPlot {...{ title, height, bins, width }} />}
    </ChartFrame>
  );
}

function OverlayPlot({ title, height, bins, width }: Omit<DistributionOverlayProps, 'caption'> & { width: number }) {
  const [over, setOver] = useState<number>();
  const { domain, ticks } = niceAxis(0, Math.max(0.01, ...bins.flatMap((bin) => [bin.reference, bin.current])), 4);
  const labels = ticks.map((tick) => `${localDigits(String(Number((tick * 100).toPrecision(3))))} %`);
  const box: PlotBox = { left: labelRoom(labels), right: width - 2, top: 8, bottom: height - 18 };
  const y = linearScale(domain, [box.bottom, box.top]);
  const step = (box.right - box.left) / Math.max(1, bins.length);
  const marks = binMarks(
    bins.map((b) => b.label),
    box.left,
    step,
  );
  const bin = over === undefined ? undefined : bins[over];
  const outline = stepPath(
    bins.map((b, i) => ({ left: box.left + i * step, right: box.left + (i + 1) * step, y: y.toPixel(b.current) })),
  );
  return (
    <>
      <svg className="ch" width={width} height={height} role="img" aria-label={t.shares(title)}>
        <ValueAxis box={box} scale={y} ticks={ticks} labels={labels} />
        {bins.map((b, i) => (
          <rect
            key={b.label}
            x={box.left + i * step + 0.5}
            width={Math.max(0.5, step - 1)}
            y={y.toPixel(b.reference)}
            height={Math.max(0, box.bottom - y.toPixel(b.reference))}
            fill="var(--c-ref)"
            opacity=".45"
          />
        ))}
        {bins.length > 0 && (
          <>
            <path d={`${outline}L${box.right} ${box.bottom}L${box.left} ${box.bottom}Z`} fill="var(--band)" />
            <path className="line" stroke="var(--c-now)" d={outline} style={{ strokeLinejoin: 'miter' }} />
          </>
        )}
        <line className="axis" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
        {marks.map((mark) => (
          <text key={mark.at} x={mark.at} y={box.bottom + 13} textAnchor={mark.anchor}>
            {mark.text}
          </text>
        ))}
        {bins.map((b, i) => (
          <rect
            key={b.label}
            className="hit"
            x={box.left + i * step}
            width={step}
            y={box.top}
            height={box.bottom - box.top}
            onPointerEnter={() => setOver(i)}
            onPointerLeave={() => setOver(undefined)}
          />
        ))}
      </svg>
      {bin && over !== undefined && (
        <div
          className="chart-readout"
          style={
            over > bins.length / 2
              ? { right: width - box.left - over * step + 6 }
              : { left: box.left + (over + 1) * step + 6 }
          }
        >
          <div>{bin.label}</div>
          <dl>
            <dt>{t.reference}</dt>
            <dd>{formatFixed(bin.reference * 100, 1)} %</dd>
            <dt>{t.current}</dt>
            <dd>{formatFixed(bin.current * 100, 1)} %</dd>
          </dl>
        </div>
      )}
    </>
  );
}
