import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toAppError } from '../../shared/errors/app-error.ts';
import type { ModelRepository } from './model-repository.ts';
import type { LogLevel } from './server-settings.ts';

/**
 * Follows a folder of models, as Triton's control mode `poll` does: what is new or changed is loaded, what has gone is
 * unloaded. A change counts once two looks have found the same, so that a file that is still being copied is left alone.
 */
export class RepositoryPoll {
  readonly #root: string;
  readonly #repository: Pick<ModelRepository, 'load' | 'unload'>;
  readonly #log: (level: LogLevel, text: string) => void;
  readonly #periodMs: number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #failing = false;
  /** What each model looked like when it was last loaded, and at the last look. */
  #loaded: ReadonlyMap<string, string> = new Map();
  #seen: ReadonlyMap<string, string> = new Map();

  private constructor(
    root: string,
    repository: Pick<ModelRepository, 'load' | 'unload'>,
    periodMs: number,
    log: (level: LogLevel, text: string) => void,
  ) {
    this.#root = root;
    this.#repository = repository;
    this.#periodMs = periodMs;
    this.#log = log;
  }

  /** Begins with what is there now, which is taken for loaded. */
  static async open(
    root: string,
    repository: Pick<ModelRepository, 'load' | 'unload'>,
    periodMs: number,
    log: (level: LogLevel, text: string) => void,
  ): Promise<RepositoryPoll> {
    const poll = new RepositoryPoll(root, repository, periodMs, log);
    poll.#loaded = await fingerprints(root);
    poll.#seen = poll.#loaded;
    poll.#wait();
    return poll;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#look().finally(() => this.#wait()), this.#periodMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const now = await fingerprints(this.#root).catch((error: unknown) => {
      // Said once until it can be read again.
      if (!this.#failing) this.#log('warn', `The folder of models cannot be read: ${toAppError(error).message}`);
      return undefined;
    });
    this.#failing = now === undefined;
    if (now === undefined) return;
    const before = this.#seen;
    this.#seen = now;
    const loaded = new Map(this.#loaded);
    for (const name of new Set([...loaded.keys(), ...now.keys()])) {
      const found = now.get(name);
      if (found === loaded.get(name) || found !== before.get(name)) continue;
      // Said once: the next attempt is after the next change.
      if (found === undefined) loaded.delete(name);
      else loaded.set(name, found);
      await this.#follow(name, found !== undefined);
    }
    this.#loaded = loaded;
  }

  async #follow(name: string, exists: boolean): Promise<void> {
    try {
      if (exists) await this.#repository.load(name, { config: undefined, files: new Map() });
      else await this.#repository.unload(name);
      this.#log('info', `Model ${name} was ${exists ? 'loaded from' : 'unloaded: it has gone from'} the folder.`);
    } catch (error) {
      this.#log('warn', `Model ${name}: ${toAppError(error).message}`);
    }
  }
}

/** Times and sizes of the configuration and the model files of each model that has a version. */
async function fingerprints(root: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const model of await foldersIn(root)) {
    const dir = join(root, model);
    const versions = (await foldersIn(dir)).filter((name) => /^\d{1,18}$/.test(name));
    const files = await Promise.all(versions.map((version) => look(join(dir, version, 'model.onnx'))));
    const parts = versions.flatMap((version, i) => (files[i] === undefined ? [] : [`${version}:${files[i]}`]));
    if (parts.length === 0) continue;
    found.set(model, [(await look(join(dir, 'config.pbtxt'))) ?? '', ...parts.toSorted()].join('|'));
  }
  return found;
}

async function look(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ? `${found.mtimeMs}/${found.size}/${found.ino}` : undefined;
}

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
