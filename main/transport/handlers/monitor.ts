import { resolveDataPaths } from '../../compute/paths/resolve-path.ts';
import { compareInWorker } from '../../monitoring/compare-in-worker.ts';
import { rpc } from '../rpc-base.ts';

/** Below these sizes a comparison says nothing. */
const minimumRows = 50;
const alpha = 0.05;

export const monitorHandlers = {
  watch: rpc.monitor.watch.handler(async function* ({ input, context, signal }) {
    yield* context.monitors.watch(input.graphId, input.nodeId, signal ?? new AbortController().signal);
  }),
  compare: rpc.monitor.compare.handler(async ({ input, context, signal }) => {
    const pathOf = async (path: string) => (await resolveDataPaths(path, context.graphsDir))[0] as string;
    const [reference, current] = [await pathOf(input.reference), await pathOf(input.current)];
    return compareInWorker({ reference, current, method: input.method, minimumRows, alpha }, signal);
  }),
};
