import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { LogLine } from '../state/run-view.ts';
import { Button } from '../ui/button.tsx';
import { TextInput } from '../ui/field.tsx';
import { formatClock } from '../ui/format.ts';
import { Select } from '../ui/select.tsx';
import { EmptyState } from '../ui/state-block.tsx';
import { Switch } from '../ui/switch.tsx';
import { filterLog, type LogLevel, logText } from './log-filter.ts';
import { t } from './text.ts';
import { EngineText } from '../ui/engine-text.tsx';
import { copyText } from '../ui/copy-text.ts';

interface LogViewProps {
  lines: readonly LogLine[];
  /** Shown alone while set and the person has not chosen all steps. */
  nodeId: string | undefined;
  titles: (nodeId: string) => string;
  empty: string;
}

/** Time, step, level, text; follows the newest line until scrolled up. */
export function LogView({ lines, nodeId, titles, empty }: LogViewProps) {
  const [level, setLevel] = useState<LogLevel>('info');
  const [search, setSearch] = useState('');
  const [scope, setScope] = useState<'node' | 'all'>('node');
  const [follow, setFollow] = useState(true);
  const list = useRef<HTMLDivElement>(null);
  const shown = filterLog(lines, { nodeId: scope === 'node' ? nodeId : undefined, level, search });
  const last = shown.at(-1)?.seq;
  const ownOnly = scope === 'node' && nodeId !== undefined && !lines.some((line) => line.nodeId === nodeId);
  const emptyText = lines.length === 0 ? empty : ownOnly ? t.stepDidNotRun : t.noLinePasses;

  useLayoutEffect(() => {
    if (follow && list.current && last !== undefined) list.current.scrollTop = list.current.scrollHeight;
  }, [follow, last]);
  useEffect(() => setScope('node'), [nodeId]);

  return (
    <div className="log-view">
      <div className="dock-bar">
        <TextInput value={search} onChange={setSearch} placeholder={t.searchTheLog} aria-label={t.searchTheLog} />
        <Select<LogLevel>
          aria-label={t.leastLevelShown}
          value={level}
          onChange={setLevel}
          options={[
            { value: 'debug', label: t.everything },
            { value: 'info', label: t.infoAndWorse },
            { value: 'warn', label: t.warningsAndErrors },
            { value: 'error', label: t.errors },
          ]}
        />
        {nodeId !== undefined && (
          <Select<'node' | 'all'>
            aria-label={t.stepsShown}
            value={scope}
            onChange={setScope}
            options={[
              { value: 'node', label: titles(nodeId) },
              { value: 'all', label: t.allSteps },
            ]}
          />
        )}
        <span className="grow" />
        <span className="follow">
          <Switch checked={follow} onChange={setFollow} aria-label={t.followTheNewestLine} />
          {t.follow}
        </span>
        <Button
          small
          variant="quiet"
          icon="copy"
          disabled={shown.length === 0}
          onClick={() => void copyText(logText(shown))}
        >
          {t.copy}
        </Button>
      </div>
      {shown.length === 0 ? (
        <EmptyState text={emptyText} />
      ) : (
        <div
          ref={list}
          className="log-lines"
          role="log"
          aria-label={t.log}
          // Scrolls by keyboard, so it takes focus.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            const atEnd = scrollHeight - clientHeight - scrollTop < 4;
            if (atEnd !== follow) setFollow(atEnd);
          }}
        >
          {shown.map((line) => (
            <div key={line.seq} className={`log-line ${line.level}`}>
              <time className="num">{formatClock(line.timeMs)}</time>
              <span className="step clip" title={line.nodeId}>
                {titles(line.nodeId)}
              </span>
              <span className="level">{t.levels[line.level]}</span>
              <span className="text">
                <EngineText text={line.text} />
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
