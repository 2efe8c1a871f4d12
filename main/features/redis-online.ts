import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { AppError } from '../../shared/errors/app-error.ts';
import { type FeatureService, featureServiceSchema, serviceLabel } from '../../shared/features/feature-service.ts';
import { type FeatureView, featureViewSchema } from '../../shared/features/feature-view.ts';
import type { OnlineReader } from './online-reader.ts';
import { layoutOf, type OnlineRow, type OnlineStore, type StoredView, viewNotFound } from './online-store.ts';
import { type PushResult, pushRows } from './push-rows.ts';
import { availableUs, type RowTimes, settleRows, standsAbove } from './settle-rows.ts';

/** Hash of all views: name → `StoredDefinition` as JSON. */
const viewsKey = 'slipway:features';
/** Hash of all versions of services: `NAME@VERSION` → JSON. */
const servicesKey = 'slipway:feature-services';
const connectTimeoutMs = 2_000;
const commandTimeoutMs = 1_000;
/** How long a process goes on with a definition before it looks again. */
const definitionMs = 1_000;
/** Rows of entities kept for when the store cannot be reached. */
const keptEntities = 50_000;
/** A replaced generation is still read by requests in flight. */
const retireSeconds = 60;
/** A generation whose publisher died. */
const abandonedSeconds = 86_400;
const publishBatch = 500;
const pushAttempts = 20;

interface StoredDefinition {
  generation: number;
  view: FeatureView;
  digest: string | null;
  materializedMs: number | null;
}

interface Definitions {
  views: ReadonlyMap<string, StoredView>;
  /** The newest version first, by name. */
  services: readonly FeatureService[];
}

type Row = OnlineRow & RowTimes;

/**
 * The online store of a cluster. A view has one hash per generation, entity → rows, written whole and then made current by
 * one command, and one hash of the rows that were pushed, which stay when the view is made anew. Look-ups of a request take
 * two round trips. When the store cannot be reached, rows of earlier requests are used, and the answer says so; the time to
 * live holds for them too.
 */
export class RedisOnline {
  readonly #redis: Redis;
  readonly #where: string;
  #definitions: (Definitions & { readMs: number }) | undefined;
  readonly #kept = new Map<string, Row[]>();

  /** Connects when first used. */
  constructor(url: string) {
    let parsed: URL;
    try {
      parsed = new URL(url);
    } catch {
      throw badUrl();
    }
    if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') throw badUrl();
    this.#where = parsed.host;
    this.#redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: connectTimeoutMs,
      commandTimeout: commandTimeoutMs,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: true,
      retryStrategy: (times) => Math.min(2_000, 100 * times),
    });
    // Every command that fails says so itself.
    this.#redis.on('error', () => undefined);
  }

  close(): void {
    this.#redis.disconnect();
  }

  /**
   * Does synchronous look-ups over what has been fetched, again after each fetch, until nothing is wanting. Errors: those of
   * `work`, `features.unavailable` where the store cannot be reached and nothing is kept.
   */
  async run<T>(work: (reader: OnlineReader) => T): Promise<T> {
    const session = new Session(await this.#views());
    for (;;) {
      session.wanted.clear();
      let result: { value: T } | undefined;
      let failure: unknown;
      try {
        result = { value: work(session) };
      } catch (error) {
        failure = error;
      }
      if (session.wanted.size > 0) await this.#fetch(session);
      else if (result !== undefined) return result.value;
      else throw failure;
    }
  }

  async #views(): Promise<Definitions & { stale: boolean }> {
    const known = this.#definitions;
    if (known !== undefined && Date.now() - known.readMs < definitionMs) return { ...known, stale: false };
    try {
      const [found, listed] = await Promise.all([this.#redis.hgetall(viewsKey), this.#redis.hgetall(servicesKey)]);
      const views = new Map(
        Object.entries(found).flatMap(([name, text]) => {
          const view = storedView(text);
          return view === undefined ? [] : [[name, view] as const];
        }),
      );
      const services = Object.values(listed)
        .flatMap((text) => featureServiceSchema.safeParse(JSON.parse(text)).data ?? [])
        .toSorted((a, b) => (a.name === b.name ? b.version - a.version : a.name < b.name ? -1 : 1));
      this.#definitions = { views, services, readMs: Date.now() };
      return { views, services, stale: false };
    } catch (cause) {
      if (known === undefined) throw this.#unavailable(cause);
      return { ...known, stale: true };
    }
  }

  async #fetch(session: Session): Promise<void> {
    const byView = new Map<StoredView, Buffer[]>();
    for (const { view, entity } of session.wanted.values()) byView.set(view, [...(byView.get(view) ?? []), entity]);
    try {
      const pipeline = this.#redis.pipeline();
      for (const [view, entities] of byView) {
        pipeline.hmgetBuffer(rowsKey(view.view.name, view.id), ...entities);
        pipeline.hmgetBuffer(pushedKey(view.view), ...entities);
      }
      const answers = (await pipeline.exec()) ?? [];
      let at = 0;
      for (const [view, entities] of byView) {
        const [made, pushed] = [answers[at++], answers[at++]].map((answer) => {
          if (answer === undefined) throw new Error('an answer is missing');
          if (answer[0] !== null) throw answer[0];
          return answer[1] as (Buffer | null)[];
        });
        entities.forEach((entity, index) => {
          const rows = [...decodeRows(entity, made?.[index]), ...decodeRows(entity, pushed?.[index])];
          const key = entityKey(view, entity);
          session.rows.set(key, rows);
          this.#keep(key, rows);
        });
      }
    } catch (cause) {
      for (const key of session.wanted.keys()) {
        const rows = this.#kept.get(key);
        if (rows === undefined) throw this.#unavailable(cause);
        session.rows.set(key, rows);
      }
      session.stale = true;
    }
  }

  #keep(key: string, rows: Row[]): void {
    this.#kept.delete(key);
    this.#kept.set(key, rows);
    if (this.#kept.size > keptEntities) {
      const [oldest] = this.#kept.keys();
      if (oldest !== undefined) this.#kept.delete(oldest);
    }
  }

  /**
   * Copies the rows that were materialized of a view in the embedded store, and the services that choose from it; false
   * where the rows are there already.
   */
  async publish(store: OnlineStore, name: string): Promise<boolean> {
    const local = store.find(name);
    if (local === undefined) throw viewNotFound(name, store.names());
    const services = store.listServices().filter(({ views }) => views.some(({ view }) => view.name === name));
    try {
      if (services.length > 0) {
        const texts = services.flatMap((service) => [
          serviceLabel(service),
          JSON.stringify(featureServiceSchema.parse(service)),
        ]);
        await this.#redis.hset(servicesKey, ...texts);
      }
      const before = definitionOf(await this.#redis.hget(viewsKey, name));
      if (before?.digest === local.digest && local.digest !== null) return false;
      const generation = await this.#redis.incr(`${viewsKey}:generations`);
      const key = rowsKey(name, generation);
      for (const batch of batches(store.materializedRows(local), publishBatch)) {
        await this.#redis.hset(key, ...batch.flatMap(({ entity, rows }) => [entity, encodeRows(rows)]));
        await this.#redis.expire(key, abandonedSeconds);
      }
      const current: StoredDefinition = {
        generation,
        view: local.view,
        digest: local.digest,
        materializedMs: local.materializedMs,
      };
      const swap = this.#redis.multi().persist(key).hset(viewsKey, name, JSON.stringify(current));
      if (before !== undefined) swap.expire(rowsKey(name, before.generation), retireSeconds);
      await swap.exec();
      this.#definitions = undefined;
      return true;
    } catch (cause) {
      throw this.#unavailable(cause);
    }
  }

  /** As `pushRows` of the embedded store. Errors: `features.not-found`, `request.invalid`, `features.unavailable`. */
  async push(name: string, rows: readonly Record<string, unknown>[], nowUs: bigint): Promise<PushResult> {
    this.#definitions = undefined;
    const { views } = await this.#views();
    let checked: readonly OnlineRow[] = [];
    const target = {
      find: (asked: string) => views.get(asked),
      names: () => [...views.keys()],
      push: (asked: string, rowsFor: (view: FeatureView) => readonly OnlineRow[]) => {
        const stored = views.get(asked);
        if (stored === undefined) throw viewNotFound(asked, [...views.keys()]);
        checked = rowsFor(stored.view);
        return checked.length;
      },
    };
    pushRows(target, name, rows, nowUs);
    const stored = views.get(name);
    if (stored === undefined) throw viewNotFound(name, [...views.keys()]);
    return { rows: rows.length, stored: await this.#settle(stored, checked, nowUs) };
  }

  /** Adds rows; another writer of the same view in between makes it start over. */
  async #settle(view: StoredView, rows: readonly OnlineRow[], nowUs: bigint): Promise<number> {
    const connection = this.#redis.duplicate({ lazyConnect: true });
    connection.on('error', () => undefined);
    const key = pushedKey(view.view);
    const entities = [...new Map(rows.map(({ entity }) => [entity.toString('base64'), entity])).values()];
    if (entities.length === 0) return 0;
    try {
      await connection.connect();
      for (let attempt = 0; attempt < pushAttempts; attempt++) {
        await connection.watch(key);
        const [pushed, made] = await Promise.all([
          connection.hmgetBuffer(key, ...entities),
          connection.hmgetBuffer(rowsKey(view.view.name, view.id), ...entities),
        ]);
        const present = new Map(
          entities.map((entity, index) => [
            entity.toString('base64'),
            { pushed: decodeRows(entity, pushed[index]), made: decodeRows(entity, made[index]) },
          ]),
        );
        let stored = 0;
        for (const row of rows) {
          const known = present.get(row.entity.toString('base64'));
          if (known === undefined) continue;
          const arriving: Row = { ...row, pushed: true };
          const settled = settleRows([...known.made, ...known.pushed], arriving, nowUs);
          if (!settled.stored) continue;
          stored++;
          known.pushed = [...known.pushed.filter((other) => !settled.removed.includes(other)), arriving];
        }
        const fields = entities.flatMap((entity) => {
          const known = present.get(entity.toString('base64'));
          return known === undefined || known.pushed.length === 0 ? [] : [entity, encodeRows(known.pushed)];
        });
        if (fields.length === 0) return 0;
        if (
          (await connection
            .multi()
            .hset(key, ...fields)
            .exec()) !== null
        )
          return stored;
      }
      throw new Error('other writers were always faster');
    } catch (cause) {
      throw this.#unavailable(cause);
    } finally {
      connection.disconnect();
    }
  }

  #unavailable(cause: unknown): AppError {
    if (cause instanceof AppError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new AppError('features.unavailable', `The online store at ${this.#where} cannot be used: ${reason}`, {
      fix: 'Check that Redis runs there and that the address and the password are right.',
      cause,
    });
  }
}

/** Look-ups of one request over what has been fetched for it. */
class Session implements OnlineReader {
  readonly wanted = new Map<string, { view: StoredView; entity: Buffer }>();
  readonly rows = new Map<string, Row[]>();
  readonly #views: ReadonlyMap<string, StoredView>;
  readonly #services: readonly FeatureService[];
  stale: boolean;

  constructor({ views, services, stale }: Definitions & { stale: boolean }) {
    this.#views = views;
    this.#services = services;
    this.stale = stale;
  }

  get incomplete(): boolean {
    return this.wanted.size > 0;
  }

  snapshot<T>(work: () => T): T {
    return work();
  }

  find(name: string): StoredView | undefined {
    return this.#views.get(name);
  }

  names(): string[] {
    return [...this.#views.keys()].toSorted();
  }

  findService(name: string, version?: number): FeatureService | undefined {
    return this.#services.find(
      (service) => service.name === name && (version === undefined || service.version === version),
    );
  }

  listServices(): FeatureService[] {
    return [...this.#services];
  }

  lookUp(view: StoredView, entity: Buffer, asOfUs: bigint): { eventUs: bigint; values: Buffer } | undefined {
    const key = entityKey(view, entity);
    const rows = this.rows.get(key);
    if (rows === undefined) {
      this.wanted.set(key, { view, entity });
      return undefined;
    }
    let best: Row | undefined;
    for (const row of rows) {
      if (availableUs(row) <= asOfUs && (best === undefined || standsAbove(row, best))) best = row;
    }
    return best;
  }
}

function entityKey({ view, id }: StoredView, entity: Buffer): string {
  return `${view.name} ${id} ${entity.toString('base64')}`;
}

function rowsKey(view: string, generation: number): string {
  return `${viewsKey}:${view}:${generation}`;
}

/** Rows that were pushed to another layout of the view cannot be read any more. */
function pushedKey(view: FeatureView): string {
  return `${viewsKey}:${view.name}:pushed:${createHash('sha256').update(layoutOf(view)).digest('hex').slice(0, 16)}`;
}

function definitionOf(text: string | null): StoredDefinition | undefined {
  if (text === null) return undefined;
  const parsed = JSON.parse(text) as StoredDefinition;
  return { ...parsed, view: featureViewSchema.parse(parsed.view) };
}

function storedView(text: string): StoredView | undefined {
  const found = definitionOf(text);
  if (found === undefined) return undefined;
  const { generation, view, digest, materializedMs } = found;
  return { id: generation, view, digest, pendingDigest: null, materializedMs };
}

const headBytes = 21;

/** Per row: event and created time (int64), whether it was pushed, bytes of the values (uint32), and these. */
function encodeRows(rows: readonly Row[]): Buffer {
  return Buffer.concat(
    rows.flatMap((row) => {
      const head = Buffer.allocUnsafe(headBytes);
      head.writeBigInt64LE(row.eventUs, 0);
      head.writeBigInt64LE(row.createdUs, 8);
      head.writeUInt8(row.pushed ? 1 : 0, 16);
      head.writeUInt32LE(row.values.length, 17);
      return [head, row.values];
    }),
  );
}

function decodeRows(entity: Buffer, bytes: Buffer | null | undefined): Row[] {
  const rows: Row[] = [];
  for (let at = 0; bytes != null && at + headBytes <= bytes.length; ) {
    const length = bytes.readUInt32LE(at + 17);
    rows.push({
      entity,
      eventUs: bytes.readBigInt64LE(at),
      createdUs: bytes.readBigInt64LE(at + 8),
      pushed: bytes.readUInt8(at + 16) === 1,
      values: bytes.subarray(at + headBytes, at + headBytes + length),
    });
    at += headBytes + length;
  }
  return rows;
}

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function badUrl(): AppError {
  return new AppError('cli.usage', 'The address of the online store is no redis:// or rediss:// URL.', {
    fix: 'Write redis://HOST:PORT, or leave it out for the embedded store.',
  });
}
