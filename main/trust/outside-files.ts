import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { resolveDataPaths } from '../compute/paths/resolve-path.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { stepsOf, type TrustNeed } from './trust-needs.ts';

/**
 * Steps that read a file outside the folder of their graph, also by a link in that folder or a pattern. Samples (`pkg:`)
 * come with the product. What cannot be resolved is outside when its path leads there.
 */
export async function outsideFiles(document: GraphDocument, folder: string): Promise<TrustNeed[]> {
  const home = await realpath(folder).catch(() => resolve(folder));
  const needs: TrustNeed[] = [];
  for (const { id, kind, title, params } of stepsOf(document)) {
    const path = params['path'];
    if (typeof path !== 'string' || path.trim() === '' || path.startsWith('pkg:')) continue;
    if (!(await leadsOut(path, home))) continue;
    needs.push({ node: id, kind, title, what: `reads a file outside the graph’s folder (${path})`, onSight: true });
  }
  return needs;
}

async function leadsOut(path: string, home: string): Promise<boolean> {
  if (!isWithin(resolve(home, path), home)) return true;
  const files = await resolveDataPaths(path, home).catch(() => [resolve(home, path)]);
  const real = await Promise.all(files.map((file) => realpath(file).catch(() => file)));
  return real.some((file) => !isWithin(file, home));
}

function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
