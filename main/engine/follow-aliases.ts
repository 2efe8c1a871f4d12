import { setTimeout as sleep } from 'node:timers/promises';
import { toAppError } from '../../shared/errors/app-error.ts';

/** How soon a moved alias is noticed. */
export const aliasPeriodMs = 5_000;

export interface FollowAliasesOptions {
  /** Digests of the models as the registry names them now. */
  resolve(): Promise<readonly string[]>;
  /** What is served now. */
  served: readonly string[];
  /** Puts the models that are named now live; a rejection leaves what is served. */
  swap(): Promise<void>;
  periodMs: number;
  log(text: string): void;
  signal: AbortSignal;
}

/**
 * Serves what an alias names, also after it has moved: a promotion or a rollback in the registry reaches an edge box
 * without a restart. What cannot be loaded is said once and not tried again; a registry out of reach is asked again.
 */
export async function followAliases(options: FollowAliasesOptions): Promise<void> {
  let served = options.served.join();
  let refused = '';
  let unreachable = false;
  for (;;) {
    try {
      await sleep(options.periodMs, undefined, { signal: options.signal, ref: false });
    } catch {
      return;
    }
    let named: string;
    try {
      named = (await options.resolve()).join();
      if (unreachable) options.log('The registry answers again.');
      unreachable = false;
    } catch (error) {
      if (!unreachable) options.log(`The registry cannot be asked: ${toAppError(error).message}`);
      unreachable = true;
      continue;
    }
    if (named === served || named === refused) continue;
    try {
      await options.swap();
      served = named;
      refused = '';
    } catch (error) {
      refused = named;
      options.log(`The new model was not put live: ${toAppError(error).message}`);
    }
  }
}
