import type { ClusterStatus, ClusterStep } from '../../shared/rpc/cluster-schemas.ts';
import type { IconName } from '../ui/icons/icon.tsx';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';

interface Says {
  icon: IconName;
  word: string;
  /** CSS class of the state. */
  tone: string;
}

export const stepWords = (): Record<ClusterStep['state'], Says> => ({
  pending: { icon: 'never', word: t.waits, tone: 'never' },
  scheduling: { icon: 'queued', word: t.scheduling, tone: 'queued' },
  pulling: { icon: 'queued', word: t.pullingTheImage, tone: 'queued' },
  running: { icon: 'running', word: t.running, tone: 'running' },
  done: { icon: 'check', word: t.done, tone: 'fresh' },
  failed: { icon: 'failed', word: t.failed, tone: 'failed' },
  skipped: { icon: 'queued', word: t.skipped, tone: 'blocked' },
});

type RunState = NonNullable<ClusterStatus['run']>['state'];

export const runWords = (): Record<RunState, Says> => ({
  pending: { icon: 'queued', word: t.waits, tone: 'run' },
  running: { icon: 'running', word: t.running, tone: 'run' },
  succeeded: { icon: 'check', word: t.succeeded, tone: '' },
  failed: { icon: 'failed', word: t.failed, tone: 'fail' },
  gone: { icon: 'never', word: t.notApplied, tone: '' },
});

/** Cause, what to do, and what the cluster warns of, as one text. */
export function whyOf(step: ClusterStep): string {
  const warnings = step.warnings.map(({ reason, message }) => `${reason}: ${message}`);
  return [step.reason, step.fix, ...warnings.filter((text) => !text.includes(step.reason ?? '\u0000'))]
    .filter((text): text is string => text !== null && text !== '')
    .map(engineText)
    .join(' ');
}
