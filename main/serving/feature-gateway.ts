import { isoTime } from '../features/cell-json.ts';
import { toAppError } from '../../shared/errors/app-error.ts';
import { type FeatureAction, FeatureApi, readPush } from '../features/feature-api.ts';
import type { OnlineReader } from '../features/online-reader.ts';
import { RedisOnline } from '../features/redis-online.ts';
import { parseJsonBody } from './json-body.ts';
import { OnlineStore } from '../features/online-store.ts';

export interface ViewFreshness {
  view: string;
  /** Since the newest event; negative where that is in the future. */
  seconds: number;
}

/** How long a freshness is shown before the store is asked again. */
const freshnessCacheMs = 10_000;

/** Runs look-ups against the online store. */
export type ReadFeatures = <T>(work: (store: () => OnlineReader) => T) => Promise<T>;

/** The online features of a serving process. The store is opened by the first request that needs it. */
export class FeatureGateway {
  readonly #dataDir: string;
  readonly #redis: RedisOnline | undefined;
  #store: OnlineStore | undefined;
  #api: FeatureApi | undefined;
  #freshness: { readMs: number; newest: { view: string; eventMs: number }[] } | undefined;

  constructor(dataDir: string, url?: string) {
    this.#dataDir = dataDir;
    this.#redis = url === undefined ? undefined : new RedisOnline(url);
  }

  /** Errors: those of `OnlineStore.open`. */
  get store(): OnlineStore {
    this.#store ??= OnlineStore.open(this.#dataDir);
    return this.#store;
  }

  /** Look-ups against the store; one that cannot be reached fails when it is opened. */
  async read<T>(work: (store: () => OnlineReader) => T): Promise<T> {
    if (this.#redis === undefined) return work(() => this.store);
    let answered = false;
    try {
      return await this.#redis.run((reader) => {
        answered = true;
        return work(() => reader);
      });
    } catch (error) {
      if (answered && !isUnavailable(error)) throw error;
      return work(() => {
        throw error;
      });
    }
  }

  /** JSON of `FeatureApi`. Errors: its own, those of `OnlineStore.open`, `features.unavailable`. */
  async answer(action: FeatureAction, body: Buffer): Promise<string> {
    if (this.#redis === undefined) {
      this.#api ??= new FeatureApi(this.store);
      return this.#api.answer(action, body);
    }
    if (action === 'get-online-features')
      return this.#redis.run((reader) => new FeatureApi(reader).answer(action, body));
    const { name, rows } = readPush(parseJsonBody(body, () => true));
    return JSON.stringify(await this.#redis.push(name, rows, BigInt(Date.now()) * 1000n));
  }

  /**
   * JSON `{views: [{name, keys, features, rows, newest_event, materialized, version}], services: [{name, version,
   * features}]}`; `version` of a view is that of its rows.
   */
  views(): string {
    const views = this.store.summaries().map(({ view, rows, newestEventUs, materializedMs, digest }) => ({
      name: view.name,
      description: view.description,
      owner: view.owner,
      keys: view.keys,
      features: view.features,
      ttl_seconds: view.ttlSeconds,
      rows,
      newest_event: newestEventUs === null ? null : isoTime(newestEventUs),
      materialized: materializedMs === null ? null : new Date(materializedMs).toISOString(),
      version: digest,
    }));
    const services = this.store.listServices().map(({ name, version, description, owner, views: chosen }) => ({
      name,
      version,
      description,
      owner,
      features: chosen.flatMap(({ view, features }) => features.map((feature) => `${view.name}:${feature}`)),
    }));
    return JSON.stringify({ views, services });
  }

  /** Empty until a request has needed the store. */
  freshness(nowMs: number): ViewFreshness[] {
    if (this.#store === undefined) return [];
    if (this.#freshness === undefined || nowMs - this.#freshness.readMs > freshnessCacheMs) {
      const newest = this.#store.summaries().flatMap(({ view, newestEventUs }) => {
        return newestEventUs === null ? [] : { view: view.name, eventMs: Number(newestEventUs / 1000n) };
      });
      this.#freshness = { readMs: nowMs, newest };
    }
    return this.#freshness.newest.map(({ view, eventMs }) => ({ view, seconds: (nowMs - eventMs) / 1000 }));
  }

  close(): void {
    this.#redis?.close();
    this.#store?.close();
  }
}

function isUnavailable(error: unknown): boolean {
  return toAppError(error).code === 'features.unavailable';
}
