import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDeviceLease, readDeviceUses } from '../../main/compute/devices/device-lease.ts';
import { readDeviceSharing } from '../../main/compute/devices/device-sharing.ts';
import { probeDevices } from '../../main/compute/devices/probe.ts';
import { encodeNode } from '../../nodes/feature/encode/definition.ts';
import { runner as encode } from '../../nodes/feature/encode/run.ts';
import { imputeNode } from '../../nodes/feature/impute/definition.ts';
import { runner as impute } from '../../nodes/feature/impute/run.ts';
import { imageNode } from '../../nodes/feature/image/definition.ts';
import { runner as image } from '../../nodes/feature/image/run.ts';
import { anomalyNode } from '../../nodes/train/anomaly/definition.ts';
import { runner as anomaly } from '../../nodes/train/anomaly/run.ts';
import { calibrateNode } from '../../nodes/train/calibrate/definition.ts';
import { runner as calibrate } from '../../nodes/train/calibrate/run.ts';
import { clusterNode } from '../../nodes/train/cluster/definition.ts';
import { runner as cluster } from '../../nodes/train/cluster/run.ts';
import { cnnNode } from '../../nodes/train/cnn/definition.ts';
import { runner as cnn } from '../../nodes/train/cnn/run.ts';
import { forecastNode } from '../../nodes/train/forecast/definition.ts';
import { runner as forecast } from '../../nodes/train/forecast/run.ts';
import { forestNode } from '../../nodes/train/forest/definition.ts';
import { runner as forest } from '../../nodes/train/forest/run.ts';
import { linearNode } from '../../nodes/train/linear/definition.ts';
import { runner as linear } from '../../nodes/train/linear/run.ts';
import { mlpNode } from '../../nodes/train/mlp/definition.ts';
import { runner as mlp } from '../../nodes/train/mlp/run.ts';
import { pcaNode } from '../../nodes/train/pca/definition.ts';
import { runner as pca } from '../../nodes/train/pca/run.ts';
import { recommendNode } from '../../nodes/train/recommend/definition.ts';
import { runner as recommend } from '../../nodes/train/recommend/run.ts';
import { treesNode } from '../../nodes/train/trees/definition.ts';
import { runner as trees } from '../../nodes/train/trees/run.ts';
import type { InputArtifact } from '../../shared/node/runner.ts';
import { repositoryRoot, runSlipway, startSlipway } from '../support/run-slipway.ts';
import { softwareVulkan } from '../support/software-vulkan.ts';
import { StepChain } from '../support/step-chain.ts';
import { removeFolder } from '../support/remove-folder.ts';

const vulkan = softwareVulkan();
const why = vulkan === undefined ? ' (skipped: no SwiftShader, which Chromium and Electron bring)' : '';
const node = process.execPath;

describe('the device probe', () => {
  it('finds the CPU and says why others cannot be used', async () => {
    const report = await probeDevices({ node, providers: ['cpu', 'dml'] });
    expect(report.providers[0]).toMatchObject({ provider: 'cpu', state: 'ready' });
    if (process.platform === 'linux') {
      expect(report.providers[1]).toMatchObject({ provider: 'dml', state: 'failed' });
      expect(report.providers[1]?.reason).toContain('does not carry it');
    }
  });

  it('outlives a driver that ends its process, and one that hangs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-probe-'));
    const script = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, `#!/bin/sh\n${text}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    try {
      const crash = script('crash', 'echo "driver: fault at 0" >&2\nkill -SEGV $$');
      const [crashed] = (await probeDevices({ node: crash, providers: ['webgpu'] })).providers;
      expect(crashed).toMatchObject({ state: 'failed' });
      expect(crashed?.reason).toBe('Its driver ended the process by SIGSEGV: driver: fault at 0');
      const hang = script('hang', 'exec sleep 60');
      const [hung] = (await probeDevices({ node: hang, providers: ['webgpu'], timeoutMs: 500 })).providers;
      expect(hung?.reason).toBe('Its driver did not answer within 0.5 s.');
    } finally {
      await removeFolder(folder);
    }
  });

  it('is shared as doctor is told, which says who has it and who yields', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-sharing-'));
    const env = { SLIPWAY_DEVICES_DIR: folder };
    const use = { role: 'serving', what: 'model delays', provider: 'cuda', bytes: 3 * 2 ** 20 } as const;
    const lease = openDeviceLease(use, folder);
    try {
      const told = (args: string[]) => runSlipway(['doctor', ...args], folder, env);
      const first = await told(['--gpu-first', 'training', '--gpu-memory', '4096']);
      expect(first).toMatchObject({ code: 0, last: { devices: { uses: [{ what: 'model delays', waitedMs: 0 }] } } });
      expect(readDeviceSharing(folder, {})).toEqual({ first: 'training', memoryMiB: 4096 });
      await told(['--gpu-memory', 'none']);
      expect(readDeviceSharing(folder, {})).toEqual({ first: 'training', memoryMiB: null });
      for (const wrong of [
        ['--gpu-first', 'me'],
        ['--gpu-memory', 'all'],
        ['--gpu-memory', '0'],
      ]) {
        expect(await told(wrong)).toMatchObject({ code: 2, last: { error: { code: 'cli.usage' } } });
      }
    } finally {
      lease.close();
      await removeFolder(folder);
    }
  });

  it('is what doctor shows', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'slipway-doctor-'));
    try {
      const { last } = await runSlipway(['doctor'], dataDir);
      const checks = last['checks'] as { id: string; state: string; message: string }[];
      expect(checks.find(({ id }) => id === 'device.cpu')).toMatchObject({ state: 'ok' });
      expect(last['devices']).toMatchObject({ sharing: { first: expect.any(String) }, uses: expect.any(Array) });
      expect(checks.find(({ id }) => id === 'device.webgpu')?.message).toMatch(
        /^WebGPU (works|cannot be used|gives wrong)/,
      );
    } finally {
      await removeFolder(dataDir);
    }
  });
});

function lateRows(from: number, to: number): string {
  return `SELECT i, CASE WHEN i % 13 = 0 THEN NULL ELSE a END AS a, b, city,
      a + b / 100 + CASE city WHEN 'rome' THEN 1 ELSE 0 END + noise > 1.2 AS late
    FROM (SELECT i, sin(i * 12.9898) * 1.5 AS a, (i * 7919) % 100 AS b, ['rome', 'oslo', 'lima'][1 + i % 3] AS city,
      sin(i * 78.233) * 0.3 AS noise FROM range(${from}, ${to}) r(i)) ORDER BY i`;
}

describe.skipIf(vulkan === undefined)(`WebGPU on a software device${why}`, () => {
  let chain: StepChain;
  let features: InputArtifact[];
  let table: InputArtifact;
  beforeAll(async () => {
    chain = await StepChain.create();
    table = await chain.table(lateRows(0, 1500), 'train');
    const numbers = await chain.run(imputeNode, impute, { columns: ['a', 'b'] }, { input: [table] });
    const cities = await chain.run(encodeNode, encode, { columns: ['city'], method: 'one-hot' }, { input: [table] });
    features = [numbers['features'] as InputArtifact, cities['features'] as InputArtifact];
  });
  afterAll(() => chain[Symbol.asyncDispose]());

  it('is found by the probe', async () => {
    const [webgpu] = (await probeDevices({ node, providers: ['webgpu'], ...(vulkan && { env: vulkan }) })).providers;
    expect(webgpu).toMatchObject({ provider: 'webgpu', state: 'ready' });
  });

  async function outputsOf(
    model: InputArtifact,
    rows: InputArtifact,
    provider: string,
  ): Promise<Record<string, (number | string)[]>> {
    const script = join(repositoryRoot, 'test/support/run-model.ts');
    const args = [script, model.path('model.onnx'), model.path('model.json'), rows.path('data.parquet'), provider];
    const { stdout } = await promisify(execFile)(node, args, {
      maxBuffer: 2 ** 26,
      ...(provider === 'cpu' || vulkan === undefined ? {} : { env: vulkan }),
    });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, (number | string)[]>;
  }

  async function compare(model: InputArtifact | undefined, rows = table): Promise<void> {
    if (model === undefined) throw new Error('The trainer gave no model.');
    const [cpu, webgpu] = await Promise.all([outputsOf(model, rows, 'cpu'), outputsOf(model, rows, 'webgpu')]);
    expect(Object.values(cpu)[0]).not.toHaveLength(0);
    expect(Object.keys(webgpu)).toEqual(Object.keys(cpu));
    let worst = 0;
    for (const [name, values] of Object.entries(cpu)) {
      expect(webgpu[name]).toHaveLength(values.length);
      values.forEach((value, at) => {
        const other = webgpu[name]?.[at];
        if (typeof value === 'number' && typeof other === 'number') worst = Math.max(worst, Math.abs(value - other));
        else expect(other).toBe(value);
      });
    }
    expect(worst).toBeLessThan(1e-4);
  }

  /** A model of every trainer, and rows to score where they are not those of the others. */
  const models: Record<string, () => Promise<{ model?: InputArtifact | undefined; rows?: InputArtifact }>> = {
    linear: () => chain.run(linearNode, linear, { label: 'late' }, { features }),
    'boosted trees': () => chain.run(treesNode, trees, { label: 'late', trees: 20 }, { features }),
    forest: () => chain.run(forestNode, forest, { label: 'late', trees: 20 }, { features }),
    'neural network': () => chain.run(mlpNode, mlp, { label: 'late', epochs: 3 }, { features }),
    'convolutional network': async () => {
      const rows = await chain.table(
        `SELECT i % 2 AS stripes, list_transform(range(64), p -> CAST(sin(p * (1 + i % 2) + i) AS FLOAT))::FLOAT[64] AS pixels
         FROM range(200) t(i) ORDER BY i`,
        'train',
      );
      const { features: pixels } = await chain.run(imageNode, image, { columns: ['pixels'] }, { input: [rows] });
      const params = { label: 'stripes', task: 'multiclass' as const, epochs: 2, convolutions: [4], hiddenLayers: [8] };
      const { model } = await chain.run(cnnNode, cnn, params, { features: [pixels as InputArtifact] });
      return { model, rows };
    },
    calibrated: async () => {
      const { model } = await chain.run(linearNode, linear, { label: 'late' }, { features });
      const held = await chain.table(lateRows(1500, 2100), 'validation');
      return chain.run(calibrateNode, calibrate, {}, { model: [model as InputArtifact], table: [held] });
    },
    'principal components': async () => {
      const { features: components } = await chain.run(pcaNode, pca, { components: 2 }, { features });
      return chain.run(linearNode, linear, { label: 'late' }, { features: [components as InputArtifact] });
    },
    clusters: () => chain.run(clusterNode, cluster, { clusters: 3 }, { features }),
    anomalies: () => chain.run(anomalyNode, anomaly, { trees: 30 }, { features }),
    forecast: async () => {
      const rows = await chain.table(`SELECT 5 * i AS t, i % 4 + i / 10 AS y FROM range(40) r(i)`, 'train');
      const params = { time: 't', target: 'y', horizon: 5, method: 'seasonal-naive' as const, season: 4 };
      const { model } = await chain.run(forecastNode, forecast, params, { table: [rows] });
      return { model, rows };
    },
    recommendations: async () => {
      const items = await chain.table(
        `SELECT 'item ' || i AS name, 3 * cos(i * 0.3) AS x, 3 * sin(i * 0.3) AS y, (i * 7) % 11 AS rating FROM range(20) t(i)`,
      );
      const rows = await chain.table(
        `SELECT 'item ' || (i * 13 % 20) AS liked, 'item ' || ((i * 13 + 1 + i % 3) % 20) AS next FROM range(200) t(i) ORDER BY i`,
        'train',
      );
      const { features: likes } = await chain.run(encodeNode, encode, { columns: ['liked'] }, { input: [rows] });
      const params = {
        label: 'next',
        item: 'name',
        embedding: ['x', 'y'],
        ranking: ['rating'],
        count: 3,
        candidates: 10,
      };
      const inputs = { features: [likes as InputArtifact], items: [items] };
      return { ...(await chain.run(recommendNode, recommend, params, inputs)), rows };
    },
  };

  it.each(Object.keys(models))('gives the answers of the CPU: %s', async (kind) => {
    const { model, rows } = (await models[kind]?.()) ?? {};
    await compare(model, rows);
  });

  it('serves on the device with the answers of the CPU, seen by others, and moves where config.pbtxt says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-device-'));
    const repository = join(folder, 'models');
    const model = (await chain.run(mlpNode, mlp, { label: 'late', epochs: 1 }, { features }))['model'];
    for (const name of ['asked', 'kept']) {
      mkdirSync(join(repository, name, '1'), { recursive: true });
      copyFileSync(model?.path('model.onnx') ?? '', join(repository, name, '1', 'model.onnx'));
    }
    writeFileSync(join(repository, 'kept', 'config.pbtxt'), 'instance_group [ { count: 1 kind: KIND_CPU } ]');
    const devicesDir = join(folder, 'devices');
    const env = { ...(vulkan as Record<string, string>), SLIPWAY_DEVICES_DIR: devicesDir };
    const served = await startSlipway(['serve', repository, '--device', 'webgpu'], folder, env);
    try {
      const { models } = (await (await fetch(`${served.url}/v1/models`)).json()) as { models: unknown[] };
      expect(models).toMatchObject([
        { name: 'asked', device: 'webgpu' },
        { name: 'kept', device: 'cpu' },
      ]);
      expect(readDeviceUses(devicesDir)).toMatchObject([
        { role: 'serving', what: 'model asked', provider: 'webgpu', waitedMs: 0 },
      ]);
      const inputs = [
        { name: 'a', datatype: 'FP64', shape: [3, 1], data: [1.5, -200, 0] },
        { name: 'b', datatype: 'FP64', shape: [3, 1], data: [0, 3, 1e6] },
        { name: 'city', datatype: 'BYTES', shape: [3, 1], data: ['Rome', 'nowhere', ''] },
      ];
      const scores = async (name: string) => {
        const answer = await fetch(`${served.url}/v2/models/${name}/infer`, {
          method: 'POST',
          body: JSON.stringify({ inputs }),
        });
        expect(answer.status, await answer.clone().text()).toBe(200);
        const { outputs } = (await answer.json()) as { outputs: { name: string; data: unknown[] }[] };
        return outputs.flatMap(({ data }) => data).filter((value) => typeof value === 'number');
      };
      const [onDevice, onCpu] = [await scores('asked'), await scores('kept')];
      expect(onCpu.length).toBeGreaterThan(0);
      for (const [at, score] of onCpu.entries()) expect(onDevice[at]).toBeCloseTo(score, 4);
    } finally {
      await served.stop();
      await removeFolder(folder);
    }
  });
});
