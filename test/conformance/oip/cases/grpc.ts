import { status } from '@grpc/grpc-js';
import { bigintOf, type GrpcMessage, longOf } from '../../../../main/serving/grpc/grpc-service.ts';
import { check, equal } from '../expect.ts';
import { datatypeNames, datatypes, identityName, type KitDatatype, softmaxModel } from '../fixture-models.ts';
import { type Case, group } from '../kit.ts';
import { rawSamples } from '../tensors.ts';

const typedFields: Readonly<Record<Exclude<KitDatatype, 'FP16' | 'BF16'>, string>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

function softmaxRequest(id: string, values = [1, 2, 3, 4]): GrpcMessage {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], contents: { fp32_contents: values } }];
  return { model_name: softmaxModel, id, inputs, outputs: [{ name: 'best' }] };
}

/** The single INT64 of an output, however it travels. */
function bestOf(response: GrpcMessage): bigint {
  const [raw] = response['raw_output_contents'] as Buffer[];
  if (raw !== undefined) return raw.readBigInt64LE(0);
  const [output] = response['outputs'] as { contents: { int64_contents: unknown[] } }[];
  return bigintOf(output?.contents.int64_contents[0]);
}

function refused(request: GrpcMessage, ...codes: number[]): Case['run'] {
  return async (server) => {
    const grpc = server.grpc();
    await server.needModel(softmaxModel);
    const { code } = await grpc.failure('ModelInfer', request);
    check(
      codes.includes(code),
      `expected status ${codes.map((expected) => status[expected]).join(' or ')}, got ${status[code]}`,
    );
    equal((await grpc.call('ServerLive'))['live'], true, 'live afterwards');
  };
}

export const grpcCases: readonly Case[] = group('grpc', {
  health: async (server) => {
    const grpc = server.grpc();
    equal((await grpc.call('ServerLive'))['live'], true, 'live');
    equal((await grpc.call('ServerReady'))['ready'], true, 'ready');
    await server.needModel(softmaxModel);
    equal((await grpc.call('ModelReady', { name: softmaxModel }))['ready'], true, 'ready of the model');
  },
  metadata: async (server) => {
    const grpc = server.grpc();
    check((await grpc.call('ServerMetadata'))['name'] !== '', '"name" is empty');
    await server.needModel(softmaxModel);
    const metadata = await grpc.call('ModelMetadata', { name: softmaxModel });
    const [input] = metadata['inputs'] as { name: string; datatype: string; shape: unknown[] }[];
    equal([input?.name, input?.datatype, input?.shape.map(bigintOf)], ['x', 'FP32', [-1n, 4n]], 'input');
  },
  infer: async (server) => {
    const grpc = server.grpc();
    await server.needModel(softmaxModel);
    const response = await grpc.call('ModelInfer', softmaxRequest('g-1'));
    equal(response['id'], 'g-1', 'id');
    equal(response['model_name'], softmaxModel, 'model_name');
    equal(
      (response['outputs'] as { name: string }[]).map(({ name }) => name),
      ['best'],
      'outputs',
    );
    equal(bestOf(response), 3n, 'best');
  },
  ...Object.fromEntries(
    datatypeNames.map((datatype): [string, Case['run']] => [
      `raw-${datatype.toLowerCase()}`,
      async (server) => {
        const grpc = server.grpc();
        const model = identityName(datatype);
        await server.needModel(model);
        const bytes = rawSamples[datatype];
        const inputs = [{ name: 'x', datatype, shape: [1, 2] }];
        const response = await grpc.call('ModelInfer', { model_name: model, inputs, raw_input_contents: [bytes] });
        equal((response['raw_output_contents'] as Buffer[])[0], bytes, 'bytes of y');
      },
    ]),
  ),
  ...Object.fromEntries(
    datatypeNames.flatMap((datatype): [string, Case['run']][] => {
      const values = datatypes[datatype];
      if (values === null) return [];
      const field = typedFields[datatype as keyof typeof typedFields];
      const big = datatype.endsWith('INT64');
      const run: Case['run'] = async (server) => {
        const grpc = server.grpc();
        const model = identityName(datatype);
        await server.needModel(model);
        const sent = values.map((value) =>
          big ? longOf(BigInt(value)) : typeof value === 'string' ? Buffer.from(value) : value,
        );
        const inputs = [{ name: 'x', datatype, shape: [1, 2], contents: { [field]: sent } }];
        const response = await grpc.call('ModelInfer', { model_name: model, inputs });
        const [raw] = response['raw_output_contents'] as Buffer[];
        if (raw !== undefined) {
          check(raw.length > 0, 'the raw output is empty');
          return;
        }
        const [output] = response['outputs'] as { contents: Record<string, unknown[]> }[];
        const got = (output?.contents[field] ?? []).map((value) => (big ? bigintOf(value) : value));
        equal(got, big ? values.map((value) => BigInt(value)) : sent, field);
      };
      return [[`typed-${datatype.toLowerCase()}`, run]];
    }),
  ),
  'unknown-model': refused({ ...softmaxRequest('u'), model_name: 'oip_no_such_model' }, status.NOT_FOUND),
  'unknown-version': refused({ ...softmaxRequest('u'), model_version: '987654' }, status.NOT_FOUND),
  'too-few-elements': refused(softmaxRequest('u', [1, 2]), status.INVALID_ARGUMENT),
  'unknown-output': refused({ ...softmaxRequest('u'), outputs: [{ name: 'z' }] }, status.INVALID_ARGUMENT),
  'input-missing': refused({ model_name: softmaxModel, inputs: [] }, status.INVALID_ARGUMENT),
  'raw-and-typed': refused({ ...softmaxRequest('u'), raw_input_contents: [Buffer.alloc(16)] }, status.INVALID_ARGUMENT),
  'raw-wrong-size': refused(
    {
      model_name: softmaxModel,
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4] }],
      raw_input_contents: [Buffer.alloc(15)],
    },
    status.INVALID_ARGUMENT,
  ),
  stream: async (server) => {
    const grpc = server.grpc();
    await server.needModel(softmaxModel);
    const requests = Array.from({ length: 40 }, (_, i) => {
      const values = [0, 0, 0, 0];
      values[i % 4] = 1;
      return softmaxRequest(String(i), values);
    });
    const answers = await grpc.stream('ModelStreamInfer', requests);
    equal(answers.length, requests.length, 'answers');
    for (const { error_message: problem, infer_response: response } of answers) {
      check(problem === '' || problem === undefined, `an answer is the error ${String(problem)}`);
      const { id } = response as { id: string };
      equal(bestOf(response as GrpcMessage), BigInt(Number(id) % 4), `best of request ${id}`);
    }
  },
});
