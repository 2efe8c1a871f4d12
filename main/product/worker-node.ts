/**
 * The Node that runs step workers and serving processes: this one, unless the desktop shell names another because its own
 * binary may not run scripts (the runAsNode fuse of a packaged app is off).
 */
export function workerNode(): string {
  const named = process.env['SLIPWAY_WORKER_NODE'];
  return named === undefined || named === '' ? process.execPath : named;
}
