import type { MonitorReport } from '../../../shared/rpc/engine-contract.ts';
import { createEndpointMonitor, type DriftMethod } from '../../monitoring/endpoint-monitor.ts';
import type { EndpointObserver } from '../../monitoring/endpoint-observer.ts';
import { createPerformanceMonitor, type PerformanceMonitor } from '../../monitoring/performance-monitor.ts';
import { type ArchivedRequests, readArchive } from '../../monitoring/replicas/archived-requests.ts';
import type { MonitorVerdict } from '../../serving/monitor-readings.ts';
import { sliceRows } from '../../serving/request-log.ts';
import { alarmOf } from '../alarm-of.ts';
import { eventTimeOf } from '../event-time-of.ts';
import { heldOutScores, reportOfModel, type SharedEndpoint } from './shared-endpoint.ts';

const dayMs = 86_400_000;
/** Larger windows are compared by sketches. */
const largestExactWindow = 10_000;
/** Rows that are read, at most; the newest. */
export const archiveRows = 200_000;

/** Requests, labels and monitors of an endpoint at one moment. */
export interface ArchivedMonitors {
  requests: ArchivedRequests;
  observer: EndpointObserver;
  /** Undefined where the graph has no Performance monitor or no model. */
  performance: PerformanceMonitor | undefined;
  /** By node. */
  reports: Map<string, MonitorReport>;
  verdicts: MonitorVerdict[];
  isDrifting: boolean;
  close(): void;
}

/** Runs the drift and performance monitors of the graph once over what the replicas have handed over. */
export async function lookOnce(
  endpoint: SharedEndpoint,
  options: { signal: AbortSignal; log(text: string): void; reportOf?: (model: string) => string | undefined },
): Promise<ArchivedMonitors> {
  const { source, store, archive, service } = endpoint;
  const { manifest } = source;
  const { log, signal } = options;
  const retentionDays = Number(service.params['logRetentionDays'] ?? 30);
  const sinceMs = Date.now() - retentionDays * dayMs;
  if (manifest === null) throw new TypeError('A registered model has a manifest.');
  const requests = await readArchive(archive, manifest, { capacityRows: archiveRows, sinceMs, signal, log });
  const observer: EndpointObserver = {
    refresh: () => Promise.resolve(),
    log: requests.log,
    source: () => source,
  };
  const reports = new Map<string, MonitorReport>();
  const verdicts: MonitorVerdict[] = [];
  let isDrifting = false;
  let performance: PerformanceMonitor | undefined;
  const own = requests.of(source.digest);
  for (const node of endpoint.monitors) {
    if (node.kind === 'monitor.drift') {
      const { windowRows, minimumRows, alpha, method } = node.params;
      const alarm = alarmOf(node);
      const eventTime = eventTimeOf(node);
      // Whole windows, ending with the newest row; windows of event time may lie anywhere.
      const windows = Math.min(alarm.windows, Math.floor(own.rows / Number(windowRows)));
      const firstRow = eventTime === undefined ? own.rows - Math.max(1, windows) * Number(windowRows) : 0;
      const rows = sliceRows(own, Math.max(0, firstRow), own.rows);
      const isLarge = eventTime === undefined && Number(windowRows) > largestExactWindow;
      // A window that is not read whole: its rows come as sketches, as if nobody had looked in time.
      let missed = isLarge ? await requests.sketches(source.digest, alarm.windows * Number(windowRows)) : [];
      const window = { ...rows, logged: isLarge ? 0 : rows.rows };
      const monitor = createEndpointMonitor({
        nodeId: node.id,
        endpointId: endpoint.name,
        host: {
          models: () => [source],
          recentRows: (_id, limit, _version, reader) => {
            const from = isLarge ? Math.max(0, window.rows - limit) : 0;
            const answer = { ...sliceRows(window, from, window.rows), missed: reader === undefined ? [] : missed };
            if (reader !== undefined) missed = [];
            return Promise.resolve(answer);
          },
          showMonitor: (_id, verdict) => verdicts.push(verdict),
        },
        windowRows: Number(windowRows),
        eventTime,
        minimumRows: Number(minimumRows),
        alpha: Number(alpha),
        method: method as DriftMethod,
        alarm,
        log: (_level, text) => log(text),
      });
      const report = await firstReport(monitor, signal);
      monitor.close();
      if (report === undefined) continue;
      reports.set(node.id, report);
      isDrifting ||= report.alarm?.active === true || (report.broken?.length ?? 0) > 0;
    } else if (node.kind === 'monitor.performance') {
      const { metric, windowRows, maximumDrop } = node.params;
      const monitor = createPerformanceMonitor({
        nodeId: node.id,
        endpointId: endpoint.name,
        observer,
        referencePath: async (digest) =>
          heldOutScores(store, options.reportOf?.(digest) ?? (await reportOfModel(store, digest))),
        metric: String(metric),
        windowRows: Number(windowRows),
        maximumDrop: Number(maximumDrop),
        alarm: alarmOf(node),
        log: (_level, text) => log(text),
      });
      await monitor.tick();
      const report = monitor.latest;
      if (report?.performance !== undefined) {
        reports.set(node.id, report);
        const { metric: shown, windows, estimatedDrop, realizedDrop } = report.performance;
        verdicts.push({
          kind: 'performance',
          metric: shown,
          estimated: windows.findLast(({ estimated }) => estimated !== null)?.estimated?.value ?? null,
          realized: windows.findLast(({ realized }) => realized !== null)?.realized?.value ?? null,
          alarms: { estimated: estimatedDrop, realized: realizedDrop },
        });
      }
      if (performance === undefined) performance = monitor;
      else monitor.close();
    }
  }
  return { requests, observer, performance, reports, verdicts, isDrifting, close: () => performance?.close() };
}

async function firstReport(
  monitor: { watch(signal: AbortSignal): AsyncIterable<MonitorReport> },
  signal: AbortSignal,
): Promise<MonitorReport | undefined> {
  // A look that fails publishes nothing; the next run of the monitor tells more.
  const patience = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  for await (const report of monitor.watch(patience)) return report;
  return undefined;
}
