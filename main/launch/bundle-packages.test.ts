import { expect, it } from 'vitest';
import { importedNames } from './bundle-packages.mjs';

function named(text: string): Record<string, string[]> {
  return Object.fromEntries([...importedNames(text)].map(([specifier, names]) => [specifier, [...names].sort()]));
}

it('finds what is imported at run time, and nothing else', () => {
  const text = `
    import type { Pool } from 'pg';
    import pg, { Client as PgClient, type Pool as P } from 'pg';
    import { z } from 'zod';
    import * as ws from 'ws';
    import 'side-effect';
    import { own } from './own.ts';
    import { join } from 'node:path';
    import { type Only } from 'types-only';
    export { sha256 } from '@noble/hashes/sha2.js';
    const text = "import { not } from 'a-string'";
    const later = async () => await import('systeminformation');
  `;
  expect(named(text)).toEqual({
    pg: ['Client', 'default'],
    zod: ['z'],
    ws: ['*'],
    'side-effect': [],
    // Node keeps the import itself when only its types are inline.
    'types-only': [],
    '@noble/hashes/sha2.js': ['*'],
    systeminformation: ['*'],
  });
});
