import { AppError } from '../../shared/errors/app-error.ts';
import type { EndpointRollout, ModelVersion } from '../../shared/rpc/engine-contract.ts';
import type { EndpointHost } from '../serving/endpoint-host.ts';
import { artifactModelSource, type ModelSource } from '../serving/model-source.ts';
import type { Engine } from './engine.ts';

/** What answers at an endpoint, and the registered versions of the same model. Errors: `serve.not-ready`. */
export function endpointRollout(engine: Engine, host: EndpointHost, id: string): Omit<EndpointRollout, 'alias'> {
  const registered = registeredVersions(engine, host, id).map(({ version, aliases }) => ({
    version: String(version),
    aliases: [...aliases],
  }));
  return { ...host.rollout(id), registered };
}

/** A registered version of the model that an endpoint serves. Errors: `serve.not-ready`, `model.not-found`. */
export async function registeredSource(
  engine: Engine,
  host: EndpointHost,
  id: string,
  version: string,
): Promise<ModelSource> {
  const found = registeredVersions(engine, host, id).find((candidate) => String(candidate.version) === version);
  const artifact = found === undefined ? undefined : await engine.store.open(found.digest);
  if (found === undefined || artifact === undefined) {
    throw new AppError(
      'model.not-found',
      `Version ${version} of the model of ${id} is not in the registry and store.`,
      {
        fix: 'Run the graph again, or choose another version.',
      },
    );
  }
  return artifactModelSource({ name: found.name, version, digest: found.digest, dir: artifact.path('.') });
}

function registeredVersions(engine: Engine, host: EndpointHost, id: string) {
  const digests = new Set(host.models(id).map(({ digest }) => digest));
  const all = engine.registry.list();
  const names = new Set(all.filter(({ digest }) => digests.has(digest)).map(({ name }) => name));
  // Neither what is out of use nor what nobody has approved can be tried on requests.
  const isUsable = ({ archivedMs, approval }: ModelVersion) =>
    archivedMs === null && (approval === null || approval.state === 'approved');
  return all.filter((version) => names.has(version.name) && isUsable(version));
}
