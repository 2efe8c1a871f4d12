import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { CanaryGuard, readGuard } from './canary-guard.ts';
import { createEndpointHost, type EndpointHost } from './endpoint-host.ts';
import { modelFolderSources } from './model-source.ts';
import type { Tensor } from './tensor.ts';
import { Traffic } from './traffic.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

describe('CanaryGuard', () => {
  /** Feeds both tracks by turns; gives the canary's requests before it was taken back, and why. */
  function run(requests: number, canary: (i: number) => [boolean, number], stable: (i: number) => [boolean, number]) {
    const guard = new CanaryGuard(readGuard({}));
    for (let i = 0; i < requests; i++) {
      guard.observe(false, ...stable(i));
      const reason = guard.observe(true, ...canary(i));
      if (reason !== undefined) return { after: i + 1, reason };
    }
    return undefined;
  }
  const good = (i: number): [boolean, number] => [false, 5 + (i % 5)];

  it('takes back a canary that fails, soon after the first requests', () => {
    expect(run(2_000, () => [true, 1], good)).toEqual({ after: 100, reason: 'errors' });
    expect(run(2_000, (i) => [i % 10 === 0, 5], good)?.reason).toBe('errors');
  });

  it('takes back a canary that is slow', () => {
    expect(run(2_000, (i) => [false, 20 + (i % 5)], good)).toEqual({ after: 100, reason: 'latency' });
  });

  it('keeps one that is as good as the stable version, also where both fail or are fast', () => {
    expect(run(20_000, good, good)).toBeUndefined();
    expect(
      run(
        20_000,
        (i) => [i % 20 === 0, 5],
        (i) => [i % 20 === 7, 5],
      ),
    ).toBeUndefined();
    expect(run(20_000, (i) => [i % 200 === 0, 5], good)).toBeUndefined();
    expect(
      run(
        20_000,
        () => [false, 1.5],
        () => [false, 0.2],
      ),
    ).toBeUndefined();
  });

  it('takes back one that predicts something else, where a limit is set', () => {
    const answer = (best: number): Tensor[] => [
      { name: 'probabilities', datatype: 'FP32', shape: [1, 2], data: Float32Array.of(1 - best, best) },
    ];
    const reasonOf = (limits: object, share: number) => {
      const guard = new CanaryGuard(readGuard(limits));
      for (let i = 0; i < 2_000; i++) {
        if (guard.watchesDrift) {
          guard.predicted(false, answer(i % 2));
          guard.predicted(true, answer(i % 10 < share ? 1 : 0));
        }
        guard.observe(false, false, 5);
        const reason = guard.observe(true, false, 5);
        if (reason !== undefined) return reason;
      }
      return undefined;
    };
    expect(reasonOf({ maxDrift: 0.2 }, 9)).toBe('drift');
    expect(reasonOf({ maxDrift: 0.2 }, 5)).toBeUndefined();
    expect(reasonOf({}, 9)).toBeUndefined();
  });

  it.each([[null], [{ maxErrorIncrease: 2 }], [{ maxLatencyRatio: 0.5 }], [{ minRequests: 'x' }], [{ maxErrors: 1 }]])(
    'refuses the limits %j',
    (limits) => {
      expect(() => readGuard(limits)).toThrow(/canary.guard/);
    },
  );
});

describe('sessions', () => {
  it('keep to one version, and share out by percent', () => {
    const traffic = new Traffic();
    traffic.set({ stable: '1', canary: { version: '2', percent: 20 }, shadow: null });
    const versions = Array.from({ length: 5_000 }, (_, i) => traffic.next(undefined, `user-${i}`));
    expect(Array.from({ length: 5_000 }, (_, i) => traffic.next(undefined, `user-${i}`))).toEqual(versions);
    const share = versions.filter((version) => version === '2').length / versions.length;
    expect(share).toBeGreaterThan(0.17);
    expect(share).toBeLessThan(0.23);
    expect(traffic.next('stable', 'user-1')).toBe('1');
  });
});

describe('a guarded canary of an endpoint', () => {
  let dir: string;
  let host: EndpointHost;
  let url: string;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'slipway-guard-'));
    for (const version of ['1', '2']) {
      const graph = createGraphBuilder('pick');
      const x = graph.input('x', 'FP32', ['N', 1]);
      // Version 2 reads beyond its table for every request.
      const index = graph.int64([version === '1' ? 0 : 9]);
      const one = graph.node('Gather', [graph.initializer('FP32', Float32Array.of(1, 2), [2]), index]);
      graph.output('y', graph.node('Mul', [x, one]), 'FP32', ['N', 1]);
      await mkdir(join(dir, 'pick', version), { recursive: true });
      await writeFile(join(dir, 'pick', version, 'model.onnx'), graph.toBytes());
    }
    host = createEndpointHost({ dataDir: dir, log: () => undefined });
    const sources = await modelFolderSources(join(dir, 'pick'), 'pick', { version_policy: { all: {} } });
    const models = sources.toSorted((a, b) => Number(a.version) - Number(b.version));
    url = (await host.startModels({ graphId: 'g', nodeId: 'n', name: 'n', http: { port: 0 }, models })).http ?? '';
  });

  afterAll(async () => {
    await host.close();
    await removeFolder(dir);
  });

  it('is taken back by itself, which shows in the traffic', async () => {
    const traffic = `${url}/v1/models/pick/traffic`;
    const rule = { stable: '1', canary: { version: '2', percent: 50, guard: {} } };
    expect((await fetch(traffic, { method: 'POST', body: JSON.stringify(rule) })).status).toBe(200);
    const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [5] }] });
    const statuses: number[] = [];
    for (let i = 0; i < 400; i++) {
      statuses.push((await fetch(`${url}/v2/models/pick/infer`, { method: 'POST', body })).status);
    }
    expect(statuses.filter((status) => status === 500)).toHaveLength(100);
    expect(statuses.slice(-150).every((status) => status === 200)).toBe(true);
    expect(await (await fetch(traffic)).json()).toMatchObject({
      stable: '1',
      canary: null,
      rolledBack: { version: '2', reason: 'errors' },
    });
    await fetch(`${url}/v1/models/pick/rollback`, { method: 'POST' });
    expect(await (await fetch(traffic)).json()).toMatchObject({ canary: { version: '2', percent: 50 } });
  });
});
