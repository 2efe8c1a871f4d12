import { AppError } from '../../shared/errors/app-error.ts';
import { isLoopback } from './loopback.ts';

/** `required`: every request but health checks carries `Authorization: Bearer KEY`. */
export type KeyPolicy = 'none' | 'required';

/**
 * The policy for a host: loopback needs no key; anything else must say which it wants.
 * Errors: `serve.host-needs-keys`.
 */
export function keyPolicyFor(host: string, keys: KeyPolicy | undefined): KeyPolicy {
  if (keys !== undefined) return keys;
  if (isLoopback(host)) return 'none';
  throw new AppError('serve.host-needs-keys', `Host ${host} can be reached from other machines.`, {
    fix: 'Add --keys required, or --keys none if anyone who can reach it may use it.',
  });
}
