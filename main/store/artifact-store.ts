import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import {
  type ArtifactManifest,
  artifactManifestSchema,
  artifactTypeSchema,
  digestSchema,
} from '../../shared/artifact/manifest.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDraft, InputArtifact } from '../../shared/node/runner.ts';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';
import { keyPartsSchema } from '../../shared/plan/plan.ts';
import type { ArtifactDriver } from './artifact-driver.ts';

/** What a step key stands for: `steps/<2 hex>/<key>.json`. */
export const stepRecordSchema = z.object({
  key: digestSchema,
  parts: keyPartsSchema,
  /** By output port. */
  outputs: z.record(
    z.string(),
    z.object({
      digest: digestSchema,
      type: artifactTypeSchema,
      /** Of this output; equal content may reach other steps with another lineage. */
      lineage: z.enum(['all', 'train', 'validation', 'test']).optional(),
    }),
  ),
  runId: z.string(),
  durationMs: z.number(),
  /** Drawn by the processors meanwhile, by whatever ran on them; absent where the machine does not tell. */
  energyJoules: z.number().optional(),
});
export type StepRecord = z.infer<typeof stepRecordSchema>;

export interface ArtifactStore {
  readonly uri: string;
  /** An empty folder on the store's volume, for the files of an attempt; the caller removes it. */
  createWorkDir(): Promise<string>;
  /** Moves the draft's files into the store and returns the manifest; the same content is stored once. */
  put(draft: ArtifactDraft, origin: Pick<ArtifactManifest, 'producer' | 'inputs'>): Promise<ArtifactManifest>;
  /** Undefined when it is not there or not intact (file missing, of another size, or changed since it was written). */
  get(digest: string): Promise<ArtifactManifest | undefined>;
  /** The artifact with local paths; undefined as for `get`. */
  open(digest: string): Promise<InputArtifact | undefined>;
  /** Compares every file with its hash; the names of those that differ. Throws `artifact.not-found`. */
  verify(digest: string): Promise<string[]>;
  list(): AsyncIterable<ArtifactManifest>;
  /** With a trace its manifest stays, so that what was made from it still says so. */
  remove(digest: string, options?: { keepTrace?: boolean }): Promise<void>;
  /** The manifest of what was removed with a trace. */
  getTrace(digest: string): Promise<ArtifactManifest | undefined>;
  /** Result of a step whose artifacts are all intact. */
  getStep(key: string): Promise<StepRecord | undefined>;
  putStep(record: StepRecord): Promise<void>;
  listSteps(): AsyncIterable<StepRecord>;
  removeStep(key: string): Promise<void>;
}

const manifestFile = 'manifest.json';

export function createArtifactStore(driver: ArtifactDriver): ArtifactStore {
  return new DriverArtifactStore(driver);
}

class DriverArtifactStore implements ArtifactStore {
  private readonly driver: ArtifactDriver;

  constructor(driver: ArtifactDriver) {
    this.driver = driver;
  }

  get uri(): string {
    return this.driver.uri;
  }

  createWorkDir(): Promise<string> {
    return this.driver.createTempFolder();
  }

  async put(draft: ArtifactDraft, origin: Pick<ArtifactManifest, 'producer' | 'inputs'>): Promise<ArtifactManifest> {
    const staged = await this.driver.createTempFolder();
    try {
      const files: ArtifactManifest['files'] = [];
      for (const name of Object.keys(draft.files).sort()) {
        if (name === manifestFile || !/^[\w.-]+$/.test(name))
          throw new AppError('internal.bug', `"${name}" is no artifact file name.`);
        const target = join(staged, name);
        await moveFile(draft.files[name] as string, target);
        files.push({ name, sha256: await hashFile(target), sizeBytes: (await stat(target)).size });
      }
      const manifest: ArtifactManifest = {
        digest: artifactDigest(draft, files),
        type: draft.type,
        files,
        ...(draft.schema === undefined ? {} : { schema: draft.schema }),
        ...(draft.rowCount === undefined ? {} : { rowCount: draft.rowCount }),
        meta: draft.meta ?? {},
        ...(draft.lineage === undefined ? {} : { lineage: draft.lineage }),
        ...origin,
      };
      const present = await this.get(manifest.digest);
      if (present !== undefined) return present;
      await writeFile(join(staged, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
      const path = artifactPath(manifest.digest);
      // Whatever lies there is not intact. If another process stores the same content meanwhile, either copy is good.
      await this.driver.remove(path);
      await this.driver.publishFolder(staged, path);
      return manifest;
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
  }

  async get(digest: string): Promise<ArtifactManifest | undefined> {
    const manifest = await this.readManifest(digest);
    if (manifest === undefined) return undefined;
    const path = artifactPath(digest);
    const written = await this.driver.statFile(`${path}/${manifestFile}`);
    if (written === undefined) return undefined;
    for (const file of manifest.files) {
      const found = await this.driver.statFile(`${path}/${file.name}`);
      if (found === undefined || found.sizeBytes !== file.sizeBytes) return undefined;
      // Files are complete before the manifest is written: a later change is suspect, so the content decides.
      if (found.modifiedMs > written.modifiedMs && (await this.verify(digest)).length > 0) return undefined;
    }
    return manifest;
  }

  async open(digest: string): Promise<InputArtifact | undefined> {
    const manifest = await this.get(digest);
    if (manifest === undefined) return undefined;
    const { folder } = await this.localFolder(digest);
    return folder === undefined ? undefined : inputArtifact(manifest, folder);
  }

  async verify(digest: string): Promise<string[]> {
    const manifest = await this.readManifest(digest);
    const { folder, bad } = await this.localFolder(digest);
    if (bad.length > 0) return bad;
    if (manifest === undefined || folder === undefined) throw artifactNotFound(digest);
    for (const file of manifest.files) {
      const sha256 = await hashFile(join(folder, file.name)).catch(() => undefined);
      if (sha256 !== file.sha256) bad.push(file.name);
    }
    return bad;
  }

  async *list(): AsyncIterable<ArtifactManifest> {
    for (const shard of await this.driver.list('artifacts')) {
      for (const digest of await this.driver.list(`artifacts/${shard}`)) {
        const manifest = await this.readManifest(digest);
        if (manifest !== undefined) yield manifest;
      }
    }
  }

  async remove(digest: string, { keepTrace = false }: { keepTrace?: boolean } = {}): Promise<void> {
    if (!digestSchema.safeParse(digest).success) return;
    const manifest = keepTrace ? await this.readManifest(digest) : undefined;
    if (manifest !== undefined) await this.driver.writeText(tracePath(digest), `${JSON.stringify(manifest)}\n`);
    await this.driver.remove(artifactPath(digest));
  }

  getTrace(digest: string): Promise<ArtifactManifest | undefined> {
    return this.readManifestAt(digest, tracePath(digest));
  }

  async getStep(key: string): Promise<StepRecord | undefined> {
    const record = await this.readStep(key);
    if (record === undefined) return undefined;
    for (const output of Object.values(record.outputs)) {
      if ((await this.get(output.digest)) === undefined) return undefined;
    }
    return record;
  }

  async putStep(record: StepRecord): Promise<void> {
    await this.driver.writeText(stepPath(record.key), `${JSON.stringify(record)}\n`);
  }

  async *listSteps(): AsyncIterable<StepRecord> {
    for (const shard of await this.driver.list('steps')) {
      for (const name of await this.driver.list(`steps/${shard}`)) {
        const record = await this.readStep(name.replace(/\.json$/, ''));
        if (record !== undefined) yield record;
      }
    }
  }

  async removeStep(key: string): Promise<void> {
    if (digestSchema.safeParse(key).success) await this.driver.remove(stepPath(key));
  }

  /** A driver that brings files from elsewhere compares them on the way and names those that differ. */
  private async localFolder(digest: string): Promise<{ folder: string | undefined; bad: string[] }> {
    try {
      return { folder: await this.driver.localFolder(artifactPath(digest)), bad: [] };
    } catch (error) {
      const files =
        error instanceof AppError && error.code === 'artifact.corrupt' ? error.details?.['files'] : undefined;
      if (Array.isArray(files)) return { folder: undefined, bad: files.map(String) };
      throw error;
    }
  }

  private async readStep(key: string): Promise<StepRecord | undefined> {
    if (!digestSchema.safeParse(key).success) return undefined;
    const parsed = stepRecordSchema.safeParse(parseJson(await this.driver.readText(stepPath(key))));
    return parsed.success && parsed.data.key === key ? parsed.data : undefined;
  }

  private readManifest(digest: string): Promise<ArtifactManifest | undefined> {
    return this.readManifestAt(digest, `${artifactPath(digest)}/${manifestFile}`);
  }

  private async readManifestAt(digest: string, path: string): Promise<ArtifactManifest | undefined> {
    if (!digestSchema.safeParse(digest).success) return undefined;
    const text = await this.driver.readText(path);
    const parsed = artifactManifestSchema.safeParse(parseJson(text));
    return parsed.success && parsed.data.digest === digest ? parsed.data : undefined;
  }
}

/** A manifest with the folder its files lie in. */
export function inputArtifact(manifest: ArtifactManifest, folder: string): InputArtifact {
  return {
    digest: manifest.digest,
    type: manifest.type,
    manifest,
    path: (file) => join(folder, file),
  };
}

export function artifactNotFound(digest: string): AppError {
  return new AppError('artifact.not-found', `There is no intact artifact ${digest} in the store.`, {
    fix: 'Run the graph again: it makes what is missing.',
  });
}

/** Tables: the digest of their logical content. Others: SHA-256 of type, files and meta. */
function artifactDigest(draft: ArtifactDraft, files: ArtifactManifest['files']): string {
  if (draft.contentDigest !== undefined) return digestSchema.parse(draft.contentDigest);
  const identity = {
    type: draft.type,
    files: files.map(({ name, sha256 }) => ({ name, sha256 })),
    meta: draft.meta ?? {},
  };
  return createHash('sha256').update(canonicalJson(identity)).digest('hex');
}

function artifactPath(digest: string): string {
  return `artifacts/${digest.slice(0, 2)}/${digest}`;
}

function tracePath(digest: string): string {
  return `traces/${digest.slice(0, 2)}/${digest}.json`;
}

function stepPath(key: string): string {
  return `steps/${key.slice(0, 2)}/${key}.json`;
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await rm(from, { force: true });
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
