import { rpc } from '../rpc-base.ts';

export const monitorHandlers = {
  watch: rpc.monitor.watch.handler(async function* ({ input, context, signal }) {
    yield* context.monitors.watch(input.graphId, input.nodeId, signal ?? new AbortController().signal);
  }),
};
