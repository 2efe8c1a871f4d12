import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelConfigText } from '../cluster/triton/model-config-text.ts';
import type { BatcherLimits } from './batcher.ts';
import { limitsOf, modelConfigJson, parseModelConfig, readModelConfig } from './model-config.ts';

const limits: BatcherLimits = { maxBatchRows: 64, maxQueueRows: 1_024, queueTimeoutMs: 30_000, objectiveMs: null };

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-model-config-'));
});

afterAll(() => rm(dir, { recursive: true, force: true }));

async function read(text: string) {
  const path = join(dir, 'config.pbtxt');
  await writeFile(path, text);
  return readModelConfig(path);
}

describe('dynamic_batching', () => {
  it('never waits where it is empty', async () => {
    const config = await read('max_batch_size: 8 dynamic_batching { }');
    const { batching, maxQueueRows } = limitsOf(config, limits);
    expect(maxQueueRows).toBe(1_024);
    expect(batching).toEqual({
      maxDelayMs: 0,
      preferredRows: [],
      levels: [{ maxQueueRows: 0, timeoutMs: null, onTimeout: 'reject', allowOverride: true }],
      defaultLevel: 0,
    });
  });

  it('has preferred sizes, a delay, and a policy for each priority', async () => {
    const config = await read(`
      dynamic_batching {
        preferred_batch_size: [ 4, 8 ]
        preferred_batch_size: 16
        max_queue_delay_microseconds: 1500
        priority_levels: 3
        default_priority_level: 2
        default_queue_policy { max_queue_size: 10 }
        priority_queue_policy {
          key: 1
          value { timeout_action: DELAY default_timeout_microseconds: 2000 allow_timeout_override: true max_queue_size: 5 }
        }
        priority_queue_policy { key: 3 value { default_timeout_microseconds: 500 } }
      }`);
    const { batching } = limitsOf(config, limits);
    expect(batching).toEqual({
      maxDelayMs: 1.5,
      preferredRows: [4, 8, 16],
      levels: [
        { maxQueueRows: 5, timeoutMs: 2, onTimeout: 'delay', allowOverride: true },
        { maxQueueRows: 10, timeoutMs: null, onTimeout: 'reject', allowOverride: true },
        { maxQueueRows: 0, timeoutMs: 0.5, onTimeout: 'reject', allowOverride: false },
      ],
      defaultLevel: 1,
    });
  });

  it.each([
    ['priority_levels: 2', 'default_priority_level'],
    ['priority_levels: 2 default_priority_level: 3', 'default_priority_level'],
    ['priority_queue_policy { key: 1 value { } }', 'priority_queue_policy'],
    ['preferred_batch_size: 0', 'preferred_batch_size'],
    ['default_queue_policy { timeout_action: LATER }', 'default_queue_policy'],
  ])('refuses %s', async (text, field) => {
    await expect(read(`dynamic_batching { ${text} }`)).rejects.toMatchObject({
      code: 'model.invalid',
      message: expect.stringContaining(field) as string,
    });
  });

  it('is the same after it was shown as JSON and loaded again, and as written for Triton', async () => {
    const text = modelConfigText({
      name: 'm',
      version: 1,
      inputs: [{ name: 'x', type: 'FP32', dims: [4] }],
      outputs: [{ name: 'y', type: 'FP32', dims: [1] }],
      maxBatchRows: 32,
      maxQueueRows: 100,
      maxDelayMs: 2,
      preferredBatchRows: [8, 16],
      priorities: [
        { maxQueueRows: 7, timeoutMs: 3, onTimeout: 'delay' },
        { maxQueueRows: 0, timeoutMs: 0, onTimeout: 'reject' },
      ],
    });
    const written = limitsOf(await read(text), limits);
    const tensor = { name: 'x', datatype: 'FP32' as const, shape: [-1, 4], dimNames: [] };
    const json = modelConfigJson({
      name: 'm',
      version: '1',
      form: 'onnx',
      inputs: [tensor],
      outputs: [tensor],
      responseCache: null,
      replicas: { ran: null, scaling: { minReplicas: 1 } },
      ...written,
    });
    expect(limitsOf(parseModelConfig(JSON.stringify(json)), limits).batching).toEqual(written.batching);
    expect(written).toMatchObject({ maxBatchRows: 32, batching: { maxDelayMs: 2, defaultLevel: 1 } });
  });
});
