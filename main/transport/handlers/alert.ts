import { rpc } from '../rpc-base.ts';

export const alertHandlers = {
  list: rpc.alert.list.handler(({ input, context }) => context.monitors.alerts.list(input)),
  acknowledge: rpc.alert.acknowledge.handler(({ input, context }) => context.monitors.alerts.acknowledge(input.id)),
  silence: rpc.alert.silence.handler(({ input, context }) => {
    const { alerts } = context.monitors;
    alerts.silence(input.graphId, input.nodeId, input.untilMs);
    return { silenced: alerts.isSilenced(input.graphId, input.nodeId) };
  }),
};
