import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../test/support/remove-folder.ts';
import type { AppError } from '../../shared/errors/app-error.ts';
import type { StepTask } from './execute-step.ts';
import { createWorkerPool } from './worker-pool.ts';

const storeDir = mkdtempSync(join(tmpdir(), 'slipway-pool-'));
const pool = createWorkerPool({ storeDir, kindsModule: undefined, maxIdle: 1 });
afterAll(async () => {
  await pool.close();
  await removeFolder(storeDir);
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A task that its worker refuses, and outlives; weakly, whom it told. */
async function refusedTask(): Promise<{ code: string; listener: WeakRef<object> }> {
  const listener = { log: () => undefined, progress: () => undefined, partial: () => undefined };
  const task = { step: { id: 'step', kind: 'no.such-kind' } } as unknown as StepTask;
  // Not by `expect`, which keeps what it is given until the test ends.
  const code = await pool.run(task, listener, new AbortController().signal).then(
    () => 'none',
    (error: unknown) => (error as AppError).code,
  );
  return { code, listener: new WeakRef(listener) };
}

it('keeps nothing of a task once its worker has done it', async () => {
  const tasks = [await refusedTask(), await refusedTask(), await refusedTask()];
  expect(tasks.map(({ code }) => code)).toEqual(Array(3).fill('internal.bug'));
  await expect
    .poll(() => {
      collectGarbage();
      return tasks.filter(({ listener }) => listener.deref() !== undefined).length;
    })
    .toBe(0);
});
