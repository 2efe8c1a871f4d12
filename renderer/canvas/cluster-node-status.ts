import type { ClusterStatus, ClusterStep } from '../../shared/rpc/cluster-schemas.ts';
import type { StatusName } from '../ui/status-line.tsx';
import type { NodeStatus } from './node-status.ts';
import { t } from './text.ts';
import { errorText } from '../translation/engine-text.ts';

const shown: Readonly<Record<ClusterStep['state'], { status: StatusName; word: () => string }>> = {
  pending: { status: 'queued', word: () => t.queued },
  scheduling: { status: 'queued', word: () => t.clusterScheduling },
  pulling: { status: 'queued', word: () => t.clusterPulling },
  running: { status: 'running', word: () => t.running },
  done: { status: 'fresh', word: () => t.clusterDone },
  failed: { status: 'failed', word: () => t.failed },
  skipped: { status: 'blocked', word: () => t.clusterSkipped },
};

/**
 * What a node shows while its step runs on a cluster, with the cluster's reason; undefined where the cluster has nothing to
 * say: no such step, or a run that ended well.
 */
export function clusterNodeStatus(status: ClusterStatus | undefined, stepId: string): NodeStatus | undefined {
  const step = status?.steps.find(({ id }) => id === stepId);
  if (step === undefined || status?.run == null) return undefined;
  if (status.run.state === 'succeeded' || status.run.state === 'gone') return undefined;
  const { status: name, word } = shown[step.state];
  const cause = errorText({ message: step.reason ?? '', fix: step.fix });
  return {
    status: name,
    word: word(),
    aside: t.onTheCluster,
    ...(name === 'running' ? { level: 0.04 } : {}),
    ...(cause === '' ? {} : { cause }),
    ...(name === 'failed'
      ? {
          error: {
            code: 'step.failed',
            category: 'node',
            message: step.reason ?? t.failed,
            nodeId: stepId,
            ...(step.fix === null ? {} : { fix: step.fix }),
          },
        }
      : {}),
  };
}
