import { AppError } from '../../../shared/errors/app-error.ts';
import type { EndpointRollout } from '../../../shared/rpc/engine-contract.ts';
import { endpointRollout, registeredSource } from '../../engine/endpoint-rollout.ts';
import { startGraphEndpoint } from '../../engine/graph-endpoints.ts';
import { exportHistory } from '../../serving/request-history/export-history.ts';
import { searchHistory } from '../../serving/request-history/search-history.ts';
import { searchRequests } from '../../serving/request-search.ts';
import { requireTrust } from '../../trust/require-trust.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';
import { baseDirOf } from './graph.ts';

/** Rows that an endpoint keeps in memory. */
const mostRecent = 10_000;

function rolloutOf({ engine, endpoints, following }: Services, id: string): EndpointRollout {
  return { ...endpointRollout(engine, endpoints, id), alias: following.stateOf(id) };
}

export const endpointHandlers = {
  list: rpc.endpoint.list.handler(({ context }) => context.endpoints.list()),
  start: rpc.endpoint.start.handler(async ({ input, context }) => {
    await requireTrust(context.trust, input, 'open an endpoint');
    const start = { document: input.document, baseDir: baseDirOf(context, input.path), nodeId: input.nodeId };
    const started = await startGraphEndpoint(context.engine, context.endpoints, start);
    const { newKey: _key, grpc: _grpc, ...endpoint } = started;
    context.monitors.attach(endpoint, start);
    await context.following.attach(endpoint, start);
    return context.endpoints.list().find(({ id }) => id === endpoint.id) ?? endpoint;
  }),
  stop: rpc.endpoint.stop.handler(async ({ input, context }) => {
    await context.following.detach(input.id);
    context.monitors.detach(input.id);
    return context.endpoints.stop(input.id);
  }),
  signature: rpc.endpoint.signature.handler(({ input, context }) => context.endpoints.signature(input.id)),
  predict: rpc.endpoint.predict.handler(({ input: { id, rows, isTest }, context }) =>
    context.endpoints.predict(id, rows, { isTest: isTest ?? false }),
  ),
  explain: rpc.endpoint.explain.handler(({ input, context }) => context.endpoints.explain(input.id, [input.row])),
  watch: rpc.endpoint.watch.handler(async function* ({ input, context, signal }) {
    yield* context.endpoints.watch(input.id, signal ?? new AbortController().signal);
  }),
  rollout: rpc.endpoint.rollout.handler(({ input, context }) => rolloutOf(context, input.id)),
  tryVersion: rpc.endpoint.tryVersion.handler(async ({ input: { id, trial }, context }) => {
    const { engine, endpoints } = context;
    const chosen =
      trial === null ? undefined : { ...trial, source: await registeredSource(engine, endpoints, id, trial.version) };
    await endpoints.tryVersion(id, chosen);
    return rolloutOf(context, id);
  }),
  promote: rpc.endpoint.promote.handler(async ({ input: { id }, context }) => {
    await context.endpoints.promote(id);
    return rolloutOf(context, id);
  }),
  rollback: rpc.endpoint.rollback.handler(async ({ input: { id }, context }) => {
    await context.endpoints.rollback(id);
    return rolloutOf(context, id);
  }),
  follow: rpc.endpoint.follow.handler(async ({ input: { id, follow }, context }) => {
    await context.following.follow(id, follow);
    return rolloutOf(context, id);
  }),
  requests: rpc.endpoint.requests.handler(
    async ({ input: { endpointId, ...search }, context: { endpoints }, signal }) => {
      const dir = endpoints.loggedTo(endpointId);
      const logged = dir === null ? undefined : await searchHistory(dir, search, signal);
      if (logged !== undefined) return logged;
      const { stable, challenger } = endpoints.rollout(endpointId);
      const served = challenger === null ? [stable] : [stable, challenger.version];
      const versions = await Promise.all(
        served.map(async (version) => ({
          version,
          recent: await endpoints.recentRows(endpointId, mostRecent, version),
        })),
      );
      const [model] = endpoints.models(endpointId);
      return searchRequests(versions, search, model?.manifest?.classes ?? []);
    },
  ),
  exportRequests: rpc.endpoint.exportRequests.handler(async ({ input, context: { endpoints }, signal }) => {
    const { endpointId, limit, offset: _offset, ...search } = input;
    const dir = endpoints.loggedTo(endpointId);
    const exported = dir === null ? undefined : await exportHistory(dir, search, limit, signal);
    if (exported !== undefined) return exported;
    throw new AppError('serve.no-log', `Endpoint ${endpointId} has no request log to export.`, {
      fix: 'Turn the request log of the Endpoint node on, and send requests.',
    });
  }),
  startLoadTest: rpc.endpoint.startLoadTest.handler(({ input: { id, objectiveMs, seconds }, context }) => {
    const endpoint = context.endpoints.list().find((candidate) => candidate.id === id);
    if (endpoint?.http == null || endpoint.model === null || endpoint.state !== 'live') {
      throw new AppError('serve.not-ready', `Endpoint ${id} is not running.`, { fix: 'Start it first.' });
    }
    return context.loadTests.start(id, { url: endpoint.http, model: endpoint.model.name, objectiveMs, seconds });
  }),
  loadTest: rpc.endpoint.loadTest.handler(({ input, context }) => context.loadTests.state(input.id)),
  cancelLoadTest: rpc.endpoint.cancelLoadTest.handler(({ input, context }) => context.loadTests.cancel(input.id)),
};
