import { AppError } from '../../shared/errors/app-error.ts';
import type { PlanService } from '../../shared/plan/plan.ts';
import type { Endpoint, MonitorReport } from '../../shared/rpc/engine-contract.ts';
import { createEndpointMonitor, type DriftMethod, type EndpointMonitor } from '../monitoring/endpoint-monitor.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import { planOf } from './graph-endpoints.ts';

export interface GraphMonitors {
  /** Starts the monitor nodes connected to an endpoint that has just come up; replaces those of an earlier start. */
  attach(document: unknown, endpoint: Endpoint): void;
  /** Stops the monitors of an endpoint. */
  detach(endpointId: string): void;
  /** Throws `serve.not-ready` while no endpoint feeds the node. */
  watch(graphId: string, nodeId: string, signal: AbortSignal): AsyncIterable<MonitorReport>;
  close(): void;
}

interface Attached {
  endpointId: string;
  monitor: EndpointMonitor;
}

/** Monitor nodes of the graphs whose endpoints are up. */
export function createGraphMonitors(host: EndpointHost, log: (text: string) => void): GraphMonitors {
  const attached = new Map<string, Attached>();

  function detach(endpointId: string): void {
    for (const [id, entry] of attached) {
      if (entry.endpointId !== endpointId) continue;
      entry.monitor.close();
      attached.delete(id);
    }
  }

  return {
    attach(document, endpoint) {
      detach(endpoint.id);
      for (const service of planOf(document)?.services ?? []) {
        if (service.kind !== 'monitor.drift' || !isFedBy(service, endpoint.nodeId)) continue;
        const { windowRows, minimumRows, alpha, method, alarmWindows, lastWindows } = service.params;
        const monitor = createEndpointMonitor({
          nodeId: service.id,
          endpointId: endpoint.id,
          host,
          windowRows: Number(windowRows),
          minimumRows: Number(minimumRows),
          alpha: Number(alpha),
          method: method as DriftMethod,
          alarm: {
            needed: Math.min(Number(alarmWindows), Number(lastWindows)),
            windows: Number(lastWindows),
          },
          log: (_level, text) => log(text),
        });
        attached.set(`${endpoint.graphId}/${service.id}`, { endpointId: endpoint.id, monitor });
      }
    },
    detach,
    watch(graphId, nodeId, signal) {
      const entry = attached.get(`${graphId}/${nodeId}`);
      if (entry !== undefined) return entry.monitor.watch(signal);
      throw new AppError('serve.not-ready', `Monitor "${nodeId}" has nothing to watch: its endpoint is not up.`, {
        nodeId,
        fix: 'Start the endpoint it is connected to.',
      });
    },
    close() {
      for (const { monitor } of attached.values()) monitor.close();
      attached.clear();
    },
  };
}

function isFedBy(service: PlanService, endpointNodeId: string): boolean {
  return service.inputs['requests']?.some((input) => input.step === endpointNodeId) ?? false;
}
