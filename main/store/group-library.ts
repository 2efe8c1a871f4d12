import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import { idSchema } from '../../shared/graph/ids.ts';
import {
  type GroupOrigin,
  type LibraryGroup,
  libraryGroupSchema,
  sameGroup,
} from '../../shared/graph/library-group.ts';
import { createFile } from '../compute/paths/replace-file.ts';

export interface LibraryEntry {
  name: string;
  title: string;
  /** Oldest first. */
  versions: { version: number; savedMs: number }[];
}

/** Groups kept for other graphs: each version is a file that never changes, `groups/NAME/VERSION.json`. */
export interface GroupLibrary {
  /** By name. */
  list(): Promise<LibraryEntry[]>;
  /** The newest version unless one is named. Errors: `graph.not-found`, `graph.invalid`. */
  get(name: string, version?: number): Promise<GroupOrigin & { content: LibraryGroup }>;
  /** The version it is; the newest one where that places the same steps. Errors: `graph.too-large`. */
  save(name: string, content: LibraryGroup): Promise<GroupOrigin>;
}

const largestBytes = 8 * 2 ** 20;

export function createGroupLibrary(dataDir: string): GroupLibrary {
  const root = join(dataDir, 'groups');
  const fileOf = (name: string, version: number) => join(root, idSchema.parse(name), `${version}.json`);

  async function versionsOf(name: string): Promise<number[]> {
    const files = await readdir(join(root, idSchema.parse(name))).catch(() => []);
    return files
      .flatMap((file) => (/^[1-9]\d{0,8}\.json$/.test(file) ? [Number.parseInt(file, 10)] : []))
      .sort((a, b) => a - b);
  }

  async function read(name: string, version: number): Promise<LibraryGroup> {
    const file = fileOf(name, version);
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new AppError('graph.not-found', `The library has no version ${version} of “${name}”.`, {
        fix: 'See: slipway groups list',
        cause,
      });
    });
    try {
      return libraryGroupSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new AppError('graph.invalid', `${file} is no group.`, { fix: 'Save the group again.', cause });
    }
  }

  return {
    async list() {
      const names = (await readdir(root).catch(() => [])).filter((name) => idSchema.safeParse(name).success).sort();
      const entries = await Promise.all(
        names.map(async (name): Promise<LibraryEntry[]> => {
          const versions = await versionsOf(name);
          const newest = versions.at(-1);
          const content = newest === undefined ? undefined : await read(name, newest).catch(() => undefined);
          if (content === undefined) return [];
          const saved = versions.map(async (version) => ({
            version,
            savedMs: Math.round((await stat(fileOf(name, version))).mtimeMs),
          }));
          return [{ name, title: content.groups[content.group]?.title ?? name, versions: await Promise.all(saved) }];
        }),
      );
      return entries.flat();
    },

    async get(name, version) {
      const wanted = version ?? (await versionsOf(name)).at(-1);
      if (wanted === undefined) {
        throw new AppError('graph.not-found', `The library has no group “${name}”.`, {
          fix: 'See: slipway groups list',
        });
      }
      return { name, version: wanted, content: await read(name, wanted) };
    },

    async save(name, content) {
      const text = `${JSON.stringify(libraryGroupSchema.parse(content), null, 2)}\n`;
      const bytes = Buffer.byteLength(text);
      if (bytes > largestBytes) {
        throw new AppError('graph.too-large', `The group has ${bytes} bytes, more than ${largestBytes}.`, {
          fix: 'Save a smaller part of the graph.',
        });
      }
      await mkdir(join(root, idSchema.parse(name)), { recursive: true });
      for (;;) {
        const newest = (await versionsOf(name)).at(-1);
        if (newest !== undefined) {
          // One that cannot be read is replaced by a newer one.
          const kept = await read(name, newest).catch(() => undefined);
          if (kept !== undefined && sameGroup(kept, content)) return { name, version: newest };
        }
        const version = (newest ?? 0) + 1;
        try {
          // Fails where another engine has just saved a version of this number.
          await createFile(fileOf(name, version), text);
          return { name, version };
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        }
      }
    },
  };
}
