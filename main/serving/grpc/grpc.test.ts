import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGraphBuilder } from '../../compute/onnx/graph-builder.ts';
import type { ElementType } from '../../compute/onnx/proto.ts';
import { createEndpointHost, type EndpointHost } from '../endpoint-host.ts';
import { modelSourcesAt } from '../model-source.ts';
import { datatypes } from '../tensor.ts';
import { bigintOf, type GrpcMessage, loadGrpcService, longOf } from './grpc-service.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

const service = loadGrpcService('./inference.proto', 'inference.GRPCInferenceService');
const health = loadGrpcService('./health.proto', 'grpc.health.v1.Health');

let dir: string;
let host: EndpointHost;
let client: Client;
let address: string;

/** Gives its input back. */
function echoModel(type: ElementType): Uint8Array {
  const graph = createGraphBuilder('echo');
  graph.output('y', graph.input('x', type, ['N', 'M']), type, ['N', 'M']);
  return graph.toBytes();
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'slipway-grpc-'));
  for (const type of datatypes) {
    await mkdir(join(dir, 'models', `echo-${type}`, '1'), { recursive: true });
    await writeFile(join(dir, 'models', `echo-${type}`, '1', 'model.onnx'), echoModel(type));
  }
  host = createEndpointHost({ dataDir: dir, log: () => undefined });
  const endpoint = await host.startModels({
    graphId: 'test',
    nodeId: 'grpc',
    name: 'grpc',
    http: { port: 0 },
    grpcPort: 0,
    models: await modelSourcesAt(join(dir, 'models')),
    repositoryDir: join(dir, 'models'),
  });
  address = endpoint.grpc ?? '';
  client = new Client(address, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await host.close();
  await removeFolder(dir);
});

function call(
  method: string,
  request: GrpcMessage = {},
  from = service,
  metadata = new Metadata(),
): Promise<GrpcMessage> {
  const definition = from[method];
  if (definition === undefined) throw new Error(`no method ${method}`);
  const { path, requestSerialize, responseDeserialize } = definition;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, metadata, (error, response) => {
      if (error === null) resolve(response as GrpcMessage);
      else reject(error);
    });
  });
}

async function failure(method: string, request: GrpcMessage): Promise<ServiceError> {
  return call(method, request).then(
    () => expect.fail('the call was to fail'),
    (error: ServiceError) => error,
  );
}

function inferRequest(datatype: string, contents: GrpcMessage, shape = [1, 2]): GrpcMessage {
  return { model_name: `echo-${datatype}`, id: 'i-1', inputs: [{ name: 'x', datatype, shape, contents }] };
}

const outputOf = (response: GrpcMessage) => (response['outputs'] as GrpcMessage[])[0] as GrpcMessage;

describe('health and metadata', () => {
  it('answers health, metadata, configuration and statistics', async () => {
    expect(await call('ServerLive')).toMatchObject({ live: true });
    expect(await call('ServerReady')).toMatchObject({ ready: true });
    expect(await call('ModelReady', { name: 'echo-FP32', version: '1' })).toMatchObject({ ready: true });
    expect(await call('ServerMetadata')).toMatchObject({ name: 'slipway' });
    const metadata = await call('ModelMetadata', { name: 'echo-FP32' });
    expect(metadata).toMatchObject({ name: 'echo-FP32', versions: ['1'], platform: 'onnxruntime_onnx' });
    const [input] = metadata['inputs'] as { name: string; datatype: string; shape: unknown[] }[];
    expect(input).toMatchObject({ name: 'x', datatype: 'FP32' });
    expect(input?.shape.map(bigintOf)).toEqual([-1n, -1n]);
    const { config } = await call('ModelConfig', { name: 'echo-FP32' });
    expect(config).toMatchObject({ name: 'echo-FP32', max_batch_size: 64, input: [{ data_type: 11 }] });
    await call('ModelInfer', inferRequest('FP64', { fp64_contents: [1, 2] }));
    const stats = (await call('ModelStatistics', { name: 'echo-FP64' }))['model_stats'] as GrpcMessage[];
    expect(bigintOf(stats[0]?.['inference_count'])).toBe(1n);
  });

  it('answers the standard health service', async () => {
    expect(await call('Check', {}, health)).toMatchObject({ status: 1 });
    expect(await call('Check', { service: 'echo-FP32' }, health)).toMatchObject({ status: 1 });
    await expect(call('Check', { service: 'absent' }, health)).rejects.toMatchObject({ code: status.NOT_FOUND });
  });

  it('lists, unloads and loads models', async () => {
    const states = async () =>
      ((await call('RepositoryIndex'))['models'] as GrpcMessage[]).find((entry) => entry['name'] === 'echo-INT8');
    expect(await states()).toMatchObject({ version: '1', state: 'READY' });
    await call('RepositoryModelUnload', { model_name: 'echo-INT8' });
    expect(await states()).toMatchObject({ state: 'UNAVAILABLE', reason: 'unloaded' });
    expect(await failure('ModelReady', { name: 'echo-INT8' })).toMatchObject({ code: status.NOT_FOUND });
    const bytes = await readFile(join(dir, 'models', 'echo-INT16', '1', 'model.onnx'));
    const parameters = { 'file:1/model.onnx': { bytes_param: bytes } };
    await call('RepositoryModelLoad', { model_name: 'echo-INT8', parameters });
    expect(await call('ModelMetadata', { name: 'echo-INT8' })).toMatchObject({ inputs: [{ datatype: 'INT16' }] });
    await call('RepositoryModelLoad', { model_name: 'echo-INT8' });
    expect(await call('ModelMetadata', { name: 'echo-INT8' })).toMatchObject({ inputs: [{ datatype: 'INT8' }] });
  });
});

describe('infer', () => {
  it.each([
    ['BOOL', 'bool_contents', [true, false]],
    ['INT8', 'int_contents', [-128, 127]],
    ['INT16', 'int_contents', [-32_768, 32_767]],
    ['INT32', 'int_contents', [-2_147_483_648, 2_147_483_647]],
    ['UINT8', 'uint_contents', [0, 255]],
    ['UINT16', 'uint_contents', [0, 65_535]],
    ['UINT32', 'uint_contents', [0, 4_294_967_295]],
    ['FP32', 'fp32_contents', [1.5, Number.NaN]],
    ['FP64', 'fp64_contents', [Math.PI, Number.NEGATIVE_INFINITY]],
  ])('gives typed %s back', async (datatype, field, values) => {
    const response = await call('ModelInfer', inferRequest(datatype, { [field]: values }));
    expect(response).toMatchObject({ model_name: `echo-${datatype}`, model_version: '1', id: 'i-1' });
    expect(outputOf(response)).toMatchObject({ name: 'y', datatype, contents: { [field]: values } });
    expect(response['raw_output_contents']).toEqual([]);
  });

  it('keeps 64-bit integers and text exact', async () => {
    const typed = async (datatype: string, field: string, values: unknown[]) => {
      const response = await call('ModelInfer', inferRequest(datatype, { [field]: values }));
      return (outputOf(response)['contents'] as Record<string, unknown[]>)[field] as unknown[];
    };
    const signed = [2n ** 53n + 1n, -(2n ** 63n)];
    expect((await typed('INT64', 'int64_contents', signed.map(longOf))).map(bigintOf)).toEqual(signed);
    const unsigned = [2n ** 64n - 1n, 0n];
    expect((await typed('UINT64', 'uint64_contents', unsigned.map(longOf))).map(bigintOf)).toEqual(unsigned);
    const texts = [Buffer.from('Zürich'), Buffer.from('')];
    expect(await typed('BYTES', 'bytes_contents', texts)).toEqual(texts);
  });

  it.each(datatypes)('gives raw %s back bit by bit', async (datatype) => {
    const bytes =
      datatype === 'BYTES'
        ? Buffer.from([2, 0, 0, 0, 0x68, 0x69, 0, 0, 0, 0])
        : Buffer.from(datatype === 'BOOL' ? [0, 1] : Array.from({ length: 2 * sizeOf(datatype) }, (_, i) => i + 1));
    const request: GrpcMessage = { ...inferRequest(datatype, {}), raw_input_contents: [bytes] };
    request['inputs'] = [{ name: 'x', datatype, shape: [1, 2] }];
    const response = await call('ModelInfer', request);
    expect(response['raw_output_contents']).toEqual([bytes]);
    expect(outputOf(response)['shape']).toHaveLength(2);
  });

  function sizeOf(datatype: string): number {
    return Number(/\d+$/.exec(datatype)?.[0]) / 8;
  }

  it.each([
    ['unknown model', { model_name: 'absent' }, status.NOT_FOUND, 'absent'],
    ['unknown version', { ...inferRequest('FP32', {}), model_version: '9' }, status.NOT_FOUND, 'version 9'],
    [
      'version that is no number',
      { ...inferRequest('FP32', {}), model_version: 'x' },
      status.INVALID_ARGUMENT,
      'number',
    ],
    [
      'too few elements',
      inferRequest('FP32', { fp32_contents: [1] }),
      status.INVALID_ARGUMENT,
      'needs 2 elements, got 1',
    ],
    ['no elements', inferRequest('FP32', {}), status.INVALID_ARGUMENT, 'needs 2 elements, got 0'],
    ['wrong field', inferRequest('FP32', { fp64_contents: [1, 2] }), status.INVALID_ARGUMENT, 'not in fp64_contents'],
    [
      'beyond the range',
      inferRequest('INT8', { int_contents: [1, 200] }),
      status.INVALID_ARGUMENT,
      '200 is not a value',
    ],
    [
      'negative extent',
      inferRequest('FP32', { fp32_contents: [1] }, [-1, 2]),
      status.INVALID_ARGUMENT,
      '-1 is no extent',
    ],
    ['typed FP16', inferRequest('FP16', { fp32_contents: [1, 2] }), status.INVALID_ARGUMENT, 'raw_input_contents'],
    [
      'raw and typed',
      { ...inferRequest('FP32', { fp32_contents: [1, 2] }), raw_input_contents: [Buffer.alloc(8)] },
      status.INVALID_ARGUMENT,
      'has contents although',
    ],
    [
      'raw for some',
      { ...inferRequest('FP32', {}), raw_input_contents: [Buffer.alloc(8), Buffer.alloc(8)] },
      status.INVALID_ARGUMENT,
      '2 entries for 1 inputs',
    ],
    [
      'unknown output',
      { ...inferRequest('FP32', { fp32_contents: [1, 2] }), outputs: [{ name: 'z' }] },
      status.INVALID_ARGUMENT,
      'no output "z"',
    ],
  ])('refuses: %s', async (_name, request, code, message) => {
    const error = await failure('ModelInfer', request);
    expect(error.code).toBe(code);
    expect(error.details).toContain(message);
    expect(await call('ServerReady')).toMatchObject({ ready: true });
  });

  it('answers a stream message by message', async () => {
    const { path, requestSerialize, responseDeserialize } = service['ModelStreamInfer'] as (typeof service)[string];
    const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const answers: GrpcMessage[] = [];
    const ended = new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
    stream.on('data', (message: GrpcMessage) => answers.push(message));
    for (let i = 0; i < 100; i++) {
      stream.write({ ...inferRequest('FP32', { fp32_contents: [i, -i] }), id: String(i) });
    }
    stream.write({ ...inferRequest('FP32', { fp32_contents: [1] }), id: 'bad' });
    stream.end();
    await ended;
    expect(answers).toHaveLength(101);
    for (const { error_message: problem, infer_response: response } of answers) {
      const { id, outputs } = response as { id: string; outputs: GrpcMessage[] };
      if (id === 'bad') expect(problem).toContain('got 1');
      else expect(outputs[0]?.['contents']).toMatchObject({ fp32_contents: [Number(id), -Number(id)] });
    }
  });
});

it('lets nobody in without the key, health aside', async () => {
  const started = await host.startModels({
    graphId: 'test',
    nodeId: 'keys',
    name: 'keys',
    http: { port: 0 },
    grpcPort: 0,
    keys: 'required',
    models: await modelSourcesAt(join(dir, 'models', 'echo-FP32')),
  });
  const open = client;
  client = new Client(started.grpc ?? '', credentials.createInsecure());
  try {
    const request = inferRequest('FP32', { fp32_contents: [1, 2] });
    expect(await failure('ModelInfer', request)).toMatchObject({ code: status.UNAUTHENTICATED });
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${started.newKey}`);
    expect(await call('ModelInfer', request, service, metadata)).toMatchObject({ id: 'i-1' });
    expect(await call('ServerLive')).toMatchObject({ live: true });
  } finally {
    client.close();
    client = open;
    await host.stop(started.id);
  }
});

/** Field numbers as the protocol's specification prints them. */
const protocolFields: Record<string, Record<string, number>> = {
  ModelReadyRequest: { name: 1, version: 2 },
  ServerMetadataResponse: { name: 1, version: 2, extensions: 3 },
  ModelMetadataResponse: { name: 1, versions: 2, platform: 3, inputs: 4, outputs: 5, properties: 6 },
  'ModelMetadataResponse.TensorMetadata': { name: 1, datatype: 2, shape: 3 },
  ModelInferRequest: {
    model_name: 1,
    model_version: 2,
    id: 3,
    parameters: 4,
    inputs: 5,
    outputs: 6,
    raw_input_contents: 7,
  },
  'ModelInferRequest.InferInputTensor': { name: 1, datatype: 2, shape: 3, parameters: 4, contents: 5 },
  'ModelInferRequest.InferRequestedOutputTensor': { name: 1, parameters: 2 },
  ModelInferResponse: { model_name: 1, model_version: 2, id: 3, parameters: 4, outputs: 5, raw_output_contents: 6 },
  'ModelInferResponse.InferOutputTensor': { name: 1, datatype: 2, shape: 3, parameters: 4, contents: 5 },
  InferParameter: { bool_param: 1, int64_param: 2, string_param: 3, double_param: 4, uint64_param: 5 },
  InferTensorContents: {
    bool_contents: 1,
    int_contents: 2,
    int64_contents: 3,
    uint_contents: 4,
    uint64_contents: 5,
    fp32_contents: 6,
    fp64_contents: 7,
    bytes_contents: 8,
  },
};

it('has the field numbers of the protocol', async () => {
  const { root } = protobuf.parse(await readFile(new URL('./inference.proto', import.meta.url), 'utf8'), {
    keepCase: true,
  });
  for (const [name, fields] of Object.entries(protocolFields)) {
    const type = root.lookupType(`inference.${name}`);
    expect(Object.fromEntries(type.fieldsArray.map((field) => [field.name, field.id]))).toEqual(fields);
  }
});
