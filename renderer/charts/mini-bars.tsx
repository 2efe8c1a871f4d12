interface MiniBarsProps {
  counts: readonly number[];
  /** The last bar stands for the rest: paler. */
  lastIsRest?: boolean;
  /** Bar drawn in the colour of what is current, e.g. the positive class. */
  marked?: number;
  height?: number;
}

/** Bars without axes that fill their place, for column headers. */
export function MiniBars({ counts, lastIsRest = false, marked, height = 26 }: MiniBarsProps) {
  const largest = Math.max(1, ...counts);
  const step = 100 / Math.max(1, counts.length);
  const gap = counts.length > 30 ? 0.2 : 0.7;
  return (
    <svg viewBox={`0 0 100 ${height}`} width="100%" height={height} preserveAspectRatio="none" aria-hidden="true">
      {counts.map((count, index) => {
        const tall = count === 0 ? 0 : Math.max(1, (count / largest) * (height - 1));
        const fill =
          index === marked ? 'var(--c-now)' : lastIsRest && index === counts.length - 1 ? 'var(--d3)' : 'var(--d5)';
        return (
          <rect
            // oxlint-disable-next-line react/no-array-index-key -- a bar is its place
            key={index}
            x={index * step}
            width={Math.max(0.4, step - gap)}
            y={height - tall}
            height={tall}
            fill={fill}
          />
        );
      })}
    </svg>
  );
}
