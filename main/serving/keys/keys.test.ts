import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createKey,
  ensureKeys,
  hashKey,
  keyFilePath,
  type NewKey,
  readKeys,
  revokeKey,
  rotateKey,
} from './key-file.ts';
import { KeyRing } from './key-ring.ts';
import { TokenBucket } from './token-bucket.ts';

const dirs: string[] = [];
const rings: KeyRing[] = [];
let path: string;

beforeEach(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-keys-'));
  dirs.push(dir);
  path = keyFilePath(dir);
});

afterAll(async () => {
  await Promise.all(rings.map((ring) => ring.close()));
  await Promise.all(dirs.map((dir) => rm(dir, { recursive: true, force: true })));
});

const plain: NewKey = { name: 'app', scopes: ['infer'], expiresMs: null, ratePerSecond: null, requestsPerDay: null };

async function open(): Promise<KeyRing> {
  const ring = await KeyRing.open(path, () => undefined);
  rings.push(ring);
  return ring;
}

const bearer = (secret: string) => `Bearer ${secret}`;
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

describe('key file', () => {
  it('keeps hashes, not secrets, readable by its owner only', async () => {
    const { key, secret } = await createKey(path, plain);
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(secret);
    expect(text).toContain(hashKey(secret));
    expect(key.id).toBe(hashKey(secret).slice(0, 8));
    if (process.platform !== 'win32') expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it('makes the first key once', async () => {
    const dir = join(path, '..', '..');
    const first = await ensureKeys(dir);
    expect(first.newSecret).toMatch(/^sk-/);
    expect((await ensureKeys(dir)).newSecret).toBeUndefined();
    expect((await readKeys(path))?.[0]?.scopes).toEqual(['admin']);
  });

  it('names keys that are not there', async () => {
    await createKey(path, plain);
    await expect(revokeKey(path, 'other')).rejects.toMatchObject({ code: 'key.not-found' });
    await createKey(path, plain);
    await expect(revokeKey(path, 'app')).rejects.toThrow(/Several/);
  });
});

describe('KeyRing', () => {
  it('opens what the scopes say, and everything for admin', async () => {
    const { key, secret } = await createKey(path, plain);
    const admin = await createKey(path, { ...plain, scopes: ['admin'] });
    const ring = await open();
    expect(ring.authorize(bearer(secret), 'infer', 0)).toBe(key.id);
    expect(() => ring.authorize(bearer(secret), 'admin', 0)).toThrow(code('auth.scope'));
    expect(ring.authorize(bearer(admin.secret), 'write', 0)).toBe(admin.key.id);
    for (const header of [undefined, '', 'Bearer', 'Bearer x', `Basic ${secret}`, `Bearer ${hashKey(secret)}`]) {
      expect(() => ring.authorize(header, 'infer', 0)).toThrow(code('auth.required'));
    }
  });

  it('ends with the expiry, the rate and the quota of a key', async () => {
    const { secret } = await createKey(path, { ...plain, expiresMs: 10_000, ratePerSecond: 2, requestsPerDay: 3 });
    const ring = await open();
    ring.authorize(bearer(secret), 'infer', 0);
    ring.authorize(bearer(secret), 'infer', 0);
    expect(() => ring.authorize(bearer(secret), 'infer', 1)).toThrow(/2 requests per second/);
    ring.authorize(bearer(secret), 'infer', 1_000);
    expect(() => ring.authorize(bearer(secret), 'infer', 5_000)).toThrow(/3 requests of this day/);
    expect(() => ring.authorize(bearer(secret), 'infer', 10_000)).toThrow(code('auth.required'));
  });

  it('begins the quota again with the day', async () => {
    const { secret } = await createKey(path, { ...plain, requestsPerDay: 1 });
    const ring = await open();
    ring.authorize(bearer(secret), 'infer', 86_399_000);
    expect(() => ring.authorize(bearer(secret), 'infer', 86_399_001)).toThrow(code('auth.limited'));
    ring.authorize(bearer(secret), 'infer', 86_400_000);
  });

  it('follows keys that are revoked and rotated, the old secret for its grace', async () => {
    const { secret } = await createKey(path, plain);
    const gone = await createKey(path, { ...plain, name: 'gone' });
    const ring = await open();
    await revokeKey(path, 'gone');
    const next = await rotateKey(path, 'app', 1_000, 0);
    await ring.reload();
    expect(() => ring.authorize(bearer(gone.secret), 'infer', 0)).toThrow(code('auth.required'));
    expect(ring.authorize(bearer(next.secret), 'infer', 2_000)).toBe(next.key.id);
    ring.authorize(bearer(secret), 'infer', 500);
    expect(() => ring.authorize(bearer(secret), 'infer', 1_000)).toThrow(code('auth.required'));
  });

  it('opens nothing once its file is gone', async () => {
    const { secret } = await createKey(path, plain);
    const ring = await open();
    await rm(path);
    await ring.reload();
    expect(() => ring.authorize(bearer(secret), 'infer', 0)).toThrow(code('auth.required'));
  });
});

it('lets a bucket never more through than its rate and a second at once', () => {
  const gaps = fc.array(fc.integer({ min: -50, max: 400 }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), gaps, (rate, steps) => {
      const bucket = new TokenBucket(rate);
      let now = 0;
      let taken = 0;
      let forwardMs = 0;
      for (const step of steps) {
        now += step;
        forwardMs += Math.max(0, step);
        if (bucket.take(now)) taken++;
        expect(taken).toBeLessThanOrEqual(rate + (forwardMs / 1000) * rate + 1e-6);
      }
    }),
    { seed: 4 },
  );
});

describe('quotas', () => {
  it('are not given anew by a new start, but by a new day', async () => {
    const { secret } = await createKey(path, { ...plain, requestsPerDay: 2 });
    const usage = join(path, '..', 'usage.json');
    const day = 20_000 * 86_400_000;
    const before = await KeyRing.open(path, () => undefined, usage);
    before.authorize(bearer(secret), 'infer', day);
    await before.close();
    const after = await KeyRing.open(path, () => undefined, usage);
    rings.push(after);
    after.authorize(bearer(secret), 'infer', day);
    expect(() => after.authorize(bearer(secret), 'infer', day)).toThrow(code('auth.limited'));
    expect(after.authorize(bearer(secret), 'infer', day + 86_400_000)).toMatch(/./);
  });

  it('start with nothing used where the file is damaged', async () => {
    const { secret } = await createKey(path, { ...plain, requestsPerDay: 1 });
    const usage = join(path, '..', 'usage.json');
    await writeFile(usage, '{"day": "many"');
    const ring = await KeyRing.open(path, () => undefined, usage);
    rings.push(ring);
    expect(ring.authorize(bearer(secret), 'infer', Date.now())).toMatch(/./);
  });
});
