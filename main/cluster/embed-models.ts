import { readFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors/app-error.ts';
import { modelFiles } from '../../shared/model/model-form.ts';
import { type ModelManifest, modelManifestSchema, type PythonEstimator } from '../../shared/model/signature.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { type ExportContext, type PlannedEndpoint, plannedEndpoints } from './export-context.ts';
import { type EnsembleOutcome, ensembleOfModel } from './triton/ensemble-of-model.ts';

/** A registered model as it becomes part of a bundle. */
export interface EmbeddedModel {
  version: number;
  digest: string;
  onnx: Uint8Array;
  manifest: ModelManifest;
  /** Where models are taken apart. */
  ensemble?: EnsembleOutcome;
}

/** What an export reads of a store. */
export interface ModelStore {
  /** Throws `model.not-found`. */
  resolve(uri: string): ModelVersion;
  open(digest: string): Promise<InputArtifact | undefined>;
}

/** The context with the models of its endpoints, as far as they are registered here; on request as ensembles as well. */
export async function embedModels(
  context: ExportContext,
  store: ModelStore,
  options: { ensembles: boolean },
): Promise<ExportContext> {
  const models = new Map<string, EmbeddedModel>();
  for (const { modelUri, service } of plannedEndpoints(context.plan).endpoints) {
    const version = resolved(store, modelUri);
    const artifact = version === undefined ? undefined : await store.open(version.digest);
    if (version === undefined || artifact === undefined) continue;
    const manifest = modelManifestSchema.parse(JSON.parse(await readFile(artifact.path('model.json'), 'utf8')));
    if (manifest.python !== undefined) throw runsInPython(modelUri, manifest.python, service.id);
    const onnx = await readFile(artifact.path(modelFiles.onnx));
    const ensemble = options.ensembles ? { ensemble: await ensembleOfModel(onnx, manifest) } : {};
    models.set(modelUri, { version: version.version, digest: version.digest, onnx, manifest, ...ensemble });
  }
  return { ...context, models };
}

/** The model an endpoint of a bundle serves. Throws `export.no-model`. */
export function embeddedModel(context: ExportContext, endpoint: PlannedEndpoint, target: string): EmbeddedModel {
  const model = context.models?.get(endpoint.modelUri);
  if (model !== undefined) return model;
  throw new AppError(
    'export.no-model',
    `The target ${target} puts ${endpoint.modelUri} into the bundle, and there is no such model yet.`,
    { nodeId: endpoint.service.id, fix: 'Run the graph first: its Register node makes the model.' },
  );
}

function runsInPython(uri: string, { type }: PythonEstimator, nodeId: string): AppError {
  return new AppError('export.unsupported', `${uri} runs in Python (${type}), and no pod has that environment.`, {
    nodeId,
    fix: 'Serve a model with an ONNX form there, or keep the graph up on this machine with slipway up.',
  });
}

function resolved(store: ModelStore, uri: string): ModelVersion | undefined {
  try {
    return store.resolve(uri);
  } catch (error) {
    if (error instanceof AppError && error.code === 'model.not-found') return undefined;
    throw error;
  }
}
