import type { ClusterStatus, ClusterStep } from '../../shared/rpc/cluster-schemas.ts';
import type { IconName } from '../ui/icons/icon.tsx';

interface Says {
  icon: IconName;
  word: string;
  /** CSS class of the state. */
  tone: string;
}

export const stepWords: Record<ClusterStep['state'], Says> = {
  pending: { icon: 'never', word: 'Waits', tone: 'never' },
  scheduling: { icon: 'queued', word: 'Scheduling', tone: 'queued' },
  pulling: { icon: 'queued', word: 'Pulling the image', tone: 'queued' },
  running: { icon: 'running', word: 'Running', tone: 'running' },
  done: { icon: 'check', word: 'Done', tone: 'fresh' },
  failed: { icon: 'failed', word: 'Failed', tone: 'failed' },
  skipped: { icon: 'queued', word: 'Skipped', tone: 'blocked' },
};

type RunState = NonNullable<ClusterStatus['run']>['state'];

export const runWords: Record<RunState, Says> = {
  pending: { icon: 'queued', word: 'Waits', tone: 'run' },
  running: { icon: 'running', word: 'Running', tone: 'run' },
  succeeded: { icon: 'check', word: 'Succeeded', tone: '' },
  failed: { icon: 'failed', word: 'Failed', tone: 'fail' },
  gone: { icon: 'never', word: 'Not applied', tone: '' },
};

/** Cause, what to do, and what the cluster warns of, as one text. */
export function whyOf(step: ClusterStep): string {
  const warnings = step.warnings.map(({ reason, message }) => `${reason}: ${message}`);
  return [step.reason, step.fix, ...warnings.filter((text) => !text.includes(step.reason ?? '\u0000'))]
    .filter((text): text is string => text !== null && text !== '')
    .join(' ');
}
