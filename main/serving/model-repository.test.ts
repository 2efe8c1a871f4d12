import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../test/support/remove-folder.ts';
import { ModelRepository } from './model-repository.ts';
import { ModelTable } from './model-table.ts';
import type { ServedModel } from './served-model.ts';

const root = mkdtempSync(join(tmpdir(), 'slipway-repository-'));
afterAll(() => removeFolder(root));

it('keeps of the models that are sent those that are served', async () => {
  const folders: string[] = [];
  let canOpen = true;
  const repository = new ModelRepository({
    root,
    models: new ModelTable(),
    async open({ name, version, modelPath }) {
      folders.push(dirname(dirname(modelPath)));
      if (!canOpen) throw new Error('no model');
      const model: Pick<ServedModel, 'name' | 'version' | 'retire' | 'close'> = {
        name,
        version,
        retire: async () => undefined,
        close: async () => undefined,
      };
      return model as ServedModel;
    },
  });
  const send = () => repository.load('sent', { config: undefined, files: new Map([['1', Buffer.from('model')]]) });
  const kept = () => folders.map((folder) => existsSync(folder));
  await send();
  await send();
  expect(kept()).toEqual([false, true]);
  canOpen = false;
  await expect(send()).rejects.toThrow('no model');
  expect(kept()).toEqual([false, true, false]);
  canOpen = true;
  await repository.unload('sent');
  expect(kept()).toEqual([false, false, false]);
  await send();
  await repository.close();
  expect(kept()).toEqual([false, false, false, false]);
});
