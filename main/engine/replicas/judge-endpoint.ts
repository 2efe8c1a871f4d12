import { retrainNode } from '../../../nodes/monitor/retrain/definition.ts';
import type { MonitorReport } from '../../../shared/rpc/engine-contract.ts';
import type { Readings } from '../../monitoring/replicas/endpoint-state.ts';
import { retrainReasons } from '../retrain-reasons.ts';
import { lookOnce } from './archived-monitors.ts';
import type { SharedEndpoint } from './shared-endpoint.ts';

const dayMs = 86_400_000;

export interface Judgement {
  readings: Readings;
  /** By node. */
  reports: Record<string, MonitorReport>;
  /** Rows and labels that were looked at. */
  rows: number;
  labelled: number;
  /** Why the model should be trained again now; empty for no reason. */
  retrain: string[];
}

/**
 * Looks once at what the replicas of an endpoint have handed over: writes the verdicts where the replicas show them, and
 * says whether its model should be trained again.
 */
export async function judgeEndpoint(
  endpoint: SharedEndpoint,
  options: { signal: AbortSignal; log(text: string): void },
): Promise<Judgement> {
  const { state, source, archive, service } = endpoint;
  const loop = await state.loop();
  const monitors = await lookOnce(endpoint, { ...options, reportOf: (model) => loop.reports[model] });
  try {
    const { log } = monitors.requests;
    const readings: Readings = { timeMs: Date.now(), model: source.digest, readings: monitors.verdicts };
    await state.setReadings(readings);
    for (const [nodeId, report] of monitors.reports) await state.setReport(nodeId, report);
    await archive.removeBefore(Date.now() - Number(service.params['logRetentionDays'] ?? 30) * dayMs);
    const reasons: string[] = [];
    const node = endpoint.monitors.find(({ kind }) => kind === 'monitor.retrain');
    const performance = monitors.performance?.latest?.performance;
    if (node !== undefined && performance !== undefined) {
      const params = retrainNode.params.parse(node.params);
      const own = loop.events.filter(({ nodeId }) => nodeId === node.id);
      const triggered = own.filter(({ type }) => type === 'triggered');
      const lastMs = triggered.at(-1)?.timeMs;
      const rows = log.rows(log.start, log.end, ({ actual }) => !Number.isNaN(actual));
      const newLabels = rows.timesMs.reduce((count, timeMs) => count + (timeMs > (lastMs ?? 0) ? 1 : 0), 0);
      const elapsedMs = Date.now() - (lastMs ?? endpoint.champion.createdMs);
      const mayBegin =
        (lastMs === undefined || elapsedMs >= params.cooldownMinutes * 60_000) &&
        triggered.filter(({ timeMs }) => Date.now() - timeMs < dayMs).length < params.budgetPerDay;
      if (mayBegin) {
        reasons.push(...retrainReasons(params, { performance, isDrifting: monitors.isDrifting, newLabels, elapsedMs }));
      }
      const promoted = own.findLast(({ type }) => ['promoted', 'confirmed', 'rolled-back'].includes(type));
      const answered = log.rows(
        log.start,
        log.end,
        ({ actual, digest }) => digest === source.digest && !Number.isNaN(actual),
      );
      if (promoted?.type === 'promoted' && answered.rows >= params.holdoutRows) reasons.push('probation');
    }
    const { rows, labelled } = log.counts();
    return { readings, reports: Object.fromEntries(monitors.reports), rows, labelled, retrain: reasons };
  } finally {
    monitors.close();
  }
}
