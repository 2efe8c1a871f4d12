import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const graphExtension = '.slipway.json';
export const graphFilter = { name: 'Slipway graph', extensions: ['slipway.json', 'json'] };

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
