import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { keyScopes, type NewEndpointKey } from '../../../shared/serving/endpoint-key.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { takeFileLock } from '../../compute/paths/file-lock.ts';
import { createFile, replaceFile } from '../../compute/paths/replace-file.ts';

const keySchema = z.object({
  /** Names the key without opening anything: the start of its hash. */
  id: z.string().optional(),
  name: z.string().default('first key'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(keyScopes)).default(['admin']),
  createdMs: z.number(),
  expiresMs: z.number().nullable().default(null),
  /** Requests per second on average; up to a second's worth at once. */
  ratePerSecond: z.number().positive().nullable().default(null),
  /** Requests of one UTC day. */
  requestsPerDay: z.number().int().positive().nullable().default(null),
});

const keyFileSchema = z.object({ keys: z.array(keySchema) });

export type ApiKey = z.output<typeof keySchema> & { id: string };

export type NewKey = NewEndpointKey;

const idLength = 8;

export function keyFilePath(dataDir: string): string {
  return join(dataDir, 'serving', 'keys.json');
}

export function hashKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The keys of a data directory; undefined where none was ever made. Errors: `store.open`. */
export async function readKeys(path: string): Promise<ApiKey[] | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const { keys } = keyFileSchema.parse(JSON.parse(text));
    return keys.map((key) => ({ ...key, id: key.id ?? key.sha256.slice(0, idLength) }));
  } catch (cause) {
    throw new AppError('store.open', `The key file ${path} cannot be read.`, {
      fix: 'Correct it, or delete it to begin with a new key.',
      cause,
    });
  }
}

/** Makes a key and gives its secret, which is kept nowhere: the file has its hash. */
export async function createKey(path: string, key: NewKey): Promise<{ key: ApiKey; secret: string }> {
  const { made, secret } = newKey(key);
  await changeKeys(path, (keys) => [...keys, made]);
  return { key: made, secret };
}

/** Errors: `key.not-found`. */
export async function revokeKey(path: string, idOrName: string): Promise<ApiKey> {
  let revoked: ApiKey | undefined;
  await changeKeys(path, (keys) => {
    revoked = findKey(keys, idOrName);
    return keys.filter((key) => key !== revoked);
  });
  return revoked as unknown as ApiKey;
}

/**
 * A new secret with the same name, scopes and limits; the old one goes on opening endpoints for `graceMs`, so that
 * clients can change over. Errors: `key.not-found`.
 */
export async function rotateKey(
  path: string,
  idOrName: string,
  graceMs: number,
  nowMs: number,
): Promise<{ key: ApiKey; secret: string }> {
  let made: { made: ApiKey; secret: string } | undefined;
  await changeKeys(path, (keys) => {
    const old = findKey(keys, idOrName);
    made = newKey(old);
    const expiresMs = Math.min(nowMs + graceMs, old.expiresMs ?? Number.POSITIVE_INFINITY);
    const retired = { ...old, name: `${old.name} (old)`, expiresMs };
    return [...keys.map((key) => (key === old ? retired : key)), made.made];
  });
  const { made: key, secret } = made as unknown as { made: ApiKey; secret: string };
  return { key, secret };
}

/** Makes the first key of a data directory where there is none; its secret is given only then. */
export async function ensureKeys(dataDir: string): Promise<{ path: string; newSecret: string | undefined }> {
  const path = keyFilePath(dataDir);
  if ((await readKeys(path)) !== undefined) return { path, newSecret: undefined };
  const first = newKey({
    name: 'first key',
    scopes: ['admin'],
    expiresMs: null,
    ratePerSecond: null,
    requestsPerDay: null,
  });
  await mkdir(dirname(path), { recursive: true });
  try {
    await createFile(path, fileText([first.made]), 0o600);
  } catch (error) {
    // Another engine on this data directory was first.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return ensureKeys(dataDir);
    throw error;
  }
  return { path, newSecret: first.secret };
}

function newKey({ name, scopes, expiresMs, ratePerSecond, requestsPerDay }: NewKey): { made: ApiKey; secret: string } {
  const secret = `sk-${randomBytes(24).toString('base64url')}`;
  const sha256 = hashKey(secret);
  const made: ApiKey = {
    id: sha256.slice(0, idLength),
    name,
    sha256,
    scopes: [...scopes],
    createdMs: Date.now(),
    expiresMs,
    ratePerSecond,
    requestsPerDay,
  };
  return { made, secret };
}

function findKey(keys: readonly ApiKey[], idOrName: string): ApiKey {
  const found = keys.filter((key) => key.id === idOrName || key.name === idOrName);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const known = keys.map((key) => `${key.id} (${key.name})`).join(', ');
  throw new AppError(
    'key.not-found',
    found.length === 0 ? `There is no key “${idOrName}”.` : `Several keys are named “${idOrName}”.`,
    { fix: known === '' ? 'Make one with slipway keys create.' : `Name one of ${known}.` },
  );
}

/** One change at a time; the file appears whole. */
async function changeKeys(path: string, change: (keys: readonly ApiKey[]) => ApiKey[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const release = takeFileLock(`${path}.lock`, staleLockMs);
  if (release === undefined) {
    throw new AppError('store.open', 'The keys are being changed by another command.', { fix: 'Try again.' });
  }
  try {
    const keys = change((await readKeys(path)) ?? []);
    const temporary = `${path}.new`;
    await writeFile(temporary, fileText(keys), { mode: 0o600 });
    await replaceFile(temporary, path);
  } finally {
    release();
  }
}

/** A change takes milliseconds. */
const staleLockMs = 30_000;

function fileText(keys: readonly ApiKey[]): string {
  return `${JSON.stringify({ keys }, null, 2)}\n`;
}
