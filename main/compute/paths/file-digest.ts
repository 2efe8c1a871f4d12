import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';

const mostRemembered = 4096;
const remembered = new Map<string, { sizeBytes: number; modifiedMs: number; changedMs: number; digest: string }>();

/** SHA-256 of a file's bytes as lower-case hex; remembered in this process while its size and times stay as they are. */
export async function fileDigest(path: string, signal?: AbortSignal): Promise<string> {
  try {
    const { size: sizeBytes, mtimeMs: modifiedMs, ctimeMs: changedMs } = await stat(path);
    const known = remembered.get(path);
    if (known?.sizeBytes === sizeBytes && known.modifiedMs === modifiedMs && known.changedMs === changedMs) {
      return known.digest;
    }
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      if (signal?.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      hash.update(chunk as Buffer);
    }
    const digest = hash.digest('hex');
    if (remembered.size >= mostRemembered) remembered.clear();
    remembered.set(path, { sizeBytes, modifiedMs, changedMs, digest });
    return digest;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'data.unreadable',
      `Cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        fix: 'Check that the file exists and that this user may read it.',
        cause: error,
      },
    );
  }
}
