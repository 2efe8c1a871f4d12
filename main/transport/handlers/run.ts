import { requireTrustToRun } from '../../trust/require-trust.ts';
import { rpc } from '../rpc-base.ts';
import { baseDirOf } from './graph.ts';

export const runHandlers = {
  start: rpc.run.start.handler(async ({ input, context }) => {
    const { document, path, ...selection } = input;
    await requireTrustToRun(context.trust, input);
    const baseDir = baseDirOf(context, path);
    const { runId } = await context.engine.startRun({ document, baseDir, source: 'app', ...selection });
    return { runId };
  }),
  cancel: rpc.run.cancel.handler(async ({ input, context }) => ({
    cancelled: await context.engine.cancelRun(input.runId),
  })),
  pause: rpc.run.pause.handler(({ input, context }) => ({
    changed: context.engine.pauseRun(input.runId, input.paused),
  })),
  list: rpc.run.list.handler(({ input, context }) =>
    context.engine.listRuns({ graphId: input.graphId, limit: input.limit }),
  ),
  resources: rpc.run.resources.handler(({ input, context }) => context.engine.runResources(input.runId)),
  events: rpc.run.events.handler(({ input, context, signal }) =>
    context.engine.runEvents(input.runId, input.after, signal),
  ),
};
