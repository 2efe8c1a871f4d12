import { isoTime } from '../features/cell-json.ts';
import { type FeatureAction, FeatureApi } from '../features/feature-api.ts';
import { OnlineStore } from '../features/online-store.ts';

export interface ViewFreshness {
  view: string;
  /** Since the newest event; negative where that is in the future. */
  seconds: number;
}

/** How long a freshness is shown before the store is asked again. */
const freshnessCacheMs = 10_000;

/** The online features of a serving process. The store is opened by the first request that needs it. */
export class FeatureGateway {
  readonly #dataDir: string;
  #store: OnlineStore | undefined;
  #api: FeatureApi | undefined;
  #freshness: { readMs: number; newest: { view: string; eventMs: number }[] } | undefined;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  /** Errors: those of `OnlineStore.open`. */
  get store(): OnlineStore {
    this.#store ??= OnlineStore.open(this.#dataDir);
    return this.#store;
  }

  /** JSON of `FeatureApi`. Errors: its own, those of `OnlineStore.open`. */
  answer(action: FeatureAction, body: Buffer): string {
    this.#api ??= new FeatureApi(this.store);
    return this.#api.answer(action, body);
  }

  /** JSON `{views: [{name, keys, features, rows, newest_event, materialized, version}]}`; `version` is that of the rows. */
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
    return JSON.stringify({ views });
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
    this.#store?.close();
  }
}
