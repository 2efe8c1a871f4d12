import { startGraphEndpoint } from '../../engine/graph-endpoints.ts';
import { requireTrust } from '../../trust/require-trust.ts';
import { rpc } from '../rpc-base.ts';
import { baseDirOf } from './graph.ts';

export const endpointHandlers = {
  list: rpc.endpoint.list.handler(({ context }) => context.endpoints.list()),
  start: rpc.endpoint.start.handler(async ({ input, context }) => {
    await requireTrust(context.trust, input, 'open an endpoint');
    const start = { document: input.document, baseDir: baseDirOf(context, input.path), nodeId: input.nodeId };
    const started = await startGraphEndpoint(context.engine, context.endpoints, start);
    const { newKey: _key, grpc: _grpc, ...endpoint } = started;
    context.monitors.attach(endpoint, start);
    return endpoint;
  }),
  stop: rpc.endpoint.stop.handler(({ input, context }) => {
    context.monitors.detach(input.id);
    return context.endpoints.stop(input.id);
  }),
  signature: rpc.endpoint.signature.handler(({ input, context }) => context.endpoints.signature(input.id)),
  predict: rpc.endpoint.predict.handler(({ input, context }) => context.endpoints.predict(input.id, input.rows)),
  explain: rpc.endpoint.explain.handler(({ input, context }) => context.endpoints.explain(input.id, [input.row])),
  watch: rpc.endpoint.watch.handler(async function* ({ input, context, signal }) {
    yield* context.endpoints.watch(input.id, signal ?? new AbortController().signal);
  }),
};
