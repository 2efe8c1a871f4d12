import { check, equal, expectError, expectHealthy, jsonOf, okJson } from '../expect.ts';
import { datatypeNames, datatypes, identityName, softmaxModel } from '../fixture-models.ts';
import { type Case, group, type Server } from '../kit.ts';
import { flatData, inferJson, type JsonTensor } from '../tensors.ts';

const x = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] };

/** Outputs of a JSON inference by name. */
async function outputsOf(
  server: Server,
  model: string,
  body: unknown,
  path?: string,
): Promise<Map<string, JsonTensor>> {
  const exchange = inferJson(model, body);
  const json = okJson(await server.send(path === undefined ? exchange : { ...exchange, path }));
  return new Map((json['outputs'] as JsonTensor[]).map((output) => [output.name, output]));
}

const health = group('health', {
  live: async (server) => {
    const { status } = await server.send({ path: '/v2/health/live' });
    equal(status, 200, 'status');
  },
  ready: async (server) => {
    const { status } = await server.send({ path: '/v2/health/ready' });
    equal(status, 200, 'status');
  },
  'model-ready': async (server) => {
    await server.needModel(softmaxModel);
    for (const path of [`/v2/models/${softmaxModel}/ready`, `/v2/models/${softmaxModel}/versions/1/ready`]) {
      equal((await server.send({ path })).status, 200, `status of ${path}`);
    }
  },
});

const metadata = group('metadata', {
  server: async (server) => {
    const body = okJson(await server.send({ path: '/v2' }));
    check(typeof body['name'] === 'string' && body['name'] !== '', '"name" is missing');
    check(typeof body['version'] === 'string', '"version" is missing');
    check(Array.isArray(body['extensions']), '"extensions" is not a list');
  },
  model: async (server) => {
    await server.needModel(softmaxModel);
    const body = okJson(await server.send({ path: `/v2/models/${softmaxModel}` }));
    equal(body['name'], softmaxModel, 'name');
    check(typeof body['platform'] === 'string' && body['platform'] !== '', '"platform" is missing');
    equal(body['inputs'], [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }], 'inputs');
    const outputs = [...(body['outputs'] as JsonTensor[])].sort((a, b) => (a.name < b.name ? -1 : 1));
    const expected = [
      { name: 'best', datatype: 'INT64', shape: [-1, 1] },
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 4] },
    ];
    equal(outputs, expected, 'outputs');
  },
  'model-version': async (server) => {
    await server.needModel(softmaxModel);
    const body = okJson(await server.send({ path: `/v2/models/${softmaxModel}/versions/1` }));
    equal(body['name'], softmaxModel, 'name');
    check(((body['versions'] ?? ['1']) as unknown[]).includes('1'), '"versions" does not have "1"');
  },
});

const identity = group('identity', {
  'id-echo': async (server) => {
    await server.needModel(softmaxModel);
    const body = okJson(await server.send(inferJson(softmaxModel, { id: 'a-1 "ü"', inputs: [x] })));
    equal(body['id'], 'a-1 "ü"', 'id');
    equal(body['model_name'], softmaxModel, 'model_name');
  },
  'path-versioned': async (server) => {
    await server.needModel(softmaxModel);
    const path = `/v2/models/${softmaxModel}/versions/1/infer`;
    const body = okJson(await server.send({ ...inferJson(softmaxModel, { inputs: [x] }), path }));
    equal(body['model_version'] ?? '1', '1', 'model_version');
  },
  'all-outputs': async (server) => {
    await server.needModel(softmaxModel);
    const outputs = await outputsOf(server, softmaxModel, { inputs: [x] });
    equal([...outputs.keys()].sort(), ['best', 'probabilities'], 'outputs');
    equal(outputs.get('best')?.shape, [1, 1], 'shape of best');
    equal(flatData(outputs.get('best')), [3], 'data of best');
    const sum = flatData(outputs.get('probabilities')).reduce<number>((total, p) => total + Number(p), 0);
    check(Math.abs(sum - 1) < 1e-5, `probabilities add up to ${sum}`);
  },
  'output-filter': async (server) => {
    await server.needModel(softmaxModel);
    const outputs = await outputsOf(server, softmaxModel, { inputs: [x], outputs: [{ name: 'best' }] });
    equal([...outputs.keys()], ['best'], 'outputs');
  },
  'output-filter-batched': async (server) => {
    await server.needModel(softmaxModel);
    const names = ['best', 'probabilities'];
    await Promise.all(
      Array.from({ length: 32 }, async (_, i) => {
        const name = names[i % 2] as string;
        const outputs = await outputsOf(server, softmaxModel, { inputs: [x], outputs: [{ name }] });
        equal([...outputs.keys()], [name], `outputs of request ${i}`);
      }),
    );
  },
  'nested-data': async (server) => {
    await server.needModel(softmaxModel);
    const nested = {
      ...x,
      shape: [2, 4],
      data: [
        [1, 2, 3, 4],
        [4, 3, 2, 1],
      ],
    };
    const outputs = await outputsOf(server, softmaxModel, { inputs: [nested] });
    equal(flatData(outputs.get('best')), [3, 0], 'data of best');
  },
  ...Object.fromEntries(
    datatypeNames.flatMap((datatype) => {
      const data = datatypes[datatype];
      if (data === null) return [];
      const run: Case['run'] = async (server) => {
        const model = identityName(datatype);
        await server.needModel(model);
        const outputs = await outputsOf(server, model, { inputs: [{ name: 'x', datatype, shape: [1, 2], data }] });
        const y = outputs.get('y');
        equal([y?.datatype, y?.shape], [datatype, [1, 2]], 'datatype and shape');
        equal(flatData(y), [...data], 'data');
      };
      return [[`json-${datatype.toLowerCase()}`, run]];
    }),
  ),
});

const notFound = group('not-found', {
  'unknown-model': async (server) => {
    await expectError(server, await server.send(inferJson('oip_no_such_model', { inputs: [x] })), 404);
    await expectError(server, await server.send({ path: '/v2/models/oip_no_such_model' }), 404);
  },
  'unknown-version': async (server) => {
    await server.needModel(softmaxModel);
    const path = `/v2/models/${softmaxModel}/versions/987654/infer`;
    await expectError(server, await server.send({ ...inferJson(softmaxModel, { inputs: [x] }), path }), 404);
  },
  'version-not-a-number': async (server) => {
    await server.needModel(softmaxModel);
    const path = `/v2/models/${softmaxModel}/versions/one/infer`;
    await expectError(server, await server.send({ ...inferJson(softmaxModel, { inputs: [x] }), path }), 400, 404);
  },
  'unknown-path': async (server) => {
    const reply = await server.send({ path: '/v2/no/such/path' });
    check(reply.status === 404 || reply.status === 400, `expected 404, got ${reply.status}`);
    await expectHealthy(server);
  },
});

function badTensors(cases: Record<string, unknown>): Record<string, Case['run']> {
  return Object.fromEntries(
    Object.entries(cases).map(([id, body]): [string, Case['run']] => [
      id,
      async (server) => {
        await server.needModel(softmaxModel);
        await expectError(server, await server.send(inferJson(softmaxModel, body)), 400);
      },
    ]),
  );
}

const badTensor = group('bad-tensor', {
  ...badTensors({
    'wrong-datatype': { inputs: [{ ...x, datatype: 'INT32' }] },
    'unknown-datatype': { inputs: [{ ...x, datatype: 'FLOAT' }] },
    'wrong-rank': { inputs: [{ ...x, shape: [4] }] },
    'wrong-extent': { inputs: [{ ...x, shape: [1, 5], data: [1, 2, 3, 4, 5] }] },
    'too-few-elements': { inputs: [{ ...x, data: [1, 2, 3] }] },
    'too-many-elements': { inputs: [{ ...x, data: [1, 2, 3, 4, 5] }] },
    'negative-extent': { inputs: [{ ...x, shape: [-1, 4] }] },
    'extent-not-a-number': { inputs: [{ ...x, shape: ['1', 4] }] },
    'shape-missing': { inputs: [{ name: 'x', datatype: 'FP32', data: [1, 2, 3, 4] }] },
    'data-missing': { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }] },
    'data-of-another-kind': { inputs: [{ ...x, data: [1, 2, 3, 'four'] }] },
    'input-missing': { inputs: [] },
    'inputs-missing': {},
    'unknown-input': { inputs: [{ ...x, name: 'z' }] },
    'unknown-output': { inputs: [x], outputs: [{ name: 'z' }] },
    'output-twice': { inputs: [x], outputs: [{ name: 'best' }, { name: 'best' }] },
  }),
  'shape-overflow': async (server) => {
    const model = identityName('INT64');
    await server.needModel(model);
    // 2^4 × (2^60 + 2) is 32 in 64 bits.
    const data = Array.from({ length: 32 }, () => '1').join();
    const body = `{"inputs":[{"name":"x","datatype":"INT64","shape":[16,1152921504606846978],"data":[${data}]}]}`;
    await expectError(server, await server.send(inferJson(model, body)), 400);
  },
  'integer-out-of-range': async (server) => {
    const model = identityName('INT8');
    await server.needModel(model);
    const body = { inputs: [{ name: 'x', datatype: 'INT8', shape: [1, 2], data: [1, 300] }] };
    await expectError(server, await server.send(inferJson(model, body)), 400);
  },
  'json-fp16': async (server) => {
    const model = identityName('FP16');
    await server.needModel(model);
    const body = { inputs: [{ name: 'x', datatype: 'FP16', shape: [1, 2], data: [1, 2] }] };
    await expectError(server, await server.send(inferJson(model, body)), 400);
  },
});

/** Paths of the protocol with the verbs each takes. */
const paths: readonly (readonly [path: string, verbs: readonly string[]])[] = [
  ['/v2', ['GET', 'HEAD']],
  ['/v2/health/live', ['GET', 'HEAD']],
  ['/v2/health/ready', ['GET', 'HEAD']],
  [`/v2/models/${softmaxModel}`, ['GET', 'HEAD']],
  [`/v2/models/${softmaxModel}/ready`, ['GET', 'HEAD']],
  [`/v2/models/${softmaxModel}/infer`, ['POST']],
  [`/v2/models/${softmaxModel}/versions/1`, ['GET', 'HEAD']],
  [`/v2/models/${softmaxModel}/versions/1/ready`, ['GET', 'HEAD']],
  [`/v2/models/${softmaxModel}/versions/1/infer`, ['POST']],
];
const verbs = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

const hostile = group('hostile', {
  ...Object.fromEntries(
    paths.map(([path, allowed]): [string, Case['run']] => [
      `wrong-verbs ${path}`,
      async (server) => {
        if (path.includes(softmaxModel)) await server.needModel(softmaxModel);
        for (const method of verbs) {
          if (allowed.includes(method)) continue;
          const { status } = await server.send({ method, path });
          equal(status, 405, `status of ${method} ${path}`);
        }
        await expectHealthy(server);
      },
    ]),
  ),
  'deep-nesting': async (server) => {
    await server.needModel(softmaxModel);
    const body = `{"inputs":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    await expectError(server, await server.send(inferJson(softmaxModel, body)), 400);
    const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    await expectError(server, await server.send(inferJson(softmaxModel, objects)), 400);
  },
  'oversized-body': async (server) => {
    await server.needModel(softmaxModel);
    const body = Buffer.alloc(65 * 2 ** 20, 0x20);
    const reply = await server.send({ ...inferJson(softmaxModel, ''), body });
    check(reply.status === 400 || reply.status === 413, `expected 413 or 400, got ${reply.status}`);
    await expectHealthy(server);
  },
  'empty-body': async (server) => {
    await server.needModel(softmaxModel);
    await expectError(server, await server.send(inferJson(softmaxModel, '')), 400);
  },
  'not-json': async (server) => {
    await server.needModel(softmaxModel);
    for (const body of ['{', '[1,2', 'inputs=1', '\u0000', '{"inputs":[NaN]}', '"text"', '12', 'null', '[]']) {
      await expectError(server, await server.send(inferJson(softmaxModel, body)), 400);
    }
  },
  'id-not-text': async (server) => {
    await server.needModel(softmaxModel);
    await expectError(server, await server.send(inferJson(softmaxModel, { id: {}, inputs: [x] })), 400);
  },
  'no-stack-traces': async (server) => {
    await server.needModel(softmaxModel);
    const { error } = jsonOf(await server.send(inferJson(softmaxModel, '{')));
    check(!/\n\s+at |Traceback|\.(ts|js|py|cc):\d+/.test(String(error)), `the error shows code: ${String(error)}`);
  },
});

export const protocolCases: readonly Case[] = [
  ...health,
  ...metadata,
  ...identity,
  ...notFound,
  ...badTensor,
  ...hostile,
];
