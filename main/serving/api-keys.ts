import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import { isLoopback } from './loopback.ts';

/** `required`: every request but health checks carries `Authorization: Bearer KEY`. */
export type KeyPolicy = 'none' | 'required';

const keyFileSchema = z.object({ keys: z.array(z.object({ sha256: z.string(), createdMs: z.number() })).min(1) });

/**
 * The policy for a host: loopback needs no key; anything else must say which it wants.
 * Errors: `serve.host-needs-keys`.
 */
export function keyPolicyFor(host: string, keys: KeyPolicy | undefined): KeyPolicy {
  if (keys !== undefined) return keys;
  if (isLoopback(host)) return 'none';
  throw new AppError('serve.host-needs-keys', `Host ${host} can be reached from other machines.`, {
    fix: 'Add --keys required, or --keys none if anyone who can reach it may use it.',
  });
}

/**
 * Hashes of the keys that open the endpoints of a data directory. The first call makes one key, which is given only
 * then: the file keeps its hash.
 */
export async function loadOrCreateKeys(dataDir: string): Promise<{ hashes: string[]; newKey: string | undefined }> {
  const path = join(dataDir, 'serving', 'keys.json');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined) return { hashes: readHashes(text, path), newKey: undefined };
  const newKey = `sk-${randomBytes(24).toString('base64url')}`;
  const file = { keys: [{ sha256: sha256(newKey), createdMs: Date.now() }] };
  await mkdir(join(dataDir, 'serving'), { recursive: true });
  try {
    await writeFile(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // Another engine on this data directory was first.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return loadOrCreateKeys(dataDir);
    throw error;
  }
  return { hashes: file.keys.map((key) => key.sha256), newKey };
}

function readHashes(text: string, path: string): string[] {
  try {
    return keyFileSchema.parse(JSON.parse(text)).keys.map((key) => key.sha256);
  } catch (cause) {
    throw new AppError('store.open', `The key file ${path} cannot be read.`, {
      fix: 'Delete it to make a new key.',
      cause,
    });
  }
}

/** Whether an `Authorization` header carries one of the keys. */
export function carriesKey(authorization: string | undefined, hashes: readonly string[]): boolean {
  const match = /^Bearer\s+(\S{1,200})$/i.exec(authorization ?? '');
  if (match === null) return false;
  const given = Buffer.from(sha256(match[1] as string), 'hex');
  return hashes.some((hash) => {
    const expected = Buffer.from(hash, 'hex');
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
