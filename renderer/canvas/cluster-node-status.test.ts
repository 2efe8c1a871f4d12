import { describe, expect, it } from 'vitest';
import type { ClusterStatus, ClusterStep } from '../../shared/rpc/cluster-schemas.ts';
import { clusterNodeStatus } from './cluster-node-status.ts';

function status(step: Partial<ClusterStep>, run: 'running' | 'failed' | 'succeeded' = 'running'): ClusterStatus {
  const whole: ClusterStep = {
    id: 'trees',
    state: 'pending',
    reason: null,
    fix: null,
    pod: null,
    container: null,
    attempts: 0,
    startedMs: null,
    finishedMs: null,
    warnings: [],
    ...step,
  };
  return { namespace: 'n', connected: true, run: { state: run, reason: null }, steps: [whole], endpoints: [] };
}

describe('a node whose step is on a cluster', () => {
  it('waits with the reason of the cluster', () => {
    const reason = '0/3 nodes are available: 3 Insufficient cpu.';
    expect(clusterNodeStatus(status({ state: 'scheduling', reason }), 'trees')).toMatchObject({
      status: 'queued',
      cause: reason,
    });
  });

  it('fails with what happened and what to do', () => {
    const failed = status({ state: 'failed', reason: 'OOMKilled', fix: 'Raise its limit.' }, 'failed');
    expect(clusterNodeStatus(failed, 'trees')).toMatchObject({
      status: 'failed',
      error: { message: 'OOMKilled', fix: 'Raise its limit.', nodeId: 'trees' },
    });
  });

  it('is as it is here once the run has succeeded, and where the cluster knows nothing of it', () => {
    expect(clusterNodeStatus(status({ state: 'done' }, 'succeeded'), 'trees')).toBeUndefined();
    expect(clusterNodeStatus(status({ state: 'running' }), 'other')).toBeUndefined();
    expect(clusterNodeStatus(undefined, 'trees')).toBeUndefined();
  });
});
