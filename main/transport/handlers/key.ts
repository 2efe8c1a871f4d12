import { manageKeys } from '../../serving/keys/manage-keys.ts';
import { rpc } from '../rpc-base.ts';

const dayMs = 86_400_000;

function keysOf({ engine }: { engine: { dataDir: string } }) {
  return manageKeys(engine.dataDir, (text) => process.stderr.write(`${text}\n`));
}

export const keyHandlers = {
  list: rpc.key.list.handler(({ context }) => keysOf(context).list()),
  create: rpc.key.create.handler(({ input, context }) => keysOf(context).create(input)),
  rotate: rpc.key.rotate.handler(({ input, context }) => keysOf(context).rotate(input.id, input.graceDays * dayMs)),
  revoke: rpc.key.revoke.handler(({ input, context }) => keysOf(context).revoke(input.id)),
};
