import { AppError } from '../../shared/errors/app-error.ts';
import type { ServedModel } from './served-model.ts';
import type { Tensor } from './tensor.ts';
import { type AutomaticRollback, Traffic } from './traffic.ts';

/** The model versions of one endpoint by name and version. */
export class ModelTable {
  readonly #byName = new Map<string, ServedModel[]>();
  readonly #traffic = new Map<string, Traffic>();

  add(model: ServedModel): void {
    const versions = this.#byName.get(model.name) ?? [];
    versions.push(model);
    versions.sort((a, b) => Number(b.version) - Number(a.version));
    this.#byName.set(model.name, versions);
  }

  /** Puts other versions in the place of a model's; gives those it had. */
  replace(name: string, models: readonly ServedModel[]): readonly ServedModel[] {
    const old = this.versions(name);
    this.#byName.delete(name);
    for (const model of models) this.add(model);
    return old;
  }

  all(): ServedModel[] {
    return [...this.#byName.values()].flat();
  }

  /** Versions of a model, highest first. */
  versions(name: string): readonly ServedModel[] {
    return this.#byName.get(name) ?? [];
  }

  /** The model of that name; without a name the only one. Errors: those of `find`. */
  findOrOnly(name: string | undefined): ServedModel {
    if (name !== undefined) return this.find(name, undefined);
    const [only, ...more] = this.#byName.keys();
    if (only !== undefined && more.length === 0) return this.find(only, undefined);
    const known = [...this.#byName.keys()].map((key) => `"${key}"`).join(', ');
    throw new AppError('request.invalid', `Say which "model" it is for: ${known === '' ? 'there is none' : known}.`);
  }

  /** How requests for a model are shared out. Errors: those of `find`. */
  trafficOf(name: string): Traffic {
    this.find(name, undefined);
    let traffic = this.#traffic.get(name);
    if (traffic === undefined) {
      traffic = new Traffic();
      this.#traffic.set(name, traffic);
    }
    return traffic;
  }

  /**
   * The version that answers a request: the one it names, else the one its model's traffic rule chooses, else the
   * highest. Errors: those of `find`.
   */
  pick(name: string, version: string | undefined, track: string | undefined, session?: string): ServedModel {
    if (version !== undefined) return this.find(name, version);
    const chosen = this.#traffic.get(name)?.next(track, session);
    // A version of the rule may have been unloaded since.
    const served = chosen !== undefined && this.versions(name).some((model) => model.version === chosen);
    return this.find(name, served ? chosen : undefined);
  }

  /** Counts an answered request of a model for the guard of its canary. */
  /** What an answered request was told. */
  predicted(model: ServedModel, outputs: readonly Tensor[]): void {
    this.#traffic.get(model.name)?.predicted(model.version, outputs);
  }

  observe(model: ServedModel, failed: boolean, durationMs: number): AutomaticRollback | undefined {
    return this.#traffic.get(model.name)?.observe(model.version, failed, durationMs, Date.now());
  }

  /** The version that gets copies of the requests a version answers, if any. */
  shadowOf(model: ServedModel): ServedModel | undefined {
    const shadow = this.#traffic.get(model.name)?.rule?.shadow;
    if (shadow == null || shadow === model.version) return undefined;
    return this.versions(model.name).find((candidate) => candidate.version === shadow);
  }

  /** The version asked for, else the highest. Errors: `model.not-found`, `request.invalid` (version not a number). */
  find(name: string, version: string | undefined): ServedModel {
    if (version !== undefined && !/^\d{1,18}$/.test(version)) {
      throw new AppError('request.invalid', `Version "${version.slice(0, 40)}" is not a number.`);
    }
    const versions = this.versions(name);
    const model = version === undefined ? versions[0] : versions.find((candidate) => sameVersion(candidate, version));
    if (model !== undefined) return model;
    if (versions.length === 0) {
      const known = [...this.#byName.keys()].map((key) => `"${key}"`).join(', ');
      throw new AppError(
        'model.not-found',
        `There is no model "${name.slice(0, 80)}" here; there is ${known === '' ? 'none' : known}.`,
      );
    }
    const known = versions.map((candidate) => candidate.version).join(', ');
    throw new AppError('model.not-found', `Model "${name}" has no version ${version}; it has ${known}.`);
  }
}

function sameVersion(model: ServedModel, version: string): boolean {
  return Number(model.version) === Number(version);
}
