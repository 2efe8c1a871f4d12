import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { canonicalJson } from '../../shared/plan/canonical-json.ts';

/** Params that say where something is, whatever the kind; how it is read makes no other dataset. */
const placeParams = [
  'url',
  'endpoint',
  'bucket',
  'prefix',
  'key',
  'host',
  'port',
  'broker',
  'brokers',
  'path',
  'database',
  'schema',
  'table',
  'sheet',
  'query',
  'topic',
  'stream',
  'name',
];

/** The source that a step reads: an id that is the same for the same place, and the place in words. `node`: `GRAPH/NODE`. */
export function datasetOf(
  kind: string,
  params: Readonly<Record<string, unknown>>,
  baseDir: string,
  node: string,
): { dataset: string; location: string } {
  const place: Record<string, unknown> = {};
  for (const name of placeParams) {
    const value = params[name];
    if (value === undefined || value === '' || value === null) continue;
    place[name] = name === 'path' && typeof value === 'string' ? fullPath(value, baseDir) : value;
  }
  // What no param tells, such as a script that reads by itself, is told by the node that reads it.
  if (Object.keys(place).length === 0) place['node'] = node;
  const words = Object.values(place).map((value) => (typeof value === 'string' ? value.trim() : JSON.stringify(value)));
  return {
    dataset: createHash('sha256')
      .update(canonicalJson([kind, place]))
      .digest('hex')
      .slice(0, 16),
    location: words.join(' · ').replaceAll(/\s+/g, ' ').slice(0, 400),
  };
}

function fullPath(path: string, baseDir: string): string {
  return isAbsolute(path) || /^[a-z][a-z0-9+]*:/i.test(path) ? path : join(baseDir, path);
}
