import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDriver } from './artifact-driver.ts';
import { createDirectoryDriver } from './directory-driver.ts';
import { createS3Driver } from './s3-driver.ts';

/**
 * Driver of a shared store: `file:///FOLDER`, or `s3://BUCKET/PREFIX?endpoint=…&region=…` with a cache in the data
 * directory. Throws `cli.usage` for other addresses, `store.refused` without credentials.
 */
export function driverOfUri(uri: string, dataDir: string): ArtifactDriver {
  if (uri.startsWith('file://')) return createDirectoryDriver(fileURLToPath(uri));
  if (uri.startsWith('s3://')) return createS3Driver(uri, { cacheDir: join(dataDir, 'remote') });
  throw new AppError('cli.usage', `The store ${uri} is not supported.`, {
    fix: 'Use file:///FOLDER or s3://BUCKET/PREFIX.',
  });
}
