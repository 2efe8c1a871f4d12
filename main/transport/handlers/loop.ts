import { rpc } from '../rpc-base.ts';

export const loopHandlers = {
  decide: rpc.loop.decide.handler(({ input, context }) => {
    context.monitors.decide(input);
    return { approved: input.approve };
  }),
  events: rpc.loop.events.handler(({ input, context }) => context.monitors.loops.list(input)),
};
