import { join } from 'node:path';
import { definitionOf } from '../../nodes/catalog.ts';
import { performanceNode } from '../../nodes/monitor/performance/definition.ts';
import { retrainNode } from '../../nodes/monitor/retrain/definition.ts';
import { systemNode } from '../../nodes/monitor/system/definition.ts';
import { endpointNode } from '../../nodes/serve/endpoint/definition.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { expandGroups } from '../../shared/graph/expand-groups.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { referenceScoresFile } from '../../shared/model/report.ts';
import type { PlanService } from '../../shared/plan/plan.ts';
import type { Alert, Endpoint, LoopEvent, MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { type Alerting, type AlertRule, createAlerting, explainDrift, explainDrop } from '../monitoring/alerting.ts';
import {
  createEndpointMonitor,
  type DriftMethod,
  driftStateSchema,
  type EndpointMonitor,
} from '../monitoring/endpoint-monitor.ts';
import { createEndpointObserver, type EndpointObserver } from '../monitoring/endpoint-observer.ts';
import { heldOutScores } from '../monitoring/held-out-scores.ts';
import { fileMemory } from '../monitoring/monitor-memory.ts';
import {
  createPerformanceMonitor,
  type PerformanceMonitor,
  performanceStateSchema,
} from '../monitoring/performance-monitor.ts';
import {
  createSystemMonitor,
  type SystemAlarms,
  type SystemMonitor,
  systemStateSchema,
} from '../monitoring/system-monitor.ts';
import { explainSystem } from '../monitoring/explain-system.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import { type AlertRecords, createAlertRecords } from '../store/alert-records.ts';
import { createLoopRecords, type LoopRecords } from '../store/loop-records.ts';
import { alarmOf } from './alarm-of.ts';
import { eventTimeOf } from './event-time-of.ts';
import { alertContext } from './changes-before.ts';
import type { Engine } from './engine.ts';
import { monitorMemoryPath } from './monitor-folders.ts';
import { startFeatureReplay } from './feature-replay.ts';
import { startLabelRefresh } from './label-refresh.ts';
import { startFeatureRefresh } from './feature-refresh.ts';
import { planOf, type StartGraphEndpoint, swapGraphEndpoint } from './graph-endpoints.ts';
import { type RetrainLoop, startRetrainLoop } from './retrain-loop.ts';

/** `grpc`: `HOST:PORT` where the endpoint speaks gRPC. */
type MonitoredEndpoint = Endpoint & { grpc?: string | null };

export interface GraphMonitors {
  /** Starts the monitor nodes connected to an endpoint that has just come up; replaces those of an earlier start. */
  attach(endpoint: MonitoredEndpoint, start: StartGraphEndpoint): void;
  /** Stops the monitors of an endpoint. */
  detach(endpointId: string): void;
  /** Throws `serve.not-ready` while no endpoint feeds the node. */
  watch(graphId: string, nodeId: string, signal: AbortSignal): AsyncIterable<MonitorReport>;
  readonly alerts: AlertRecords;
  readonly loops: LoopRecords;
  /** A person's decision on a challenger. Errors: `serve.not-ready`, `loop.nothing-to-decide`. */
  decide(decision: { graphId: string; nodeId: string; attempt: string; approve: boolean }): void;
  /** Stops all monitors at once; resolves when alerts that waited have been sent, see `Alerting`. */
  close(): Promise<void>;
}

export interface GraphMonitorsOptions {
  engine: Engine;
  host: EndpointHost;
  log(text: string): void;
  onLoopEvent?: ((event: LoopEvent) => void) | undefined;
  /** An alert begins, or is over. */
  onAlert?: ((alert: Alert) => void) | undefined;
}

interface Attached {
  endpointId: string;
  monitor: EndpointMonitor | PerformanceMonitor | SystemMonitor | RetrainLoop | { close(): void };
}

/** A request is late from here on where neither monitor nor endpoint says. */
const defaultLatencyMs = 100;

/** Labelled requests that are kept in memory for each endpoint with a performance monitor. */
const observedRows = 200_000;

/** Monitor nodes of the graphs whose endpoints are up. */
export function createGraphMonitors({ engine, host, log, onLoopEvent, onAlert }: GraphMonitorsOptions): GraphMonitors {
  const attached = new Map<string, Attached>();
  const alerts = createAlertRecords(engine.database);
  const loops = createLoopRecords(engine.database);
  const alerting = createAlerting(alerts, { log, onChange: onAlert });

  /** By endpoint: what was logged stays known when monitors start again beside the same endpoint. */
  const observers = new Map<string, EndpointObserver>();

  function observerOf(endpoint: MonitoredEndpoint): EndpointObserver {
    const known = observers.get(endpoint.id);
    const manifest = host.models(endpoint.id)[0]?.manifest;
    if (known?.log !== undefined && manifest != null && known.log.fits(manifest)) return known;
    const observer = createEndpointObserver({
      endpointId: endpoint.id,
      host,
      stateDir: join(engine.dataDir, 'serving', endpoint.graphId, endpoint.nodeId),
      capacityRows: observedRows,
    });
    observers.set(endpoint.id, observer);
    return observer;
  }

  function stopMonitors(endpointId: string): void {
    for (const [id, entry] of attached) {
      if (entry.endpointId !== endpointId) continue;
      entry.monitor.close();
      attached.delete(id);
    }
  }

  function detach(endpointId: string): void {
    stopMonitors(endpointId);
    observers.delete(endpointId);
  }

  function attach(endpoint: MonitoredEndpoint, start: StartGraphEndpoint): void {
    stopMonitors(endpoint.id);
    const add = (service: PlanService, monitor: Attached['monitor']) => {
      attached.set(`${endpoint.graphId}/${service.id}`, { endpointId: endpoint.id, monitor });
    };
    const services = (planOf(start.document)?.services ?? []).filter((service) => isFedBy(service, endpoint.nodeId));
    const observer = observerOf(endpoint);
    const context: MonitorContext = { engine, host, log, loops, alerting, endpoint, observer, start };
    let performance: PerformanceMonitor | undefined;
    const drifts: EndpointMonitor[] = [];
    const isDrifting = () =>
      drifts.some(({ latest }) => latest?.alarm?.active === true || (latest?.broken?.length ?? 0) > 0);
    for (const service of services.filter(({ kind }) => kind === 'monitor.performance')) {
      const monitor = openPerformanceMonitor(context, service, () => isDrifting());
      performance ??= monitor;
      add(service, monitor);
      const [source] = service.inputs['labels'] ?? [];
      if (source === undefined) continue;
      const { labelKeys, labelColumn, labelMinutes } = performanceNode.params.parse(service.params);
      const labels = startLabelRefresh({
        ...start,
        engine,
        source,
        keys: labelKeys,
        column: labelColumn,
        everyMs: labelMinutes * 60_000,
        observer,
        log,
      });
      attached.set(`${endpoint.graphId}/${service.id}/labels`, { endpointId: endpoint.id, monitor: labels });
    }
    const refreshMs = endpointParams(start).refreshMinutes * 60_000;
    if (refreshMs > 0) {
      const refresh = startFeatureRefresh({ ...start, engine, log, everyMs: refreshMs });
      attached.set(`${endpoint.id}/features`, { endpointId: endpoint.id, monitor: refresh });
    }
    const replayMs = endpointParams(start).replayMinutes * 60_000;
    if (replayMs > 0) {
      const replay = startFeatureReplay({ engine, host, endpoint, log, everyMs: replayMs });
      attached.set(`${endpoint.id}/replay`, { endpointId: endpoint.id, monitor: replay });
    }
    for (const service of services.filter(({ kind }) => kind === 'monitor.drift')) {
      const monitor = openDriftMonitor(context, service, () => performance);
      drifts.push(monitor);
      add(service, monitor);
    }
    for (const service of services.filter(({ kind }) => kind === 'monitor.system')) {
      add(service, openSystemMonitor(context, service));
    }
    for (const service of services.filter(({ kind }) => kind === 'monitor.retrain')) {
      const { document } = readGraphValue(start.document, definitionOf);
      if (performance === undefined || document === undefined) {
        log(`"${service.id}" does nothing: there is no Performance monitor on the same endpoint.`);
        continue;
      }
      const loop = startRetrainLoop({
        graphId: endpoint.graphId,
        nodeId: service.id,
        document: expandGroups(document, definitionOf).document,
        baseDir: start.baseDir,
        endpointNodeId: endpoint.nodeId,
        params: retrainNode.params.parse(service.params),
        engine,
        records: loops,
        host,
        endpointId: endpoint.id,
        observer,
        performance,
        isDrifting,
        swap: (digest) => swapGraphEndpoint(context, digest),
        onEvent(event) {
          log(event.text);
          onLoopEvent?.(event);
        },
        log,
      });
      add(service, loop);
    }
  }

  return {
    attach,
    detach,
    watch(graphId, nodeId, signal) {
      const monitor = attached.get(`${graphId}/${nodeId}`)?.monitor;
      if (monitor !== undefined && 'watch' in monitor) return monitor.watch(signal);
      throw new AppError('serve.not-ready', `Monitor "${nodeId}" has nothing to watch: its endpoint is not up.`, {
        nodeId,
        fix: 'Start the endpoint it is connected to.',
      });
    },
    alerts,
    loops,
    decide({ graphId, nodeId, attempt, approve }) {
      const monitor = attached.get(`${graphId}/${nodeId}`)?.monitor;
      if (monitor !== undefined && 'decide' in monitor) {
        monitor.decide(attempt, approve);
        return;
      }
      throw new AppError('serve.not-ready', `"${nodeId}" is not at work: its endpoint is not up.`, {
        nodeId,
        fix: 'Start the endpoint it is connected to.',
      });
    },
    close() {
      for (const { monitor } of attached.values()) monitor.close();
      attached.clear();
      observers.clear();
      return alerting.close();
    },
  };
}

interface MonitorContext {
  engine: Engine;
  host: EndpointHost;
  log(text: string): void;
  loops: LoopRecords;
  alerting: Alerting;
  endpoint: MonitoredEndpoint;
  observer: EndpointObserver;
  start: StartGraphEndpoint;
}

function ruleOf(
  { endpoint }: MonitorContext,
  { id: nodeId, params }: PlanService,
  rule: Pick<AlertRule, 'kind' | 'severity' | 'title'>,
): AlertRule {
  const severity = params['severity'];
  return {
    ...rule,
    ...(severity === 'info' || severity === 'warning' || severity === 'critical' ? { severity } : {}),
    graphId: endpoint.graphId,
    nodeId,
    webhook: String(params['webhook'] ?? ''),
    email: String(params['email'] ?? ''),
  };
}

function openDriftMonitor(
  context: MonitorContext,
  service: PlanService,
  performance: () => PerformanceMonitor | undefined,
): EndpointMonitor {
  const { endpoint, host, log, alerting } = context;
  const { windowRows, minimumRows, alpha, method, rollingWindows, multivariate } = service.params;
  const evaluated = planOf(context.start.document)?.services.find(({ kind, inputs }) => {
    return kind === 'monitor.performance' && inputs['report'] !== undefined;
  });
  const rule = ruleOf(context, service, {
    kind: 'drift',
    severity: 'warning',
    title: `Inputs of ${endpoint.name} drift`,
  });
  const breakRule = ruleOf(context, service, {
    kind: 'break',
    severity: 'critical',
    title: `Inputs of ${endpoint.name} have changed at their source`,
  });
  return createEndpointMonitor({
    nodeId: service.id,
    endpointId: endpoint.id,
    host,
    windowRows: Number(windowRows),
    eventTime: eventTimeOf(service),
    minimumRows: Number(minimumRows),
    alpha: Number(alpha),
    method: method as DriftMethod,
    rollingWindows: Number(rollingWindows ?? 4),
    multivariate: multivariate !== false,
    async heldOutScores(digest) {
      const path = evaluated === undefined ? undefined : await referencePath(context, evaluated, digest);
      const manifest = context.observer.source()?.manifest;
      return path === undefined || manifest == null ? undefined : heldOutScores(path, manifest);
    },
    alarm: alarmOf(service),
    memory: fileMemory(memoryPath(context, service), driftStateSchema, log),
    onWindow(report, details) {
      const { broken = [] } = report;
      alerting.update(breakRule, broken.length > 0, () => {
        const explained = explainDrift(report, details(), estimatedNow(performance()?.latest));
        const columns = explained.columns.filter(({ column }) => broken.includes(column));
        const names = columns.map(({ column }) => column).join(', ');
        const sentences = [`Little in common with the training data: ${names}.`, ...explained.sentences.slice(1)];
        return withContext(context, service, { ...explained, columns, sentences });
      });
      alerting.update(rule, report.alarm?.active === true, () =>
        withContext(context, service, explainDrift(report, details(), estimatedNow(performance()?.latest))),
      );
    },
    log: (_level, text) => log(text),
  });
}

async function withContext(
  { engine, loops, endpoint }: MonitorContext,
  { params }: PlanService,
  explanation: Alert['explanation'],
): Promise<Alert['explanation']> {
  const { graphId, name, model } = endpoint;
  const registered = engine.registry.list().find(({ digest }) => digest === model?.digest);
  const context = await alertContext(engine, loops, { graphId, model: registered?.name ?? name });
  const owner = params['owner'];
  return { ...explanation, ...context, ...(typeof owner === 'string' && owner !== '' ? { owner } : {}) };
}

function estimatedNow(report: MonitorReport | undefined) {
  if (report?.performance === undefined) return null;
  const { metric, reference, windows } = report.performance;
  return { metric, reference, now: windows.findLast(({ estimated }) => estimated !== null)?.estimated?.value ?? null };
}

function openPerformanceMonitor(
  context: MonitorContext,
  service: PlanService,
  isDrifting: () => boolean,
): PerformanceMonitor {
  const { endpoint, host, observer, alerting } = context;
  const { metric, windowRows, maximumDrop } = service.params;
  const estimatedRule = ruleOf(context, service, {
    kind: 'estimated-drop',
    severity: 'warning',
    title: `Estimated performance of ${endpoint.name} has dropped`,
  });
  const conceptRule = ruleOf(context, service, {
    kind: 'concept-drift',
    severity: 'critical',
    title: `The same inputs of ${endpoint.name} now mean something else`,
  });
  const realizedRule = ruleOf(context, service, {
    kind: 'realized-drop',
    severity: 'critical',
    title: `Realized performance of ${endpoint.name} has dropped`,
  });
  return createPerformanceMonitor({
    nodeId: service.id,
    endpointId: endpoint.id,
    observer,
    referencePath: (digest) => referencePath(context, service, digest),
    metric: String(metric),
    windowRows: Number(windowRows),
    maximumDrop: Number(maximumDrop),
    alarm: alarmOf(service),
    memory: fileMemory(memoryPath(context, service), performanceStateSchema, context.log),
    onReport(report) {
      const {
        estimatedDrop = false,
        realizedDrop = false,
        metric: shown = '',
        windows = [],
      } = report.performance ?? {};
      host.showMonitor(endpoint.id, {
        kind: 'performance',
        metric: shown,
        estimated: windows.findLast(({ estimated }) => estimated !== null)?.estimated?.value ?? null,
        realized: windows.findLast(({ realized }) => realized !== null)?.realized?.value ?? null,
        alarms: { estimated: estimatedDrop, realized: realizedDrop },
      });
      alerting.update(estimatedRule, estimatedDrop, () =>
        withContext(context, service, explainDrop(report, 'estimated')),
      );
      // What drifting inputs explain is data drift; the rest is that they mean something else now.
      const isConcept = report.performance?.conceptDrift === true && !isDrifting();
      alerting.update(conceptRule, isConcept, () => {
        const cause = 'Inputs look as before: what they mean has changed, so only rows with new labels help.';
        return withContext(context, service, explainDrop(report, 'realized', cause));
      });
      alerting.update(realizedRule, realizedDrop, () => {
        const cause = isDrifting()
          ? 'Inputs drift at the same time (data drift).'
          : isConcept
            ? 'Inputs look as before (concept drift).'
            : '';
        return withContext(context, service, explainDrop(report, 'realized', cause));
      });
    },
    log: (_level, text) => context.log(text),
  });
}

const systemRules: readonly { kind: keyof SystemAlarms; severity: Alert['severity']; title(name: string): string }[] = [
  { kind: 'burn-fast', severity: 'critical', title: (name) => `${name} burns its error budget fast` },
  { kind: 'burn-slow', severity: 'warning', title: (name) => `${name} burns its error budget slowly` },
  { kind: 'saturation', severity: 'warning', title: (name) => `What ${name} runs on is saturated` },
  { kind: 'queue', severity: 'warning', title: (name) => `Requests of ${name} queue up` },
  { kind: 'stale-features', severity: 'warning', title: (name) => `Features of ${name} are stale` },
  { kind: 'silence', severity: 'warning', title: (name) => `Nobody asks ${name} any more` },
];

function openSystemMonitor(context: MonitorContext, service: PlanService): SystemMonitor {
  const { endpoint, host, alerting, start } = context;
  const plan = planOf(start.document);
  const params = systemNode.params.parse(service.params);
  const objective = plan?.services.find(({ id }) => id === endpoint.nodeId)?.params['objectiveP99Ms'];
  const lifetimes = new Map(
    (plan?.steps ?? []).flatMap(({ id, kind, params: of }) =>
      kind === 'feature.view' && Number(of['ttlSeconds']) > 0
        ? [[typeof of['name'] === 'string' && of['name'] !== '' ? of['name'] : id, Number(of['ttlSeconds'])] as const]
        : [],
    ),
  );
  return createSystemMonitor({
    nodeId: service.id,
    endpointId: endpoint.id,
    host,
    availability: params.availability,
    latencyMs: params.latencyMs > 0 ? params.latencyMs : typeof objective === 'number' ? objective : defaultLatencyMs,
    latencyShare: params.latencyShare,
    saturation: params.saturation,
    queueShare: params.queueShare,
    silenceMs: params.silenceMinutes * 60_000,
    staleAfter: (view) => (params.staleMinutes > 0 ? params.staleMinutes * 60 : (lifetimes.get(view) ?? null)),
    memory: fileMemory(memoryPath(context, service), systemStateSchema, context.log),
    onReport({ system }, alarms) {
      if (system === undefined) return;
      for (const { kind, severity, title } of systemRules) {
        const rule = ruleOf(context, service, { kind, severity, title: title(endpoint.name) });
        alerting.update(rule, alarms[kind], () => withContext(context, service, explainSystem(kind, system)));
      }
    },
    log: (_level, text) => context.log(text),
  });
}

/** Held-out scores of a model: of its retraining, else of the report that the graph makes. */
async function referencePath(
  { engine, loops, start }: MonitorContext,
  service: PlanService,
  modelDigest: string,
): Promise<string | undefined> {
  let digest = loops.reportOf(modelDigest);
  const source = service.inputs['report']?.[0];
  if (digest === undefined && source !== undefined) {
    const { steps } = await engine.planStates(start.document, { baseDir: start.baseDir, to: source.step });
    digest = steps.find(({ id }) => id === source.step)?.outputs[source.port]?.digest;
  }
  const report = digest === undefined ? undefined : await engine.store.open(digest);
  return report?.manifest.files.some(({ name }) => name === referenceScoresFile)
    ? report.path(referenceScoresFile)
    : undefined;
}

function memoryPath({ engine, endpoint }: MonitorContext, { id }: PlanService): string {
  return monitorMemoryPath(engine.dataDir, endpoint.graphId, id);
}

function isFedBy(service: PlanService, endpointNodeId: string): boolean {
  return service.inputs['requests']?.some((input) => input.step === endpointNodeId) ?? false;
}

/** How often the views behind an endpoint are made again and brought online; 0 for never. */
function endpointParams({ document, nodeId }: StartGraphEndpoint) {
  const service = planOf(document)?.services.find(({ id }) => id === nodeId);
  return service === undefined ? { refreshMinutes: 0, replayMinutes: 0 } : endpointNode.params.parse(service.params);
}
