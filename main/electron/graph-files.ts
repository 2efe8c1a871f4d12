import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GivenFile } from '../../shared/rpc/shell-contract.ts';

export const graphExtension = '.slipway.json';
export const graphExtensions = ['slipway.json', 'json'];

/** A graph file named on the command line of this or of a second instance, by its path or by a file: URL. */
export function graphArgument(argv: readonly string[], workingDirectory: string): string | undefined {
  const name = argv.slice(1).find((entry) => entry.endsWith(graphExtension));
  if (name === undefined) return undefined;
  const path = name.startsWith('file:') ? pathOfUrl(name) : resolve(workingDirectory, name);
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** Undefined for files of another machine, and what is no path when decoded. */
function pathOfUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Larger files are no graphs. */
const largestGraphBytes = 16 * 1024 * 1024;

/** A graph file of this machine, for an engine of another one. Throws where it cannot be read or is no graph by its size. */
export function readGraphFile(path: string): GivenFile {
  if (statSync(path).size > largestGraphBytes) throw new Error(`${path} is too large for a graph.`);
  return { name: basename(path), text: readFileSync(path, 'utf8') };
}
