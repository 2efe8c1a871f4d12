import type { ReactNode } from 'react';
import type { Stage } from '../../shared/node/define-node.ts';
import { t } from './text.ts';

/** Name of a stage. */
export function stageTitle(stage: Stage): string {
  return t.stages[stage];
}

const ground = 'M0 0h24v24H0z';

const flags: Record<Stage, ReactNode> = {
  data: (
    <>
      <path fill="var(--st)" d={ground} />
      <path fill="var(--flag-paper)" d="M0 8h24v8H0z" />
    </>
  ),
  feature: (
    <>
      <path fill="var(--st)" d={ground} />
      <path fill="var(--flag-paper)" d="M8 0h8v24H8z" />
    </>
  ),
  train: (
    <>
      <path fill="var(--flag-paper)" d={ground} />
      <path fill="var(--st)" d="M0 0v24h24z" />
    </>
  ),
  serve: (
    <>
      <path fill="var(--st)" d={ground} />
      <circle fill="var(--flag-paper)" cx="12" cy="12" r="6.4" />
    </>
  ),
  monitor: (
    <>
      <path fill="var(--st)" d={ground} />
      <path fill="var(--flag-paper)" d="M5 5h14v14H5z" />
      <path fill="var(--st)" d="M9.5 9.5h5v5h-5z" />
    </>
  ),
};

/** The stage of a thing; told apart by shape alone down to 8 px. */
export function StageFlag({ stage, size = 16, label = true }: { stage: Stage; size?: number; label?: boolean }) {
  return (
    <svg
      className={`flag stage-${stage}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      {...(label ? { role: 'img', 'aria-label': t.stage(stageTitle(stage)) } : { 'aria-hidden': true })}
    >
      {flags[stage]}
      <path fill="none" stroke="var(--st)" strokeWidth="1.6" d="M.8.8h22.4v22.4H.8z" />
    </svg>
  );
}
