import type { FeatureAction } from '../features/feature-api.ts';
import type { KeyScope } from '../../shared/serving/endpoint-key.ts';

type ModelPath = { model: string; version: string | undefined };

export type InferenceRoute = { kind: 'infer' | 'predict' } & ModelPath;

export type Route =
  | { kind: 'live' | 'ready' | 'server' | 'metrics' | 'model-list' | 'openapi' | 'logging' | 'feedback' }
  | { kind: 'repository-index' | 'feature-views' }
  | { kind: 'features'; action: FeatureAction }
  | { kind: 'repository-load' | 'repository-unload' | 'traffic' | 'rollback'; model: string }
  | { kind: 'statistics' | 'trace'; model: string | undefined; version: string | undefined }
  | ({ kind: 'model' | 'model-ready' | 'config' | 'explain' } & ModelPath)
  | InferenceRoute;

const read = ['GET', 'HEAD'] as const;
const write = ['POST'] as const;

/** Methods of each route, as `Allow` lists them. */
export const routeMethods: Readonly<Record<Route['kind'], readonly string[]>> = {
  live: read,
  ready: read,
  server: read,
  metrics: read,
  'model-list': read,
  openapi: read,
  logging: [...read, ...write],
  trace: [...read, ...write],
  feedback: write,
  'feature-views': read,
  features: write,
  'repository-index': write,
  'repository-load': write,
  'repository-unload': write,
  traffic: [...read, ...write],
  rollback: write,
  statistics: read,
  config: read,
  model: read,
  'model-ready': read,
  infer: write,
  predict: write,
  explain: write,
};

/** Routes that answer without a key, to anyone. */
export const openRoutes: ReadonlySet<Route['kind']> = new Set(['live', 'ready', 'model-ready']);

const inferenceKinds: ReadonlySet<Route['kind']> = new Set(['infer', 'predict', 'explain', 'feedback']);

/** Scope a key needs; reading a route that can also be written needs `read` only. */
export function scopeOf(route: Route, method: string): KeyScope {
  if (method !== 'POST') return 'read';
  if (route.kind === 'features') return route.action === 'push' ? 'write' : 'infer';
  if (route.kind === 'repository-index') return 'read';
  return inferenceKinds.has(route.kind) ? 'infer' : 'admin';
}

/** The route of a request target (path with optional query); undefined where there is none. */
export function matchRoute(target: string): Route | undefined {
  const query = target.indexOf('?');
  const path = query === -1 ? target : target.slice(0, query);
  const segments = decodeSegments(path);
  if (segments === undefined) return undefined;
  const [root = '', ...rest] = segments;
  switch (root) {
    case 'healthz':
      return rest.length === 0 ? { kind: 'live' } : undefined;
    case 'readyz':
      return rest.length === 0 ? { kind: 'ready' } : undefined;
    case 'metrics':
      return rest.length === 0 ? { kind: 'metrics' } : undefined;
    case 'features':
      return featureRoute(rest);
    case 'v1':
      return rowRoute(rest);
    case 'v2':
      return protocolRoute(rest);
    default:
      return undefined;
  }
}

function featureRoute([action, ...more]: readonly string[]): Route | undefined {
  if (action === undefined) return { kind: 'feature-views' };
  if (more.length > 0 || (action !== 'get-online-features' && action !== 'push')) return undefined;
  return { kind: 'features', action };
}

function rowRoute(segments: readonly string[]): Route | undefined {
  const [first, model, action, ...more] = segments;
  if (first === 'feedback') return model === undefined ? { kind: 'feedback' } : undefined;
  if (first !== 'models' || more.length > 0) return undefined;
  if (model === undefined) return { kind: 'model-list' };
  if (action === 'traffic' || action === 'rollback') return { kind: action, model };
  return action === 'predict' || action === 'explain' ? { kind: action, model, version: undefined } : undefined;
}

function protocolRoute(segments: readonly string[]): Route | undefined {
  const [first, ...rest] = segments;
  if (first === undefined) return { kind: 'server' };
  const [second, third, ...more] = rest;
  switch (first) {
    case 'health':
      if (rest.length !== 1) return undefined;
      return second === 'live' ? { kind: 'live' } : second === 'ready' ? { kind: 'ready' } : undefined;
    case 'openapi.json':
      return rest.length === 0 ? { kind: 'openapi' } : undefined;
    case 'logging':
      return rest.length === 0 ? { kind: 'logging' } : undefined;
    case 'trace':
      return rest.length === 1 && second === 'setting'
        ? { kind: 'trace', model: undefined, version: undefined }
        : undefined;
    case 'repository':
      return repositoryRoute(rest);
    case 'models':
      if (second === undefined) return undefined;
      if (second === 'stats' && rest.length === 1) return { kind: 'statistics', model: undefined, version: undefined };
      return modelRoute(second, third === undefined ? [] : [third, ...more]);
    default:
      return undefined;
  }
}

function repositoryRoute(segments: readonly string[]): Route | undefined {
  const [first, model, action, ...more] = segments;
  if (more.length > 0) return undefined;
  if (first === 'index' && model === undefined) return { kind: 'repository-index' };
  if (first !== 'models' || model === undefined) return undefined;
  if (action === 'load') return { kind: 'repository-load', model };
  return action === 'unload' ? { kind: 'repository-unload', model } : undefined;
}

function modelRoute(model: string, rest: readonly string[]): Route | undefined {
  const versioned = rest[0] === 'versions';
  const version = versioned ? rest[1] : undefined;
  if (versioned && version === undefined) return undefined;
  const [action, ...more] = versioned ? rest.slice(2) : rest;
  if (action === 'trace')
    return more.length === 1 && more[0] === 'setting' ? { kind: 'trace', model, version } : undefined;
  if (more.length > 0) return undefined;
  switch (action) {
    case undefined:
      return { kind: 'model', model, version };
    case 'ready':
      return { kind: 'model-ready', model, version };
    case 'config':
      return { kind: 'config', model, version };
    case 'stats':
      return { kind: 'statistics', model, version };
    case 'infer':
    case 'explain':
      return { kind: action, model, version };
    default:
      return undefined;
  }
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
