/** What a person last used for a context. */
export interface PlaceSettings {
  source: 'graph' | 'folder';
  target: string;
  image: string;
  dir: string;
  namespace: string;
  /** Object storage that results go to; empty: a volume of the cluster. */
  store: string;
  /** Of a core for an hour, as it was written; empty: no cost is shown. */
  corePrice: string;
}

const storageKey = 'slipway.cluster';
const blank: PlaceSettings = {
  source: 'graph',
  target: 'kubernetes',
  image: '',
  dir: '',
  namespace: '',
  store: '',
  corePrice: '',
};

function all(): Record<string, Partial<PlaceSettings>> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Record<string, Partial<PlaceSettings>>;
  } catch {
    return {};
  }
}

export function placeSettings(context: string): PlaceSettings {
  return { ...blank, ...all()[context] };
}

export function rememberPlace(context: string, settings: PlaceSettings): void {
  localStorage.setItem(storageKey, JSON.stringify({ ...all(), [context]: settings }));
}
