import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFile = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'package.json');

/** The product's version, from its package.json. */
export function productVersion(): string {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}
