import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDraft } from '../../shared/node/runner.ts';
import { type ArtifactStore, artifactNotFound } from './artifact-store.ts';

/**
 * Brings a step's record and its artifacts from one store to another; what is there already is left alone. False when the
 * step is not in `from`. Throws `artifact.corrupt` when a copy is not what its digest says.
 */
export async function copyStep(key: string, from: ArtifactStore, to: ArtifactStore): Promise<boolean> {
  const record = await from.getStep(key);
  if (record === undefined) return false;
  for (const { digest } of Object.values(record.outputs)) {
    await copyArtifact(digest, from, to);
  }
  await to.putStep(record);
  return true;
}

/** Brings one artifact from a store to another; what is there already is left alone. Throws as `copyStep`. */
export async function copyArtifact(digest: string, from: ArtifactStore, to: ArtifactStore): Promise<void> {
  if ((await to.get(digest)) !== undefined) return;
  const artifact = await from.open(digest);
  if (artifact === undefined) throw artifactNotFound(digest);
  const { producer, inputs, files, type, meta, schema, rowCount, lineage } = artifact.manifest;
  const workDir = await to.createWorkDir();
  try {
    const copies: Record<string, string> = {};
    for (const { name } of files) {
      copies[name] = join(workDir, name);
      await copyFile(artifact.path(name), copies[name]);
    }
    // A table's digest is of its rows, which its file does not tell; the files are compared instead.
    const draft: ArtifactDraft = {
      type,
      files: copies,
      meta,
      ...(schema === undefined ? {} : { schema }),
      ...(rowCount === undefined ? {} : { rowCount }),
      ...(lineage === undefined ? {} : { lineage }),
      ...(type === 'table' ? { contentDigest: digest } : {}),
    };
    const stored = await to.put(draft, { producer, inputs });
    const same = stored.digest === digest && files.every(({ name, sha256 }) => sameFile(stored.files, name, sha256));
    if (!same) {
      await to.remove(stored.digest);
      throw new AppError('artifact.corrupt', `The artifact ${digest} of ${from.uri} is not what its digest says.`, {
        fix: 'Run the step again; check who may write to that store.',
      });
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

function sameFile(files: readonly { name: string; sha256: string }[], name: string, sha256: string): boolean {
  return files.some((file) => file.name === name && file.sha256 === sha256);
}
