import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ArtifactManifest, artifactManifestSchema } from '../../shared/artifact/manifest.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDriver } from './artifact-driver.ts';
import { removeStaleTempFolders } from './directory-driver.ts';
import { diskError } from './disk-error.ts';
import { currentProcess } from '../compute/paths/process-identity.ts';
import { syncFilesOf } from '../compute/paths/replace-file.ts';
import { createS3Client, type S3ClientOptions } from './s3-client.ts';
import { parseS3Uri, s3CredentialsOf } from './s3-location.ts';

const manifestFile = 'manifest.json';
/** Older leftovers of an upload belong to no writer that is still at work. */
const abandonedMs = 24 * 3600 * 1000;
const maxChanges = 20;

export interface S3DriverOptions extends S3ClientOptions {
  /** Local folder for files that were read or will be written. */
  cacheDir: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Keeps artifacts in an S3-compatible object storage. The files of an artifact lie under names that hold their hash, and
 * its manifest is written last and only where there is none: two writers of one artifact never mix, a reader never
 * meets half of one. Files are compared with the manifest's hashes when they come down, then kept in the local cache.
 */
export function createS3Driver(uri: string, options: S3DriverOptions): ArtifactDriver {
  const location = parseS3Uri(uri, options.env);
  const client = createS3Client(location, s3CredentialsOf(options.env), options);
  const cache = join(resolve(options.cacheDir), createHash('sha256').update(uri).digest('hex').slice(0, 16));
  const self = currentProcess();
  let swept: Promise<void> | undefined;
  const keyOf = (path: string) => `${location.prefix}${path}`;

  async function tempFolder(): Promise<string> {
    try {
      swept ??= removeStaleTempFolders(cache);
      await swept;
      const folder = join(cache, 'tmp', `${self.pid}.${self.start}.${randomUUID()}`);
      await mkdir(folder, { recursive: true });
      return folder;
    } catch (error) {
      throw diskError(error, cache);
    }
  }

  async function readManifest(folder: string): Promise<ArtifactManifest | undefined> {
    const found = await client.getText(keyOf(`${folder}/${manifestFile}`));
    return found === undefined ? undefined : parseManifest(found.text);
  }

  /** Makes a local folder the cache's copy; another process may have been faster. */
  async function keepLocally(from: string, path: string): Promise<void> {
    const target = join(cache, path);
    await mkdir(dirname(target), { recursive: true });
    // What is there is taken for whole, also after a loss of power.
    await syncFilesOf(from);
    await rename(from, target).catch((error: unknown) => {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    });
  }

  async function removeFolder(path: string): Promise<void> {
    const manifest = await readManifest(path);
    // Out of sight first.
    await client.remove(keyOf(`${path}/${manifestFile}`));
    const listed = new Set(manifest?.files.map((file) => keyOf(`${path}/${objectName(file)}`)));
    for (const entry of await client.list(keyOf(`${path}/`))) {
      // What the manifest does not list may be what another writer is just bringing.
      if (listed.has(entry.key) || entry.modifiedMs < Date.now() - abandonedMs) await client.remove(entry.key);
    }
    await rm(join(cache, path), { recursive: true, force: true });
  }

  return {
    uri,
    createTempFolder: tempFolder,
    publishFolder: async (localDir, path) => {
      const manifest = parseManifest(await readFile(join(localDir, manifestFile), 'utf8'));
      if (manifest === undefined) throw new AppError('internal.bug', `${localDir} holds no manifest.`);
      for (const file of manifest.files) {
        await client.upload(keyOf(`${path}/${objectName(file)}`), join(localDir, file.name));
      }
      const text = await readFile(join(localDir, manifestFile), 'utf8');
      const written = await client.putText(keyOf(`${path}/${manifestFile}`), text, { absent: true });
      if (written) await keepLocally(localDir, path);
      return written;
    },
    localFolder: async (path) => {
      const target = join(cache, path);
      if (await isFolder(target)) return target;
      const manifest = await readManifest(path);
      if (manifest === undefined) return undefined;
      const folder = await tempFolder();
      try {
        const bad: string[] = [];
        for (const file of manifest.files) {
          const sha256 = await client.download(keyOf(`${path}/${objectName(file)}`), join(folder, file.name));
          if (sha256 !== file.sha256) bad.push(file.name);
        }
        if (bad.length > 0) {
          // What is not intact counts as missing, so that the next run makes it anew.
          await removeFolder(path).catch(() => undefined);
          throw new AppError('artifact.corrupt', `${bad.join(', ')} of ${path} in ${uri} is not what was stored.`, {
            fix: 'Run again: it is made anew. See who else may write to this storage.',
            details: { files: bad },
          });
        }
        await writeFile(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
        await keepLocally(folder, path);
        return target;
      } catch (error) {
        throw diskError(error, cache);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    statFile: async (path) => {
      const folder = dirname(path);
      const name = path.slice(folder.length + 1);
      if (name === manifestFile || !folder.startsWith('artifacts/')) return client.head(keyOf(path));
      const file = (await readManifest(folder))?.files.find((candidate) => candidate.name === name);
      return file === undefined ? undefined : client.head(keyOf(`${folder}/${objectName(file)}`));
    },
    readText: async (path) => (await client.getText(keyOf(path)))?.text,
    writeText: async (path, text) => {
      await client.putText(keyOf(path), text);
    },
    updateText: async (path, change) => {
      for (let attempt = 0; attempt < maxChanges; attempt++) {
        const found = await client.getText(keyOf(path));
        const condition = found === undefined ? ({ absent: true } as const) : { etag: found.etag };
        if (await client.putText(keyOf(path), change(found?.text), condition)) return;
      }
      throw new AppError('store.unreachable', `${path} in ${uri} is changed by others all the time.`, {
        fix: 'Run again.',
      });
    },
    list: async (path) => {
      const prefix = keyOf(`${path}/`);
      const entries = await client.list(prefix, { folders: true });
      return entries.map((entry) => entry.key.slice(prefix.length).replace(/\/$/, '')).toSorted();
    },
    remove: (path) => (path.startsWith('artifacts/') ? removeFolder(path) : client.remove(keyOf(path))),
  };
}

/** The hash in the name keeps two writers apart whose files differ though the artifact is the same. */
function objectName(file: ArtifactManifest['files'][number]): string {
  return `${file.sha256.slice(0, 16)}.${file.name}`;
}

function parseManifest(text: string): ArtifactManifest | undefined {
  try {
    const parsed = artifactManifestSchema.safeParse(JSON.parse(text));
    // Names become local paths, and others may write to the storage.
    const safe = parsed.success && parsed.data.files.every(({ name }) => /^\w[\w.-]*$/.test(name));
    return safe ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
