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
 * `registry/NAME.json`.
 */
export interface StoreRegistry {
  /** The same content under the same name is the same version. */
  register(registration: ModelRegistration): Promise<ModelVersion>;
  /** `models:/NAME@ALIAS` or `models:/NAME/VERSION`; throws `model.not-found`. */
  resolve(uri: string): Promise<ModelVersion>;
  /** All versions of a name, oldest first; empty where there are none. */
  list(name: string): Promise<ModelVersion[]>;
}

export function createStoreRegistry(driver: ArtifactDriver): StoreRegistry {
  const pathOf = (name: string) => `registry/${encodeURIComponent(name)}.json`;
  const parse = (text: string | undefined): z.infer<typeof registrySchema> =>
    text === undefined ? { versions: [], aliases: {} } : registrySchema.parse(JSON.parse(text));

  return {
    async register({ alias, needsApproval, ...registration }) {
      if (needsApproval === true) {
        throw new AppError(
          'model.approval',
          `${registration.name} waits for a person’s approval, and a shared store has none.`,
          {
            fix: 'Set approval of the Register step to none, or run the graph on a machine of its own.',
          },
        );
      }
      let registered: ModelVersion | undefined;
      await driver.updateText(pathOf(registration.name), (text) => {
        const registry = parse(text);
        let version = registry.versions.find((candidate) => candidate.digest === registration.digest);
        if (version === undefined) {
          const number = Math.max(0, ...registry.versions.map((candidate) => candidate.version)) + 1;
          version = { ...registration, version: number, createdMs: Date.now(), archivedMs: null, approval: null };
          registry.versions.push(version);
        }
        if (alias !== undefined) registry.aliases[alias] = version.version;
        registered = { ...version, aliases: aliasesOf(registry.aliases, version.version) };
        return `${JSON.stringify(registry, null, 2)}\n`;
      });
      if (registered === undefined) throw new AppError('internal.bug', 'The registry was not written.');
      return registered;
    },
    async list(name) {
      const { versions, aliases } = parse(await driver.readText(pathOf(name)));
      return versions.map((version) => ({ ...version, aliases: aliasesOf(aliases, version.version) }));
    },
    async resolve(uri) {
      const match = /^models:\/([^/@]+)(?:@([^/@]+)|\/(\d+))$/.exec(uri);
      const name = match?.[1];
      if (match === null || name === undefined) {
        throw new AppError('model.not-found', `"${uri}" does not name a registered model.`, {
          fix: 'Write models:/NAME@ALIAS or models:/NAME/VERSION.',
        });
      }
      const registry = parse(await driver.readText(pathOf(name)));
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
