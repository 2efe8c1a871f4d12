import { AppError } from '../../../shared/errors/app-error.ts';
import { startTrafficReplay, type TrafficReplay } from '../../monitoring/traffic-replay.ts';
import { requireTrust } from '../../trust/require-trust.ts';
import { rpc } from '../rpc-base.ts';
import type { Services } from '../services.ts';
import { baseDirOf } from './graph.ts';

export const replayHandlers = {
  start: rpc.replay.start.handler(async ({ input, context }) => {
    const { document, path, endpointId, step, port, ...rest } = input;
    const endpoint = context.endpoints.list().find(({ id }) => id === endpointId);
    if (endpoint?.state !== 'live' || endpoint.http === null) throw notLive(endpointId);
    await requireTrust(context.trust, input, 'be replayed');
    const { steps } = await context.engine.planStates(document, { baseDir: baseDirOf(context, path), to: step });
    const digest = steps.find(({ id }) => id === step)?.outputs[port]?.digest;
    const table = digest === undefined ? undefined : await context.engine.store.open(digest);
    if (table === undefined) {
      throw new AppError('artifact.not-found', `Step "${step}" has no table "${port}" yet.`, {
        fix: 'Run the graph first.',
      });
    }
    const manifest = context.endpoints.signature(endpointId);
    context.replays.get(endpointId)?.stop();
    const replay = await startTrafficReplay({
      endpointId,
      http: endpoint.http,
      model: endpoint.model?.name ?? endpoint.name,
      path: table.path('data.parquet'),
      inputs: manifest.inputs,
      label: manifest.label.column,
      log: () => undefined,
      ...rest,
    });
    context.replays.set(endpointId, replay);
    return replay.state();
  }),
  state: rpc.replay.state.handler(({ input, context }) => context.replays.get(input.endpointId)?.state() ?? null),
  setFaults: rpc.replay.setFaults.handler(({ input, context }) => {
    const replay = replayOf(context, input.endpointId);
    replay.setFaults(input.faults);
    return replay.state();
  }),
  stop: rpc.replay.stop.handler(({ input, context }) => {
    const replay = replayOf(context, input.endpointId);
    replay.stop();
    return replay.state();
  }),
};

function replayOf({ replays }: Services, endpointId: string): TrafficReplay {
  const replay = replays.get(endpointId);
  if (replay !== undefined) return replay;
  throw new AppError('serve.not-ready', `Nothing is replayed to ${endpointId}.`, { fix: 'Start a replay first.' });
}

function notLive(endpointId: string): AppError {
  return new AppError('serve.not-ready', `Endpoint ${endpointId} is not running.`, { fix: 'Start it first.' });
}
