import { definitionOf } from '../../nodes/catalog.ts';
import { endpointNode } from '../../nodes/serve/endpoint/definition.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { createPlan } from '../../shared/plan/create-plan.ts';
import type { Plan, PlanService } from '../../shared/plan/plan.ts';
import { requireEstimatorTrust } from '../compute/python/estimator-trust.ts';
import { bringOnline } from '../features/bring-online.ts';
import { artifactModelSource } from '../serving/model-source.ts';
import type { EndpointHost, StartedEndpoint } from '../serving/endpoint-host.ts';
import type { KeyPolicy } from '../serving/key-policy.ts';
import type { LogDeliveryTargets } from '../serving/prediction-log/log-delivery.ts';
import type { PredictionLogOptions } from '../serving/prediction-log/prediction-log.ts';
import type { ScalingOptions } from '../serving/replicas/scaling-options.ts';
import { ModelCatalog } from '../tracking/model-catalog.ts';
import { ofWholeModel } from './changes-before.ts';
import type { Engine } from './engine.ts';
import { type EndpointParams, payloadLogOf, queueSettingsOf, requestLogOf } from './endpoint-settings.ts';
import { freshOutput } from './fresh-output.ts';
import { createSecrets } from './secrets.ts';

export interface StartGraphEndpoint {
  document: unknown;
  baseDir: string;
  /** A `serve.endpoint` node of the graph. */
  nodeId: string;
  host?: string | undefined;
  /** Overrides the node's own port. */
  port?: number | undefined;
  /** Without it there is no gRPC. */
  grpcPort?: number | undefined;
  keys?: KeyPolicy | undefined;
  tls?: { certPath: string; keyPath: string } | undefined;
  corsOrigins?: readonly string[] | undefined;
  /** Serves this model in place of the one that the graph makes. */
  modelDigest?: string | undefined;
  log?: (level: 'info' | 'warn', text: string) => void;
}

/** Endpoints of a graph's plan, in plan order. */
export function endpointServices(plan: Plan): PlanService[] {
  return plan.services.filter((service) => service.kind === 'serve.endpoint');
}

/** The plan of any JSON; undefined when it is no graph. */
export function planOf(document: unknown): Plan | undefined {
  const { document: graph } = readGraphValue(document, definitionOf);
  return graph === undefined ? undefined : createPlan(graph, definitionOf).plan;
}

/**
 * Starts an endpoint node: runs what its model still needs, then serves that model. Throws `graph.invalid` when there is
 * no such endpoint, the error of the run when the model cannot be made, and what the host throws.
 */
export async function startGraphEndpoint(
  engine: Engine,
  host: EndpointHost,
  options: StartGraphEndpoint,
): Promise<StartedEndpoint> {
  const plan = planOf(options.document);
  const service = plan?.services.find((candidate) => candidate.id === options.nodeId);
  const source = service?.inputs['model']?.[0];
  if (plan === undefined || service?.kind !== 'serve.endpoint' || source === undefined) {
    throw new AppError('graph.invalid', `The graph has no working endpoint "${options.nodeId}".`, {
      nodeId: options.nodeId,
      fix: 'Connect a registered model to it and correct the problems of the graph.',
    });
  }
  const digest = options.modelDigest ?? approved(engine, await modelDigest(engine, options, source), options);
  const artifact = await engine.store.open(digest);
  if (artifact === undefined) {
    throw new AppError('artifact.not-found', `The model of "${options.nodeId}" is not in the store.`, {
      nodeId: options.nodeId,
      fix: 'Run the graph again.',
    });
  }
  const registered = engine.registry.list().find((version) => version.digest === digest);
  const params = endpointNode.params.parse(service.params);
  const name = params.name === '' ? plan.graph.id : params.name;
  const port = options.port ?? params.port;
  const version = String(registered?.version ?? 1);
  const model = await artifactModelSource({ name, version, digest, dir: artifact.path('.') });
  // Here and not only where it is loaded: the refusal names the model that a person can decide about.
  const python = model.manifest?.python;
  if (python !== undefined) requireEstimatorTrust(python, `version ${version} of ${name}`, digest);
  await bringOnline({
    joined: model.manifest?.joined,
    dataDir: engine.dataDir,
    artifacts: engine.store,
    database: engine.database,
    log: options.log ?? (() => undefined),
  });
  return host.startModels({
    graphId: plan.graph.id,
    nodeId: service.id,
    name,
    models: [model],
    http: { port, ...(options.host === undefined ? {} : { host: options.host }) },
    grpcPort: options.grpcPort,
    keys: options.keys,
    tls: options.tls,
    corsOrigins: options.corsOrigins,
    predictionLog: predictionLogOf(params),
    ...ownershipOf(engine, params, registered?.name),
    ...queueSettingsOf(params),
    ...payloadLogOf(params),
    objectiveP99Ms: params.objectiveP99Ms,
    scaling: scalingOf(params),
    fronts: params.frontProcesses,
    device: service.device,
  });
}

interface RunningGraphEndpoint {
  engine: Engine;
  host: EndpointHost;
  endpoint: { id: string; grpc?: string | null | undefined };
  start: StartGraphEndpoint;
}

/** Serves another model at the same addresses, without a gap. Errors: those of `startGraphEndpoint`. */
export async function swapGraphEndpoint(running: RunningGraphEndpoint, modelDigest: string): Promise<void> {
  const { engine, host, endpoint, start } = running;
  const http = host.list().find(({ id }) => id === endpoint.id)?.http;
  const port = http == null ? start.port : Number(new URL(http).port);
  const grpcPort =
    endpoint.grpc == null ? start.grpcPort : Number(endpoint.grpc.slice(endpoint.grpc.lastIndexOf(':') + 1));
  await startGraphEndpoint(engine, host, { ...start, port, grpcPort, modelDigest });
}

/** As the node says, else as the tags of the registered model do. */
function ownershipOf(engine: Engine, params: EndpointParams, model: string | undefined) {
  const tags = model === undefined ? {} : new ModelCatalog(engine.database).tags(model, ofWholeModel);
  const either = (own: string, tag: string) => (own === '' ? (tags[tag] ?? '') : own);
  return { owner: either(params.owner, 'owner'), onCall: either(params.onCall, 'on-call') };
}

/** The model, or while a person has not approved it the version that its alias still names. Errors: `model.approval`. */
function approved(engine: Pick<Engine, 'registry'>, digest: string, { nodeId, log }: StartGraphEndpoint): string {
  const all = engine.registry.list();
  const version = all.find((candidate) => candidate.digest === digest);
  const approval = version?.approval;
  if (version === undefined || approval == null || approval.state === 'approved') return digest;
  const { alias, state } = approval;
  const why = `Version ${version.version} of ${version.name} ${state === 'waiting' ? 'waits for approval' : 'was rejected'}`;
  const live = all.find(({ name, aliases }) => name === version.name && aliases.includes(alias));
  if (live === undefined) {
    throw new AppError('model.approval', `${why}, and no other version is ${alias}: there is nothing to serve.`, {
      nodeId,
      fix: `Approve it on the Models screen, or with slipway models approve ${version.name} ${version.version}.`,
    });
  }
  log?.('warn', `${why}: version ${live.version}, the ${alias}, is served.`);
  return live.digest;
}

function scalingOf(params: EndpointParams): ScalingOptions {
  const { minReplicas, maxReplicas, targetQueueMs, idleSeconds, balance } = params;
  return { minReplicas, maxReplicas, targetQueueMs, idleSeconds, balance };
}

/** The request log as the node's parameters describe it; undefined for none. */
function predictionLogOf(params: EndpointParams): PredictionLogOptions | undefined {
  const log = requestLogOf(params);
  return log === undefined ? undefined : { ...log, delivery: deliveryOf(params) };
}

/** Where the log goes beside the disk; secrets come from the environment of this engine. */
function deliveryOf(params: EndpointParams): LogDeliveryTargets {
  const { publishUrl, publishTopic, publishUser, publishPassword, sendLogTo, sendLogToken } = params;
  const secrets = createSecrets();
  const valueOf = (reference: { secret: string } | null) => (reference === null ? '' : secrets.value(reference.secret));
  return {
    publish:
      publishUrl === ''
        ? null
        : { url: publishUrl, topic: publishTopic, user: publishUser, password: valueOf(publishPassword) },
    send: sendLogTo === '' ? null : { url: sendLogTo, token: valueOf(sendLogToken) },
  };
}

async function modelDigest(
  engine: Engine,
  { document, baseDir, nodeId }: StartGraphEndpoint,
  source: { step: string; port: string },
): Promise<string> {
  const made = await freshOutput(engine, { document, baseDir, ...source, source: 'endpoint' });
  if (made.digest !== undefined) return made.digest;
  throw new AppError(
    'serve.not-ready',
    `The model of "${nodeId}" could not be made: run ${made.runId} ${made.status}.`,
    {
      nodeId,
      fix: 'Open the run to see which step failed and why.',
    },
  );
}
