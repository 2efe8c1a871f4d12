import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

export const graphExtension = '.slipway.json';
export const graphFilter = { name: 'Slipway graph', extensions: ['slipway.json', 'json'] };

/** A graph file named on the command line of this or of a second instance. */
export function graphArgument(argv: readonly string[], workingDirectory: string): string | undefined {
  const name = argv.slice(1).find((entry) => entry.endsWith(graphExtension));
  if (name === undefined) return undefined;
  const path = resolve(workingDirectory, name);
  return existsSync(path) ? path : undefined;
}
