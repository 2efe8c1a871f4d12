import { rpc } from '../rpc-base.ts';

export const loopHandlers = {
  events: rpc.loop.events.handler(({ input, context }) => context.monitors.loops.list(input)),
};
