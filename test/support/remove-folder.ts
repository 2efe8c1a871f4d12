import { rm } from 'node:fs/promises';

/** Removes a test's folder, also while processes that were killed with their parent still write their last into it. */
export function removeFolder(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
}
