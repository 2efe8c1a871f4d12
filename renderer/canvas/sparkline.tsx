interface Series {
  values: readonly number[];
  tone: 'now' | 'reference';
}

/** Lines without axes, scaled to their own range; the newest value is at the right. */
export function Sparkline({ series, height, label }: { series: readonly Series[]; height: number; label: string }) {
  const width = 140;
  const all = series.flatMap((line) => line.values).filter(Number.isFinite);
  if (all.length === 0) return null;
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const longest = Math.max(...series.map((line) => line.values.length));
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${width} ${height}`}
      height={height}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {series.map((line) => (
        <polyline
          key={line.tone}
          className={line.tone}
          vectorEffect="non-scaling-stroke"
          points={line.values
            .map((value, index) => {
              const x = longest < 2 ? width : (index / (longest - 1)) * width;
              const y = height - 2 - ((value - low) / span) * (height - 4);
              return `${x.toFixed(1)},${y.toFixed(1)}`;
            })
            .join(' ')}
        />
      ))}
    </svg>
  );
}
