import { stat } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { KeyScope } from '../../../shared/serving/endpoint-key.ts';
import { type ApiKey, hashKey, readKeys } from './key-file.ts';
import { type KeyUsage, readKeyUsage, writeKeyUsage } from './key-usage.ts';
import { TokenBucket } from './token-bucket.ts';

/** How soon a key that was made or revoked counts. */
const reloadMs = 1_000;

interface HeldKey {
  key: ApiKey;
  bucket: TokenBucket | undefined;
  /** UTC day since the epoch that `used` counts. */
  day: number;
  used: number;
}

const dayMs = 86_400_000;

/**
 * The keys that open one serving process, kept in step with their file. Rates are those of this process; what was used of
 * a day is written down every second, so that a new start gives no new quota.
 */
export class KeyRing {
  readonly #path: string;
  #byHash = new Map<string, HeldKey>();
  #stamp = '';
  readonly #usagePath: string | null;
  #usage: KeyUsage | undefined;
  #written = '';
  readonly #timer: NodeJS.Timeout;
  readonly #log: (level: 'warn' | 'error', text: string) => void;

  private constructor(
    path: string,
    log: (level: 'warn' | 'error', text: string) => void,
    usage: { path: string; before: KeyUsage | undefined } | null,
  ) {
    this.#path = path;
    this.#log = log;
    this.#usagePath = usage?.path ?? null;
    this.#usage = usage?.before;
    this.#timer = setInterval(() => {
      void this.#keepUsage();
      this.reload().catch((error: unknown) => {
        // The keys known so far stay: half a file must neither open nor close anything.
        this.#log('error', error instanceof Error ? error.message : String(error));
      });
    }, reloadMs);
    this.#timer.unref();
  }

  /** `usagePath`: where what is used of quotas is kept; null keeps it in memory only. */
  static async open(
    path: string,
    log: (level: 'warn' | 'error', text: string) => void,
    usagePath: string | null = null,
  ): Promise<KeyRing> {
    const usage = usagePath === null ? null : { path: usagePath, before: await readKeyUsage(usagePath) };
    const ring = new KeyRing(path, log, usage);
    await ring.reload();
    return ring;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#keepUsage();
  }

  async #keepUsage(): Promise<void> {
    if (this.#usagePath === null) return;
    const held = [...this.#byHash.values()].filter(({ key, used }) => key.requestsPerDay !== null && used > 0);
    const day = Math.max(0, ...held.map((each) => each.day));
    const used = Object.fromEntries(held.flatMap((each) => (each.day === day ? [[each.key.id, each.used]] : [])));
    const text = JSON.stringify(used);
    if (held.length === 0 || text === this.#written) return;
    try {
      await writeKeyUsage(this.#usagePath, { day, used });
      this.#written = text;
    } catch (error) {
      if (this.#written !== 'failed') this.#log('warn', `What keys have used is not kept: ${String(error)}`);
      this.#written = 'failed';
    }
  }

  /** Reads the file again where it changed; without it no key opens anything. */
  async reload(): Promise<void> {
    const found = await stat(this.#path).catch(() => undefined);
    const stamp = found === undefined ? '' : `${found.ino}:${found.mtimeMs}:${found.size}`;
    if (stamp === this.#stamp && this.#stamp !== '') return;
    const keys = (await readKeys(this.#path)) ?? [];
    const next = new Map<string, HeldKey>();
    for (const key of keys) {
      const held = this.#byHash.get(key.sha256);
      const sameRate = held !== undefined && held.key.ratePerSecond === key.ratePerSecond;
      const bucket = key.ratePerSecond === null ? undefined : new TokenBucket(key.ratePerSecond);
      next.set(key.sha256, {
        key,
        bucket: sameRate ? held.bucket : bucket,
        day: held?.day ?? this.#usage?.day ?? 0,
        used: held?.used ?? this.#usage?.used[key.id] ?? 0,
      });
    }
    this.#byHash = next;
    this.#stamp = stamp;
  }

  /**
   * The id of the key an `Authorization` header carries, when it opens `scope`. Errors: `auth.required` (none, unknown,
   * expired), `auth.scope`, `auth.limited` (rate or quota).
   */
  authorize(authorization: string | undefined, scope: KeyScope, nowMs: number): string {
    const secret = /^Bearer\s+(\S{1,200})$/i.exec(authorization ?? '')?.[1];
    // Looked up by hash: the time that takes says nothing about the secret.
    const held = secret === undefined ? undefined : this.#byHash.get(hashKey(secret));
    if (held === undefined || (held.key.expiresMs !== null && held.key.expiresMs <= nowMs)) {
      throw new AppError('auth.required', held === undefined ? 'A key is needed.' : 'The key has expired.', {
        fix: 'Send the header "Authorization: Bearer KEY".',
      });
    }
    const { id, scopes } = held.key;
    if (!scopes.includes(scope) && !scopes.includes('admin')) {
      throw new AppError(
        'auth.scope',
        `The key ${id} does not open this: it has ${scopes.join(', ') || 'no scopes'}.`,
        {
          fix: `Use a key with the scope ${scope}.`,
        },
      );
    }
    requireWithin(held, nowMs);
    return id;
  }
}

function requireWithin(held: HeldKey, nowMs: number): void {
  const { id, ratePerSecond, requestsPerDay } = held.key;
  const day = Math.floor(nowMs / dayMs);
  if (held.day !== day) {
    held.day = day;
    held.used = 0;
  }
  if (requestsPerDay !== null && held.used >= requestsPerDay) {
    throw new AppError('auth.limited', `The key ${id} has used its ${requestsPerDay} requests of this day (UTC).`, {
      fix: 'Wait for the next day, or ask for a larger quota.',
    });
  }
  if (held.bucket !== undefined && !held.bucket.take(nowMs)) {
    throw new AppError('auth.limited', `The key ${id} may send ${ratePerSecond} requests per second.`, {
      fix: 'Send fewer requests, or ask for a higher rate.',
    });
  }
  held.used++;
}
