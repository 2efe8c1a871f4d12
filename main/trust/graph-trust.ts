import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import { replaceFile } from '../compute/paths/replace-file.ts';

export type TrustState = 'trusted' | 'restricted';

interface Decision {
  path: string;
  /** SHA-256 of the file the decision was about. */
  digest: string;
  state: TrustState;
  timeMs: number;
}

/**
 * Whether a graph file may do more than compute on files. A graph without a file was made in the app; a file in one of the
 * person's own folders is theirs; any other is restricted until the person says otherwise, and again when something
 * else than the app has changed it.
 */
export interface GraphTrust {
  /** `path` undefined: a graph that was never saved. A file that cannot be read is restricted. */
  stateOf(path: string | undefined): Promise<TrustState>;
  /** The file as it is now, to show what it would do. Undefined where it cannot be read. */
  read(path: string): Promise<{ digest: string; text: string } | undefined>;
  /**
   * Keeps the person's decision for the file as it is now, with `digest` only while it is what that is of. Throws
   * `graph.changed-on-disk`, and what reading the file throws.
   */
  decide(path: string, state: TrustState, digest?: string): Promise<void>;
}

const mostDecisions = 2_000;
/** Larger files are no graphs. */
const maxBytes = 32 * 1024 * 1024;

/** Decisions are kept in `trust.json` of the data directory. */
export function createGraphTrust(options: { dataDir: string; ownFolders: readonly string[] }): GraphTrust {
  const file = join(options.dataDir, 'trust.json');
  let writing: Promise<unknown> = Promise.resolve();

  async function decisions(): Promise<Decision[]> {
    try {
      const value: unknown = JSON.parse(await readFile(file, 'utf8'));
      return Array.isArray(value) ? value.filter(isDecision) : [];
    } catch {
      // No file yet, or one that was damaged: nothing outside the own folders is trusted.
      return [];
    }
  }

  async function isOwn(path: string): Promise<boolean> {
    for (const folder of options.ownFolders) {
      const real = await realpath(folder).catch(() => resolve(folder));
      if (path.startsWith(real + sep)) return true;
    }
    return false;
  }

  async function keep(decision: Decision): Promise<void> {
    const others = (await decisions()).filter((entry) => entry.path !== decision.path);
    const text = `${JSON.stringify([...others.slice(-mostDecisions + 1), decision], null, 2)}\n`;
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, text);
    await replaceFile(temporary, file);
  }

  return {
    async stateOf(path) {
      if (path === undefined) return 'trusted';
      try {
        const known = await identify(path);
        const decided = (await decisions()).find(
          ({ path: at, digest }) => at === known.path && digest === known.digest,
        );
        return decided?.state ?? ((await isOwn(known.path)) ? 'trusted' : 'restricted');
      } catch {
        return 'restricted';
      }
    },
    async read(path) {
      try {
        const { digest, bytes } = await identify(path);
        return { digest, text: bytes.toString() };
      } catch {
        return undefined;
      }
    },
    async decide(path, state, shown) {
      const { path: real, digest } = await identify(path);
      if (shown !== undefined && shown !== digest) {
        throw new AppError(
          'graph.changed-on-disk',
          `${basename(path)} was changed by another program since it was read.`,
          { fix: 'Look at what it would do now, then decide.' },
        );
      }
      const step = writing.then(() => keep({ path: real, digest, state, timeMs: Date.now() }));
      writing = step.catch(() => undefined);
      await step;
    },
  };
}

/** Its real path, so that a link in an own folder counts as what it points to, its bytes and their digest. */
async function identify(path: string): Promise<{ path: string; digest: string; bytes: Buffer }> {
  const real = await realpath(path);
  const info = await stat(real);
  if (!info.isFile() || info.size > maxBytes) throw new Error(`${real} is no graph file.`);
  const bytes = await readFile(real);
  return { path: real, digest: graphDigest(bytes), bytes };
}

/** SHA-256 of a graph file's bytes, in hex: what a decision is for. */
export function graphDigest(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function isDecision(value: unknown): value is Decision {
  if (typeof value !== 'object' || value === null) return false;
  const { path, digest, state } = value as Partial<Decision>;
  return typeof path === 'string' && typeof digest === 'string' && (state === 'trusted' || state === 'restricted');
}
