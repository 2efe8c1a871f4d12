import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { RequestSearch } from '../../../shared/rpc/engine-contract.ts';
import { quoteLiteral } from '../../compute/duckdb/quote.ts';
import { withHistory } from './search-history.ts';

const maxBytes = 128 * 2 ** 20;

/**
 * The newest logged requests that match as CSV with a header, oldest first. Undefined where nothing was ever logged. Errors:
 * `request.too-large`, `run.cancelled`.
 */
export async function exportHistory(
  stateDir: string,
  search: Omit<RequestSearch, 'limit' | 'offset'>,
  limit: number,
  signal?: AbortSignal,
): Promise<{ csv: string; rows: number } | undefined> {
  const dir = await mkdtemp(join(tmpdir(), 'slipway-requests-'));
  const path = join(dir, 'requests.csv');
  try {
    return await withHistory(
      stateDir,
      search,
      async (db, query) => {
        const newest = `SELECT * FROM (${query} ORDER BY time DESC, id DESC LIMIT ${limit}) ORDER BY time, id`;
        const [copied] = await db.rows(`COPY (${newest}) TO ${quoteLiteral(path)} (FORMAT csv, HEADER)`);
        if ((await stat(path)).size > maxBytes) {
          throw new AppError('request.too-large', 'These requests are too large for one export.', {
            fix: 'Choose a shorter time, or write them with `slipway requests --out FILE`.',
          });
        }
        return { csv: await readFile(path, 'utf8'), rows: Number(copied?.['Count'] ?? 0) };
      },
      signal,
    );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
