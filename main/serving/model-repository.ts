import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { modelFiles } from '../../shared/model/model-form.ts';
import { isRecord } from './is-record.ts';
import { type ModelConfig, parseModelConfig } from './model-config.ts';
import { type ModelSource, modelFolderSources, repositoryVersions, unservedVersions } from './model-source.ts';
import type { ModelTable } from './model-table.ts';
import type { ReplicaSetState } from './replicas/replica-set.ts';
import type { ServedModel } from './served-model.ts';

export interface RepositoryEntry {
  name: string;
  version: string;
  state: 'LOADING' | 'READY' | 'UNLOADING' | 'UNAVAILABLE';
  reason: string;
}

export interface LoadParameters {
  /** Replaces `config.pbtxt`. */
  config: ModelConfig | undefined;
  /** ONNX files by version; they replace the model's folder. */
  files: ReadonlyMap<string, Buffer>;
}

export interface ModelRepositoryOptions {
  /** Folder in Triton's layout; null: the endpoint's models are fixed. */
  root: string | null;
  models: ModelTable;
  open(source: ModelSource): Promise<ServedModel>;
}

/**
 * Triton's model repository extension with explicit control: what a folder of models holds, loaded and unloaded while
 * serving. A model that is loaded again is replaced without a gap: the old version answers until the new one is warm.
 */
export class ModelRepository {
  readonly #options: ModelRepositoryOptions;
  /** What is being done, or why a model is not served, by model name. */
  readonly #notes = new Map<string, { state: RepositoryEntry['state']; reason: string }>();
  /** Folders with the models that were sent in load requests, by name: a worker that is started again reads them again. */
  readonly #uploads = new Map<string, string>();
  /** Changes of one model follow each other. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: ModelRepositoryOptions) {
    this.#options = options;
  }

  /** Every version in the folder and every one that is served. */
  async index(readyOnly: boolean): Promise<RepositoryEntry[]> {
    const { root, models } = this.#options;
    const entries = new Map<string, RepositoryEntry>();
    const add = (entry: RepositoryEntry) => entries.set(`${entry.name}/${entry.version}`, entry);
    for (const { name, version } of root === null ? [] : await repositoryVersions(root)) {
      const note = this.#notes.get(name);
      add({ name, version, state: note?.state ?? 'UNAVAILABLE', reason: note?.reason ?? '' });
    }
    for (const entry of await this.unserved()) add({ ...entry, state: 'UNAVAILABLE' });
    for (const { name, version, replicas } of models.all()) add({ name, version, ...stateOf(replicas.state) });
    const all = [...entries.values()];
    return readyOnly ? all.filter((entry) => entry.state === 'READY') : all;
  }

  /** What the folder has for other servers only, with the reason. */
  async unserved(): Promise<Pick<RepositoryEntry, 'name' | 'version' | 'reason'>[]> {
    const { root } = this.#options;
    return root === null ? [] : unservedVersions(root);
  }

  /** Errors: `request.unsupported` (fixed models), `model.not-found`, `model.invalid`. */
  load(name: string, parameters: LoadParameters): Promise<void> {
    return this.#inTurn(name, 'LOADING', async (root) => {
      const dir = await receivedFiles(parameters.files);
      const opened: ServedModel[] = [];
      try {
        const sources = await modelFolderSources(dir ?? join(root, name), name, parameters.config);
        for (const source of sources) opened.push(await this.#options.open(source));
      } catch (error) {
        await Promise.all(opened.map((model) => model.close()));
        await removeFolder(dir);
        throw error;
      }
      await this.#replace(name, opened, dir);
    });
  }

  /** Requests in flight are answered first. Errors: `request.unsupported`, `model.not-found`. */
  unload(name: string): Promise<void> {
    return this.#inTurn(name, 'UNLOADING', async (root) => {
      const known = this.#options.models.versions(name).length > 0;
      if (!known && !(await repositoryVersions(root)).some((entry) => entry.name === name)) {
        throw new AppError('model.not-found', `There is no model "${name.slice(0, 80)}" in the repository.`);
      }
      await this.#replace(name, []);
      this.#notes.set(name, { state: 'UNAVAILABLE', reason: 'unloaded' });
    });
  }

  /** Removes the models that were sent in load requests. */
  async close(): Promise<void> {
    await Promise.all([...this.#uploads.values()].map(removeFolder));
  }

  /** `dir`: where the files of the new models are, if they were sent; those of the old ones are removed. */
  async #replace(name: string, models: readonly ServedModel[], dir?: string): Promise<void> {
    const old = this.#options.models.replace(name, models);
    const before = this.#uploads.get(name);
    if (dir === undefined) this.#uploads.delete(name);
    else this.#uploads.set(name, dir);
    await Promise.all(old.map((model) => model.retire()));
    await removeFolder(before);
  }

  #inTurn(name: string, state: RepositoryEntry['state'], change: (root: string) => Promise<void>): Promise<void> {
    const { root } = this.#options;
    if (root === null) {
      throw new AppError(
        'request.unsupported',
        'The models of this endpoint are fixed: nothing is loaded or unloaded.',
        {
          fix: 'Serve a folder of models: slipway serve DIR.',
        },
      );
    }
    if (!/^[A-Za-z0-9_][\w.-]{0,127}$/.test(name)) {
      throw new AppError('model.not-found', `"${name.slice(0, 80)}" is no name of a model.`);
    }
    const turn = (this.#turns.get(name) ?? Promise.resolve()).then(async () => {
      const before = this.#notes.get(name);
      this.#notes.set(name, { state, reason: '' });
      try {
        await change(root);
        if (state === 'LOADING') this.#notes.delete(name);
      } catch (error) {
        const { code, message } = toAppError(error);
        if (code !== 'model.not-found') this.#notes.set(name, { state: 'UNAVAILABLE', reason: message });
        else if (before === undefined) this.#notes.delete(name);
        else this.#notes.set(name, before);
        throw error;
      }
    });
    this.#turns.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

/** A folder with the versions that were sent; undefined where none was. */
async function receivedFiles(files: LoadParameters['files']): Promise<string | undefined> {
  if (files.size === 0) return undefined;
  const dir = await mkdtemp(join(tmpdir(), 'slipway-model-'));
  try {
    for (const [version, bytes] of files) {
      await mkdir(join(dir, version), { recursive: true });
      await writeFile(join(dir, version, modelFiles.onnx), bytes);
    }
    return dir;
  } catch (error) {
    await removeFolder(dir);
    throw error;
  }
}

async function removeFolder(dir: string | undefined): Promise<void> {
  if (dir !== undefined) await rm(dir, { recursive: true, force: true });
}

/** A model without a worker is ready: whoever asks it waits for its cold start. */
function stateOf(state: ReplicaSetState): Pick<RepositoryEntry, 'state' | 'reason'> {
  switch (state) {
    case 'ready':
      return { state: 'READY', reason: '' };
    case 'on-demand':
      return { state: 'READY', reason: 'not in memory; its next request loads it' };
    case 'loading':
      return { state: 'LOADING', reason: '' };
    case 'restarting':
      return { state: 'UNAVAILABLE', reason: 'its worker is being started again' };
    case 'failed':
      return { state: 'UNAVAILABLE', reason: 'its worker ended again and again' };
  }
}

/** The `parameters` of a load request, as JSON (files in base64) or protobuf values (bytes). Errors: `request.invalid`. */
export function readLoadParameters(given: unknown): LoadParameters {
  const files = new Map<string, Buffer>();
  if (given === undefined) return { config: undefined, files };
  if (!isRecord(given)) throw new AppError('request.invalid', '"parameters" is not an object.');
  let config: ModelConfig | undefined;
  for (const [key, value] of Object.entries(given)) {
    if (key === 'config' && typeof value === 'string') {
      config = parseModelConfig(value);
      continue;
    }
    const version = /^file:(\d{1,18})\/model\.onnx$/.exec(key)?.[1];
    if (version === undefined || !(typeof value === 'string' || value instanceof Uint8Array)) {
      throw new AppError('request.invalid', `Load parameter "${key.slice(0, 80)}" is not known.`, {
        fix: 'Use "config" (JSON text) or "file:VERSION/model.onnx" (base64).',
      });
    }
    files.set(version, typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.from(value));
  }
  return { config, files };
}
