import type { z } from 'zod';
import type { retrainNode } from '../../nodes/monitor/retrain/definition.ts';
import type { MonitorPerformance } from '../../shared/rpc/engine-contract.ts';

/** What the monitors of an endpoint say at one moment. */
export interface LoopSituation {
  performance: Pick<MonitorPerformance, 'realizedDrop' | 'estimatedDrop'>;
  isDrifting: boolean;
  /** Labels since the last retraining began. */
  newLabels: number;
  /** Since the last retraining began, or since the loop started. */
  elapsedMs: number;
}

/** Why to retrain now, by the node's triggers; empty for no reason. */
export function retrainReasons(params: z.output<typeof retrainNode.params>, situation: LoopSituation): string[] {
  const { performance, isDrifting, newLabels, elapsedMs } = situation;
  const reasons: string[] = [];
  if (params.onRealizedDrop && performance.realizedDrop) reasons.push('realized-drop');
  if (params.onDrift && isDrifting && performance.estimatedDrop) reasons.push('drift-and-estimated-drop');
  if (params.newLabels > 0 && newLabels >= params.newLabels) reasons.push('new-labels');
  if (params.everyHours > 0 && elapsedMs >= params.everyHours * 3_600_000) reasons.push('schedule');
  return reasons;
}
