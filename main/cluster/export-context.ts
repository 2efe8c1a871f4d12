import { endpointNode } from '../../nodes/serve/endpoint/definition.ts';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import type { Plan, PlanService, PlanStep } from '../../shared/plan/plan.ts';
import type { EmbeddedModel } from './embed-models.ts';
import type { EndpointBatching } from './triton/model-config-text.ts';

/** The most that a step took in its last runs; absent where nobody measured. */
export interface MeasuredUse {
  memoryBytes?: number;
  /** Processor time by the time that passed. */
  meanCores?: number;
  /** At its busiest second. */
  peakCores?: number;
}

/** All an export may read: the plan, the catalog, and the models that are to be part of the bundle. */
export interface ExportContext {
  plan: Plan;
  definitionOf: (kind: string) => NodeDefinition | undefined;
  /** Version of the engine, for labels. */
  version: string;
  /** What each step took when it ran here; its requests follow from it. */
  measured?: ReadonlyMap<string, MeasuredUse>;
  /** Steps with an NVIDIA GPU name an image of their own, which has the CUDA libraries. */
  cudaImage?: boolean;
  /** Pods that may work on one step at the same time; default 8, 1: none beside its own. */
  mostPods?: number;
  /** Instead of the graph's id: names the objects and what belongs together. */
  bundleId?: string;
  /** The graph's document, for a pod that runs all of it. */
  graphText?: string;
  /** By URI (`models:/NAME@ALIAS`), for targets that embed them. */
  models?: ReadonlyMap<string, EmbeddedModel>;
}

/** An endpoint of the plan with the registered model it serves. */
export interface PlannedEndpoint {
  service: PlanService;
  /** Name the endpoint serves the model under. */
  name: string;
  /** `models:/NAME@ALIAS` */
  modelUri: string;
  /** Of its queue, in rows. */
  limits: { maxBatchRows: number; maxQueueRows: number };
  batching: EndpointBatching;
}

/** Endpoints of the plan; one whose model is not registered is left to `unregistered`. */
export function plannedEndpoints(plan: Plan): { endpoints: PlannedEndpoint[]; unregistered: PlanService[] } {
  const endpoints: PlannedEndpoint[] = [];
  const unregistered: PlanService[] = [];
  for (const service of plan.services) {
    if (service.kind !== 'serve.endpoint') continue;
    const register = modelStep(plan, service);
    if (register === undefined) {
      unregistered.push(service);
      continue;
    }
    const registered = String(register.params['name'] ?? '');
    const model = registered === '' ? plan.graph.id : registered;
    const alias = String(register.params['alias']);
    const name = service.params['name'];
    endpoints.push({
      service,
      name: typeof name === 'string' && name !== '' ? name : plan.graph.id,
      modelUri: `models:/${model}@${alias}`,
      limits: {
        maxBatchRows: Number(service.params['maxBatchRows'] ?? 64),
        maxQueueRows: Number(service.params['maxQueueRows'] ?? 1024),
      },
      batching: endpointNode.params.parse(service.params),
    });
  }
  return { endpoints, unregistered };
}

/** Monitors that need the requests of all replicas of an endpoint, and what is known of them later. */
const loopKinds = new Set(['monitor.performance', 'monitor.retrain']);

/** Services that look at an endpoint from beside it. */
export function loopServices(plan: Plan): PlanService[] {
  return plan.services.filter(({ kind }) => loopKinds.has(kind));
}

/** Whether the replicas of an endpoint hand their requests over. */
export function isMonitored(plan: Plan, { service }: Pick<PlannedEndpoint, 'service'>): boolean {
  return loopServices(plan).some(({ inputs }) => inputs['requests']?.some(({ step }) => step === service.id));
}

function modelStep(plan: Plan, service: PlanService): PlanStep | undefined {
  const source = service.inputs['model']?.[0]?.step;
  const step = plan.steps.find((candidate) => candidate.id === source);
  return step?.kind === 'train.register' ? step : undefined;
}
