import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { ModelVersion } from '../../shared/rpc/engine-contract.ts';
import { artifactModelSource, type ModelSource, modelSourcesAt } from '../serving/model-source.ts';
import { type ArtifactStore, artifactNotFound, createArtifactStore } from '../store/artifact-store.ts';
import { resolveDataDir } from '../store/data-dir.ts';
import { driverOfUri } from '../store/driver-of-uri.ts';
import { createModelRegistry } from '../store/model-registry.ts';
import { createStoreRegistry } from '../store/store-registry.ts';
import type { CommandContext } from './command.ts';
import { withStore } from './open-store.ts';

const waitPauseMs = 2_000;
const registeredUri = /^models:\/[^/@]+(@[^/@]+|\/\d+)$/;

/** The one model an argument names: registered, an ONNX file, or a folder. Errors: `cli.usage` for several. */
export async function modelToServe(context: CommandContext, model: string): Promise<ModelSource> {
  if (model.startsWith('models:/')) return registeredModel(context, model);
  const [only, ...more] = await modelSourcesAt(model);
  if (only !== undefined && more.length === 0) return only;
  throw new AppError('cli.usage', `${model} holds ${more.length + 1} models.`, { fix: 'Name the folder of one.' });
}

/**
 * A registered model under its own or another name, after `prepare` has seen it. The registry is that of the data
 * directory, or that of the shared store `SLIPWAY_STORE` names (a pod).
 */
export function registeredModel(
  context: CommandContext,
  uri: string,
  name?: string,
  prepare?: (source: ModelSource, artifacts: ArtifactStore) => Promise<void>,
): Promise<ModelSource> {
  return withRegistry(context, async ({ artifacts, resolve }) => {
    const version = await onceRegistered(context, uri, () => resolve(uri));
    const source = await sourceOf(artifacts, version, name);
    await prepare?.(source, artifacts);
    return source;
  });
}

interface OpenRegistry {
  artifacts: ArtifactStore;
  resolve(uri: string): Promise<ModelVersion>;
}

/** The data directory's registry, or that of the shared store `SLIPWAY_STORE` names (a pod). */
export function withRegistry<T>(context: CommandContext, work: (open: OpenRegistry) => Promise<T>): Promise<T> {
  const shared = process.env['SLIPWAY_STORE'];
  if (shared !== undefined && shared !== '') {
    const driver = driverOfUri(shared, resolveDataDir(context.dataDir));
    const registry = createStoreRegistry(driver);
    return work({ artifacts: createArtifactStore(driver), resolve: (uri) => registry.resolve(uri) });
  }
  return withStore(context, ({ artifacts, database }) => {
    const registry = createModelRegistry(database);
    return work({ artifacts, resolve: (uri) => Promise.resolve(registry.resolve(uri)) });
  });
}

/** With `--wait`, asks again until the model is there; a store that does not answer for a moment is asked again as well. */
async function onceRegistered(
  context: CommandContext,
  uri: string,
  resolveModel: () => Promise<ModelVersion>,
): Promise<ModelVersion> {
  for (let told = false; ; told = true) {
    try {
      return await resolveModel();
    } catch (error) {
      const { code, message } = toAppError(error);
      const mayCome = (code === 'model.not-found' && registeredUri.test(uri)) || code === 'store.unreachable';
      if (!context.flag('wait') || !mayCome) throw error;
      if (!told) context.output.log(`Waiting for ${uri}: ${message}`);
      await sleep(waitPauseMs, undefined, { signal: context.signal }).catch(() => {
        throw new AppError('run.cancelled', `Waiting for ${uri} was cancelled.`);
      });
    }
  }
}

async function sourceOf(store: ArtifactStore, version: ModelVersion, name: string | undefined): Promise<ModelSource> {
  const artifact = await store.open(version.digest);
  if (artifact === undefined) throw artifactNotFound(version.digest);
  return artifactModelSource({
    name: name ?? version.name,
    version: String(version.version),
    digest: version.digest,
    dir: artifact.path('.'),
  });
}
