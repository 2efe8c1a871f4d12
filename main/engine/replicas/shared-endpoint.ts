import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { GraphDocument } from '../../../shared/graph/document.ts';
import { expandGroups } from '../../../shared/graph/expand-groups.ts';
import { readGraphValue } from '../../../shared/graph/read-graph.ts';
import { referenceScoresFile } from '../../../shared/model/report.ts';
import type { PlanService } from '../../../shared/plan/plan.ts';
import type { ModelVersion } from '../../../shared/rpc/engine-contract.ts';
import { createEndpointArchive, type EndpointArchive } from '../../monitoring/replicas/endpoint-archive.ts';
import { createEndpointState, type EndpointState } from '../../monitoring/replicas/endpoint-state.ts';
import { artifactModelSource, type ModelSource } from '../../serving/model-source.ts';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { type ArtifactStore, artifactNotFound, createArtifactStore } from '../../store/artifact-store.ts';
import { createStoreRegistry, type StoreRegistry } from '../../store/store-registry.ts';
import { planOf } from '../graph-endpoints.ts';

/** An endpoint whose replicas run elsewhere, known by what is in the store they share. */
export interface SharedEndpoint {
  graphId: string;
  document: GraphDocument;
  /** The `serve.endpoint` node. */
  service: PlanService;
  name: string;
  /** Of its own monitors. */
  monitors: PlanService[];
  modelUri: string;
  store: ArtifactStore;
  registry: StoreRegistry;
  archive: EndpointArchive;
  state: EndpointState;
  champion: ModelVersion;
  source: ModelSource;
}

/**
 * The endpoint `nodeId` of a graph (the first without one) with the model that its alias names now. Throws
 * `graph.invalid`, `model.not-found`.
 */
export async function openSharedEndpoint(
  graph: unknown,
  stores: {
    /** Models and what they were made of. */ models: ArtifactDriver /** What replicas hand over. */;
    requests: ArtifactDriver;
  },
  nodeId?: string,
): Promise<SharedEndpoint> {
  const { document } = readGraphValue(graph, definitionOf);
  const plan = planOf(graph);
  const service = plan?.services.find(
    ({ id, kind }) => kind === 'serve.endpoint' && (nodeId === undefined || id === nodeId),
  );
  if (plan !== undefined && service === undefined && nodeId !== undefined) {
    throw new AppError('graph.invalid', `The graph has no endpoint “${nodeId}”.`, {
      fix: 'Name an Endpoint node with --node, or leave it out for the first one.',
    });
  }
  const register = plan?.steps.find(({ id }) => id === service?.inputs['model']?.[0]?.step);
  if (document === undefined || plan === undefined || service === undefined || register?.kind !== 'train.register') {
    throw new AppError('graph.invalid', 'The graph has no endpoint that serves a registered model.', {
      fix: 'Put a Register node before the endpoint.',
    });
  }
  const registered = String(register.params['name'] ?? '');
  const modelUri = `models:/${registered === '' ? plan.graph.id : registered}@${String(register.params['alias'])}`;
  const registry = createStoreRegistry(stores.models);
  const store = createArtifactStore(stores.models);
  const champion = await registry.resolve(modelUri);
  const given = service.params['name'];
  const name = typeof given === 'string' && given !== '' ? given : plan.graph.id;
  return {
    graphId: plan.graph.id,
    document: expandGroups(document, definitionOf).document,
    service,
    name,
    monitors: plan.services.filter(({ inputs }) => inputs['requests']?.some(({ step }) => step === service.id)),
    modelUri,
    store,
    registry,
    archive: createEndpointArchive(stores.requests, name),
    state: createEndpointState(stores.requests, name),
    champion,
    source: await openVersion(store, champion, name),
  };
}

/** A version of the shared registry, opened under the name it is served by. Throws `artifact.not-found`. */
async function openVersion(store: ArtifactStore, version: ModelVersion, name: string): Promise<ModelSource> {
  const artifact = await store.open(version.digest);
  if (artifact === undefined) throw artifactNotFound(version.digest);
  return artifactModelSource({
    name,
    version: String(version.version),
    digest: version.digest,
    dir: artifact.path('.'),
  });
}

/** Digest of the evaluation a registered model was registered with: it names the report among what it was made of. */
export async function reportOfModel(store: ArtifactStore, model: string): Promise<string | undefined> {
  return (await store.get(model))?.inputs['report']?.[0];
}

/** Held-out scores of a registered model; undefined where none are stored. */
export async function heldOutScores(store: ArtifactStore, report: string | undefined): Promise<string | undefined> {
  const artifact = report === undefined ? undefined : await store.open(report);
  return artifact?.manifest.files.some(({ name }) => name === referenceScoresFile)
    ? artifact.path(referenceScoresFile)
    : undefined;
}
