import { classNames } from './class-names.ts';
import { Icon, type IconName } from './icons/icon.tsx';

export type StatusName =
  | 'never'
  | 'fresh'
  | 'cached'
  | 'pinned'
  | 'stale'
  | 'queued'
  | 'running'
  | 'failed'
  | 'blocked'
  | 'cancelled'
  | 'live';

export const statusIcons: Record<StatusName, IconName> = {
  never: 'never',
  fresh: 'check',
  cached: 'cached',
  pinned: 'pinned',
  stale: 'stale',
  queued: 'queued',
  running: 'running',
  failed: 'failed',
  blocked: 'queued',
  cancelled: 'stop',
  live: 'endpoints',
};

interface StatusLineProps {
  status: StatusName;
  /** The state in words, e.g. `Tree 62 of 100`. */
  word: string;
  /** Right-aligned figure, e.g. `8.4 s` or `run 38`. */
  aside?: string | undefined;
  /** 0 to 1; the coloured level of a running thing. */
  level?: number | undefined;
  className?: string;
}

/** The waterline: icon, word, figure and the level along the bottom. */
export function StatusLine({ status, word, aside, level, className }: StatusLineProps) {
  return (
    <div
      className={classNames('waterline', status, className)}
      style={level === undefined ? undefined : { '--level': `${Math.round(level * 1000) / 10}%` }}
    >
      <Icon name={statusIcons[status]} small />
      <span className="word">{word}</span>
      {aside !== undefined && <span className="aside">{aside}</span>}
    </div>
  );
}
