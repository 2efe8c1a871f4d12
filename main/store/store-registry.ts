import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import { type ModelVersion, modelVersionSchema } from '../../shared/rpc/engine-contract.ts';
import type { ArtifactDriver } from './artifact-driver.ts';
import type { ModelRegistration } from './model-registry.ts';

const registrySchema = z.object({
  versions: z.array(modelVersionSchema.omit({ aliases: true })),
  aliases: z.record(z.string(), z.number()),
});

/**
 * The registry of a shared artifact store, for pods that have no database in common: one JSON text per model name,
 * `registry/NAME.json`. Writers are the register steps of one graph, which run one after another.
 */
export interface StoreRegistry {
  /** The same content under the same name is the same version. */
  register(registration: ModelRegistration): Promise<ModelVersion>;
  /** `models:/NAME@ALIAS` or `models:/NAME/VERSION`; throws `model.not-found`. */
  resolve(uri: string): Promise<ModelVersion>;
}

export function createStoreRegistry(driver: ArtifactDriver): StoreRegistry {
  async function read(name: string): Promise<z.infer<typeof registrySchema>> {
    const text = await driver.readText(`registry/${encodeURIComponent(name)}.json`);
    return text === undefined ? { versions: [], aliases: {} } : registrySchema.parse(JSON.parse(text));
  }

  return {
    async register({ alias, ...registration }) {
      const registry = await read(registration.name);
      let version = registry.versions.find((candidate) => candidate.digest === registration.digest);
      if (version === undefined) {
        const number = Math.max(0, ...registry.versions.map((candidate) => candidate.version)) + 1;
        version = { ...registration, version: number, createdMs: Date.now() };
        registry.versions.push(version);
      }
      if (alias !== undefined) registry.aliases[alias] = version.version;
      await driver.writeText(
        `registry/${encodeURIComponent(registration.name)}.json`,
        `${JSON.stringify(registry, null, 2)}\n`,
      );
      return { ...version, aliases: aliasesOf(registry.aliases, version.version) };
    },
    async resolve(uri) {
      const match = /^models:\/([^/@]+)(?:@([^/@]+)|\/(\d+))$/.exec(uri);
      const name = match?.[1];
      if (match === null || name === undefined) {
        throw new AppError('model.not-found', `"${uri}" does not name a registered model.`, {
          fix: 'Write models:/NAME@ALIAS or models:/NAME/VERSION.',
        });
      }
      const registry = await read(name);
      const wanted = match[2] === undefined ? Number(match[3]) : registry.aliases[match[2]];
      const version = registry.versions.find((candidate) => candidate.version === wanted);
      if (version !== undefined) return { ...version, aliases: aliasesOf(registry.aliases, version.version) };
      throw new AppError('model.not-found', `There is no model ${uri} in the store ${driver.uri}.`, {
        fix: 'It is there once the run that registers it has finished.',
      });
    },
  };
}

function aliasesOf(aliases: Readonly<Record<string, number>>, version: number): string[] {
  return Object.keys(aliases)
    .filter((alias) => aliases[alias] === version)
    .toSorted();
}
