import { createRequire } from 'node:module';
import type * as api from '@duckdb/node-api';
import type bindings from '@duckdb/node-bindings';

const require = createRequire(import.meta.url);

/** DuckDB, loaded at first use: a process that touches no table does without its memory. */
export function duckdbApi(): typeof api {
  return require('@duckdb/node-api') as typeof api;
}

/** The C interface below it, for reading vectors in place. */
export function duckdbBindings(): typeof bindings {
  return require('@duckdb/node-bindings') as typeof bindings;
}
