import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { FitHooks } from '../../lib/fitted-model.ts';
import type { TrainingSet } from '../../lib/training-set.ts';
import { searchNode } from './definition.ts';
import { findBest, type TrialResources } from './find-best.ts';

const mebibyte = 2 ** 20;

/** What trials ran with, all at once at any time; each of them diverges. */
async function triedWith(resources: Partial<TrialResources>, size: { rows: number; width: number }) {
  const running = new Set<FitHooks>();
  const seen: FitHooks[][] = [];
  const set: TrainingSet = {
    ...size,
    targets: { task: 'binary', classes: ['0', '1'], values: Float64Array.from({ length: size.rows }, (_, i) => i % 2) },
    select: () => set,
    columnMajor: () => new Float32Array(),
    async fit(_params, hooks) {
      running.add(hooks);
      for (let turn = 0; turn < 5; turn++) {
        await setImmediate();
        seen.push([...running]);
      }
      running.delete(hooks);
      throw new AppError('train.diverged', 'It never ends well.');
    },
  };
  const params = searchNode.params.parse({ label: 'late', trainer: 'train.mlp', trials: 8, parallelTrials: 3 });
  const search = findBest({
    set,
    params,
    resources: { threads: 4, memoryBytes: 1024 * mebibyte, signal: new AbortController().signal, ...resources },
  });
  await expect(search).rejects.toMatchObject({ code: 'train.diverged' });
  for (const beside of seen) expect(beside.reduce((sum, { threads }) => sum + threads, 0)).toBeLessThanOrEqual(4);
  const devices = seen.map((beside) =>
    beside
      .map(({ device }) => device ?? 'none')
      .toSorted()
      .join(' '),
  );
  return { most: Math.max(...seen.map(({ length }) => length)), devices: new Set(devices) };
}

const small = { rows: 100, width: 4 };

it('trials share the threads of the step, and one of them has its graphics processor', async () => {
  const { most, devices } = await triedWith({ gpus: 1, device: 'auto' }, small);
  expect(most).toBe(3);
  expect(devices).toContain('auto cpu cpu');
  for (const beside of devices) expect(beside.split('auto').length).toBeLessThanOrEqual(2);
});

it('trials wait for the device they ask for, and do without where there is none to measure', async () => {
  expect(await triedWith({ gpus: 1, device: 'webgpu' }, small)).toEqual({ most: 1, devices: new Set(['webgpu']) });
  const { devices } = await triedWith({ device: 'auto' }, small);
  expect([...devices].join(' ')).not.toContain('auto');
});

it('trials wait for memory that others have', async () => {
  const large = { rows: 2000, width: 2000 };
  expect((await triedWith({ memoryBytes: 1024 * mebibyte }, large)).most).toBe(3);
  expect((await triedWith({ memoryBytes: 100 * mebibyte }, large)).most).toBe(2);
  expect((await triedWith({ memoryBytes: 10 * mebibyte }, large)).most).toBe(1);
});
