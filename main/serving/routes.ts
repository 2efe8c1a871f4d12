export type Route =
  | { kind: 'live' | 'ready' | 'server' | 'metrics' | 'model-list' }
  | { kind: 'model' | 'model-ready' | 'infer' | 'predict'; model: string; version: string | undefined };

/** Methods of each route, as `Allow` lists them. */
export const routeMethods: Readonly<Record<Route['kind'], readonly string[]>> = {
  live: ['GET', 'HEAD'],
  ready: ['GET', 'HEAD'],
  server: ['GET', 'HEAD'],
  metrics: ['GET', 'HEAD'],
  'model-list': ['GET', 'HEAD'],
  model: ['GET', 'HEAD'],
  'model-ready': ['GET', 'HEAD'],
  infer: ['POST'],
  predict: ['POST'],
};

/** Routes that answer without a key. */
export const openRoutes: ReadonlySet<Route['kind']> = new Set(['live', 'ready', 'model-ready']);

/** The route of a request target (path with optional query); undefined where there is none. */
export function matchRoute(target: string): Route | undefined {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  const segments = decodeSegments(path);
  if (segments === undefined) return undefined;
  const [root = '', second, model, ...rest] = segments;
  switch (root) {
    case 'healthz':
      return segments.length === 1 ? { kind: 'live' } : undefined;
    case 'readyz':
      return segments.length === 1 ? { kind: 'ready' } : undefined;
    case 'metrics':
      return segments.length === 1 ? { kind: 'metrics' } : undefined;
    case 'v2':
      if (second === undefined) return { kind: 'server' };
      if (second === 'health' && segments.length === 3) {
        return model === 'live' ? { kind: 'live' } : model === 'ready' ? { kind: 'ready' } : undefined;
      }
      return second === 'models' && model !== undefined ? modelRoute(model, rest) : undefined;
    case 'v1':
      if (second !== 'models') return undefined;
      if (model === undefined) return { kind: 'model-list' };
      return rest.length === 1 && rest[0] === 'predict' ? { kind: 'predict', model, version: undefined } : undefined;
    default:
      return undefined;
  }
}

function modelRoute(model: string, rest: readonly string[]): Route | undefined {
  const versioned = rest[0] === 'versions';
  const version = versioned ? rest[1] : undefined;
  if (versioned && version === undefined) return undefined;
  const [action, ...more] = versioned ? rest.slice(2) : rest;
  if (more.length > 0) return undefined;
  if (action === undefined) return { kind: 'model', model, version };
  if (action === 'ready') return { kind: 'model-ready', model, version };
  if (action === 'infer') return { kind: 'infer', model, version };
  return undefined;
}

/** Path segments without an empty last one; undefined for a malformed path. */
function decodeSegments(path: string): string[] | undefined {
  const parts = path.split('/');
  if (parts.shift() !== '') return undefined;
  if (parts.at(-1) === '') parts.pop();
  if (parts.some((part) => part === '')) return undefined;
  try {
    return path.includes('%') ? parts.map(decodeURIComponent) : parts;
  } catch {
    return undefined;
  }
}
