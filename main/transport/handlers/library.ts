import { createGroupLibrary } from '../../store/group-library.ts';
import { rpc } from '../rpc-base.ts';

export const libraryHandlers = {
  list: rpc.library.list.handler(({ context: { engine } }) => createGroupLibrary(engine.dataDir).list()),
  get: rpc.library.get.handler(({ input, context: { engine } }) =>
    createGroupLibrary(engine.dataDir).get(input.name, input.version),
  ),
  save: rpc.library.save.handler(({ input, context: { engine } }) =>
    createGroupLibrary(engine.dataDir).save(input.name, input.content),
  ),
};
