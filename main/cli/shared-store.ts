import { AppError } from '../../shared/errors/app-error.ts';
import type { ArtifactDriver } from '../store/artifact-driver.ts';
import { resolveDataDir } from '../store/data-dir.ts';
import { driverOfUri } from '../store/driver-of-uri.ts';
import type { CommandContext } from './command.ts';

/** The store that `--store` or SLIPWAY_STORE names. Throws `cli.usage` where neither does. */
export function sharedStoreOf(context: CommandContext): ArtifactDriver {
  const uri = context.text('store') ?? process.env['SLIPWAY_STORE'];
  if (uri !== undefined && uri !== '') return driverOfUri(uri, resolveDataDir(context.dataDir));
  throw new AppError('cli.usage', 'The shared store is not known.', {
    fix: 'Name it with --store or in SLIPWAY_STORE: file:///FOLDER or s3://BUCKET/PREFIX.',
  });
}

/** Where replicas put their requests: SLIPWAY_REQUESTS, so that servers need not write where models are; else the shared store. */
export function requestsStoreOf(context: CommandContext): ArtifactDriver {
  const uri = process.env['SLIPWAY_REQUESTS'];
  return uri === undefined || uri === '' ? sharedStoreOf(context) : driverOfUri(uri, resolveDataDir(context.dataDir));
}
