import type { ReactNode } from 'react';

/** A figure of a screen's head: the value large, its words below. */
export function Figure({
  value,
  words,
  tone,
}: {
  value: ReactNode;
  words: string;
  tone?: 'stale' | 'failed' | undefined;
}) {
  return (
    <div className="figure">
      <b style={tone === undefined ? undefined : { color: tone === 'stale' ? 'var(--stale)' : 'var(--fail)' }}>
        {value}
      </b>
      <span>{words}</span>
    </div>
  );
}
