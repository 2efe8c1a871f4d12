import { rpc } from '../rpc-base.ts';

export const modelHandlers = {
  list: rpc.model.list.handler(({ context }) => context.engine.registry.list()),
  setAlias: rpc.model.setAlias.handler(({ input, context }) =>
    context.engine.registry.setAlias(input.name, input.alias, input.version),
  ),
};
