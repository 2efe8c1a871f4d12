import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

interface Locked {
  gypfile?: boolean;
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

describe('packages with native code', () => {
  // `npm ci` takes what it knows of a package from the lock file, and compiles one that has a binding.gyp unless the lock
  // file says not to; `npm install` leaves that line out of entries that it writes anew.
  it('are not compiled by the install: a binding.gyp beside prebuilt binaries is marked in package-lock.json', () => {
    const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
    const withSources = Object.keys(packages).filter(
      (path) => path !== '' && existsSync(join(root, path, 'binding.gyp')),
    );
    expect(withSources).toContain('node_modules/better-sqlite3');
    const compiled = withSources.filter((path) => packages[path]?.gypfile !== false);
    expect(compiled, 'add "gypfile": false to these entries of package-lock.json').toEqual([]);
  });
});
