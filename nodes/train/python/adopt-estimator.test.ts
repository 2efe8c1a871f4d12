import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { stepContext } from '../../../test/fixtures/step-context.ts';
import type { TrainingColumns } from '../../lib/training-data.ts';
import { adoptEstimator, estimatorJob } from './adopt-estimator.ts';

const dir = mkdtempSync(join(tmpdir(), 'slipway-adopt-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('an estimator that is too large is refused before it is read', async () => {
  const ctx = stepContext(dir, { interpreter: 'python3', memoryMb: 1024 });
  const { estimator } = estimatorJob(ctx.workDir);
  writeFileSync(estimator, '');
  truncateSync(estimator, 3 * 2 ** 30);
  const nothing = {} as TrainingColumns;
  await expect(adoptEstimator(ctx, nothing, { kind: 'train.python', params: {} })).rejects.toMatchObject({
    code: 'model.invalid',
    message: 'The estimator has 3072 MiB, more than 512.',
  });
});
