import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { resolveDataPaths } from '../compute/paths/resolve-path.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { stepsOf, type TrustNeed } from './trust-needs.ts';

/** As many as a kind may read. */
const mostFiles = 1_000_000;
const atOnce = 1_000;

/**
 * Steps that read a file outside the folder of their graph, also by a pattern or by a link, in that folder or in one that
 * they name. Samples (`pkg:`) come with the product. What cannot be resolved is outside when its path leads there.
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
  const named = resolve(home, path);
  if (!isWithin(named, home)) return true;
  const folder = await realFolder(named);
  if (folder !== undefined) return !isWithin(folder, home) || linkLeadsOut(folder, home);
  const files = await resolveDataPaths(path, home, mostFiles).catch(() => [named]);
  for (let from = 0; from < files.length; from += atOnce) {
    const real = await Promise.all(files.slice(from, from + atOnce).map((file) => realpath(file).catch(() => file)));
    if (real.some((file) => !isWithin(file, home))) return true;
  }
  return false;
}

/** Whether a link anywhere in a folder leads out of `home`; so does a folder of more than can be looked at. */
async function linkLeadsOut(folder: string, home: string): Promise<boolean> {
  const seen = new Set<string>();
  const waiting = [folder];
  let looked = 0;
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    looked += entries.length;
    if (looked > mostFiles) return true;
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      if (!entry.isSymbolicLink()) continue;
      const real = await realpath(path).catch(() => undefined);
      if (real === undefined) continue;
      if (!isWithin(real, home)) return true;
      const linked = await realFolder(real);
      if (linked !== undefined) waiting.push(linked);
    }
  }
  return false;
}

/** The real path of a folder; undefined for what is none. */
async function realFolder(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? await realpath(path) : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
