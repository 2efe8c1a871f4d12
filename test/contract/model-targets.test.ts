import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRows } from '../../main/compute/onnx/encode-rows.ts';
import { openSession } from '../../main/compute/onnx/session.ts';
import { parseTextProto, type TextMessage } from '../../main/serving/text-proto.ts';
import type { InputColumn } from '../../shared/model/signature.ts';
import { repositoryRoot, runSlipway, startSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const penguins = join(repositoryRoot, 'resources/templates/penguins.slipway.json');

let folder: string;
let dataDir: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-model-targets-'));
  dataDir = join(folder, 'data');
});
afterAll(() => removeFolder(folder));

describe('before the first run', () => {
  it.each(['triton', 'triton-ensemble', 'torchserve', 'triton,kserve', 'triton-ensemble,kserve'])(
    '%s says that there is no model',
    async (target) => {
      const out = join(folder, 'none');
      const { code, last } = await runSlipway(['export', penguins, '--target', target, '--out', out], dataDir);
      expect(code).toBe(2);
      expect(last).toMatchObject({ error: { code: 'export.no-model', nodeId: 'endpoint' } });
      expect(existsSync(out)).toBe(false);
    },
  );
});

describe('after a run', () => {
  /** Rows with every kind of input, missing values, and requests that are wrong. */
  const rows = [
    {
      island: 'Biscoe',
      sex: 'MALE',
      beak_length_mm: 50,
      beak_depth_mm: 15.2,
      flipper_length_mm: 220,
      body_mass_g: 5600,
    },
    { island: 'Dream', sex: null, beak_length_mm: 40.1, beak_depth_mm: 18, flipper_length_mm: null, body_mass_g: 3700 },
    { island: 'Atlantis', beak_length_mm: 46.5, beak_depth_mm: 17.9, flipper_length_mm: 192, body_mass_g: 3500 },
  ];
  const requests: unknown[] = [
    { rows, id: 'all' },
    { rows: rows.slice(1, 2) },
    { rows: [{ ...rows[0], body_mass_g: '5600' }] },
    { rows: [] },
    { rows: [[1, 2]] },
    { rows: [{ planet: 'Mars' }] },
    { records: [] },
    [],
  ];
  let answers: { status: number; body: Record<string, unknown> }[];

  beforeAll(async () => {
    const run = await runSlipway(['run', penguins], dataDir);
    expect(run.code, run.stderr).toBe(0);
    const server = await startSlipway(['serve', 'models:/penguins@champion'], dataDir);
    try {
      answers = await Promise.all(
        requests.map(async (request) => {
          const response = await fetch(`${server.url}/v1/models/penguins/predict`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(request),
          });
          return { status: response.status, body: (await response.json()) as Record<string, unknown> };
        }),
      );
    } finally {
      await server.stop();
    }
  });

  it('triton: the model repository serves what the endpoint serves', async () => {
    const out = join(folder, 'triton');
    const exported = await runSlipway(['export', penguins, '--target', 'triton', '--out', out], dataDir);
    expect(exported.code, exported.stderr).toBe(0);
    expect(exported.last['omitted']).toEqual([{ node: 'monitor', reason: expect.any(String) }]);
    const server = await startSlipway(['serve', join(out, 'model-repository')], dataDir);
    try {
      const config = (await (await fetch(`${server.url}/v2/models/penguins/config`)).json()) as Record<string, unknown>;
      expect(config).toMatchObject({ max_batch_size: 64 });
      const metadata = (await (await fetch(`${server.url}/v2/models/penguins`)).json()) as {
        inputs: { name: string; datatype: string; shape: number[] }[];
        outputs: { name: string; datatype: string; shape: number[] }[];
      };
      // What config.pbtxt states is what the ONNX graph has.
      const text = readFileSync(join(out, 'model-repository/penguins/config.pbtxt'), 'utf8');
      const types: Record<string, string> = { BYTES: 'STRING' };
      for (const [field, tensors] of [
        ['input', metadata.inputs],
        ['output', metadata.outputs],
      ] as const) {
        for (const { name, datatype, shape } of tensors) {
          const type = types[datatype] ?? datatype;
          expect(text).toContain(
            `${field} [ { name: "${name}" data_type: TYPE_${type} dims: [ ${shape.slice(1).join(', ')} ] } ]`,
          );
        }
      }
      const inputs = metadata.inputs.map(({ name, datatype }) => ({
        name,
        datatype,
        shape: [1, 1],
        data: [(rows[0] as Record<string, unknown>)[name]],
      }));
      const response = await fetch(`${server.url}/v2/models/penguins/infer`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ inputs }),
      });
      const { outputs } = (await response.json()) as { outputs: { name: string; data: unknown[] }[] };
      const [prediction] = (answers[0]?.body['predictions'] ?? []) as { label: string; scores: { score: number }[] }[];
      expect(outputs.find(({ name }) => name === 'label')?.data).toEqual([prediction?.label]);
      const scores = outputs.find(({ name }) => name === 'probabilities')?.data as number[];
      prediction?.scores.forEach(({ score }, i) => expect(scores[i]).toBeCloseTo(score, 6));
    } finally {
      await server.stop();
    }
  });

  it('triton-ensemble: its models one after the other answer as the whole does, bit by bit', async () => {
    const [whole, out] = [join(folder, 'whole'), join(folder, 'ensemble')];
    await runSlipway(['export', penguins, '--target', 'triton', '--out', whole], dataDir);
    const exported = await runSlipway(['export', penguins, '--target', 'triton-ensemble', '--out', out], dataDir);
    expect(exported.code, exported.stderr).toBe(0);
    const repository = join(out, 'model-repository');
    const configOf = (name: string) => parseTextProto(readFileSync(join(repository, name, 'config.pbtxt'), 'utf8'));
    const ensemble = configOf('penguins');
    expect(ensemble).toMatchObject({ name: ['penguins'], platform: ['ensemble'], max_batch_size: ['64'] });
    // Triton refuses both beside ensemble_scheduling.
    expect(Object.keys(ensemble)).not.toContain('dynamic_batching');
    expect(Object.keys(ensemble)).not.toContain('instance_group');
    expect(existsSync(join(repository, 'penguins/1'))).toBe(true);

    const table = JSON.parse(
      readFileSync(join(repositoryRoot, 'node_modules/vega-datasets/data/penguins.json'), 'utf8'),
    ) as Record<string, unknown>[];
    const columnOf = (name: string) => name.toLowerCase().replace(/\W+/g, '_').replace(/_$/, '');
    const recorded = table.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [columnOf(name), value])),
    );
    const inputs = (ensemble['input'] as TextMessage[]).map((input): InputColumn => {
      const type = String(input['data_type']?.[0]) === 'TYPE_STRING' ? 'string' : 'float64';
      return { name: String(input['name']?.[0]), type };
    });
    const values: Record<string, unknown> = { ...encodeRows(recorded, inputs) };
    const run = async (path: string, feeds: Record<string, unknown>) => {
      const session = await openSession(path, { threads: 1 });
      const outputs = await session.run(feeds as never);
      await session.release();
      return outputs as unknown as Record<string, { data: unknown; dims: readonly number[] }>;
    };
    const expected = await run(join(whole, 'model-repository/penguins/1/model.onnx'), values);
    const [scheduling] = ensemble['ensemble_scheduling'] as TextMessage[];
    const pairs = (step: TextMessage, field: string) =>
      (step[field] as TextMessage[]).map((pair) => [String(pair['key']?.[0]), String(pair['value']?.[0])] as const);
    const steps = scheduling?.['step'] as TextMessage[];
    expect(steps.map((step) => String(step['model_name']?.[0]))).toEqual(['penguins-features', 'penguins-model']);
    for (const step of steps) {
      const name = String(step['model_name']?.[0]);
      const config = configOf(name);
      expect(config).toMatchObject({ name: [name], max_batch_size: ['64'], backend: ['onnxruntime'] });
      expect(config).toHaveProperty('dynamic_batching');
      const mapped = pairs(step, 'input_map');
      const declared = (config['input'] as TextMessage[]).map((input) => String(input['name']?.[0]));
      expect(mapped.map(([key]) => key).toSorted()).toEqual(declared.toSorted());
      const feeds = Object.fromEntries(mapped.map(([key, of]) => [key, values[of]]));
      const given = await run(join(repository, name, String(step['model_version']?.[0]), 'model.onnx'), feeds);
      for (const [key, of] of pairs(step, 'output_map')) values[of] = given[key];
    }
    expect(recorded.length).toBeGreaterThan(300);
    for (const { name } of inputs) expect(recorded[0]).toHaveProperty(name);
    for (const [name, tensor] of Object.entries(expected)) {
      const { data, dims } = values[name] as typeof tensor;
      expect(dims, name).toEqual(tensor.dims);
      expect(data, name).toEqual(tensor.data);
    }
  });

  it('gives the same bytes again', async () => {
    for (const target of ['triton', 'triton-ensemble', 'torchserve']) {
      const [a, b] = [join(folder, `${target}-a`), join(folder, `${target}-b`)];
      const first = await runSlipway(['export', penguins, '--target', target, '--out', a], dataDir);
      await runSlipway(['export', penguins, '--target', target, '--out', b], dataDir);
      for (const file of first.last['files'] as string[]) {
        expect(readFileSync(join(a, file)).equals(readFileSync(join(b, file))), file).toBe(true);
      }
    }
  });

  const python = process.env['SLIPWAY_PEERS_PYTHON'];
  const hasRuntime =
    python !== undefined && python !== '' && spawnSync(python, ['-c', 'import onnxruntime, numpy']).status === 0;

  it.skipIf(!hasRuntime)(
    'torchserve: the unpacked handler answers as the endpoint does (SLIPWAY_PEERS_PYTHON with onnxruntime)',
    async () => {
      const out = join(folder, 'torchserve');
      const exported = await runSlipway(['export', penguins, '--target', 'torchserve', '--out', out], dataDir);
      expect(exported.code, exported.stderr).toBe(0);
      const unpacked = join(folder, 'mar');
      mkdirSync(unpacked);
      execFileSync(python ?? '', ['-m', 'zipfile', '-e', join(out, 'model-store/penguins.mar'), unpacked]);
      const manifest = JSON.parse(readFileSync(join(unpacked, 'MAR-INF/MANIFEST.json'), 'utf8')) as {
        model: { handler: string };
      };
      expect(manifest.model.handler).toBe('handler.py:handle');
      writeFileSync(join(folder, 'requests.json'), JSON.stringify(requests));
      // As TorchServe calls it: once to load, then with batches of bodies, which share a run.
      const caller = [
        'import json, sys',
        'sys.path.insert(0, sys.argv[1])',
        'import handler',
        'class Context:',
        '    system_properties = {"model_dir": sys.argv[1]}',
        '    def __init__(self): self.codes = {}',
        '    def set_response_status(self, code, idx): self.codes[idx] = code',
        'context = Context()',
        'handler.handle(None, context)',
        'requests = json.load(open(sys.argv[2]))',
        'bodies = [{"body": json.dumps(r).encode() if i % 2 else r} for i, r in enumerate(requests)]',
        'answers = handler.handle(bodies, context)',
        'print(json.dumps([{"status": context.codes.get(i, 200), "body": a} for i, a in enumerate(answers)]))',
      ].join('\n');
      const text = execFileSync(python ?? '', ['-c', caller, unpacked, join(folder, 'requests.json')], {
        encoding: 'utf8',
      });
      const got = JSON.parse(text) as typeof answers;
      expect(got.map(({ status }) => status)).toEqual(answers.map(({ status }) => status));
      got.forEach(({ status, body }, i) => {
        if (status !== 200) return;
        const expected = answers[i]?.body['predictions'] as {
          label: unknown;
          scores: { label: unknown; score: number }[];
        }[];
        const predictions = body['predictions'] as typeof expected;
        expect(predictions.map(({ label }) => label)).toEqual(expected.map(({ label }) => label));
        predictions.forEach((prediction, row) => {
          prediction.scores.forEach(({ label, score }, k) => {
            expect(label).toBe(expected[row]?.scores[k]?.label);
            expect(Math.abs(score - (expected[row]?.scores[k]?.score ?? Number.NaN))).toBeLessThan(1e-6);
          });
        });
      });
    },
    60_000,
  );
});
