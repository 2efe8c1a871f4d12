import type { Exchange, Reply } from '../http-exchange.ts';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { check, equal, expectError, expectHealthy, okJson } from '../expect.ts';
import { failingModel, identityName, slowModel, softmaxModel, twoShapesModel } from '../fixture-models.ts';
import { type Case, group, type Server } from '../kit.ts';
import { inferBinary, flatData, inferJson, type JsonTensor, readBinary } from '../tensors.ts';

const x = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] };
const body = JSON.stringify({ inputs: [x], outputs: [{ name: 'best' }] });

function requireBest(text: Buffer): void {
  const { outputs } = JSON.parse(text.toString('utf8')) as { outputs: JsonTensor[] };
  equal(flatData(outputs[0]), [3], 'data of best');
}

function compressedRequest(encoding: string, compress: (data: string) => Buffer): Case['run'] {
  return async (server) => {
    await server.needModel(softmaxModel);
    const exchange = inferJson(softmaxModel, '', { 'content-encoding': encoding });
    const reply = await server.send({ ...exchange, body: compress(body) });
    okJson(reply);
    requireBest(reply.body);
  };
}

function compressedResponse(encoding: string, expand: (data: Buffer) => Buffer): Case['run'] {
  return async (server) => {
    await server.needModel(softmaxModel);
    const rows = 1_000;
    const large = { ...x, shape: [rows, 4], data: Array.from({ length: 4 * rows }, (_, i) => i % 4) };
    const reply = await server.send(inferJson(softmaxModel, { inputs: [large] }, { 'accept-encoding': encoding }));
    equal(reply.status, 200, 'status');
    equal(reply.headers['content-encoding'], encoding, 'Content-Encoding');
    const { outputs } = JSON.parse(expand(reply.body).toString('utf8')) as { outputs: JsonTensor[] };
    const best = outputs.find((output) => output.name === 'best');
    check(
      flatData(best).every((value) => value === 3),
      'data of best are wrong',
    );
  };
}

const transport = group('transport', {
  'chunked-body': async (server) => {
    await server.needModel(softmaxModel);
    const bytes = Buffer.from(body);
    const parts = [bytes.subarray(0, 1), bytes.subarray(1, 20), bytes.subarray(20)];
    const reply = await server.send({ ...inferJson(softmaxModel, ''), body: parts });
    okJson(reply);
    requireBest(reply.body);
  },
  'gzip-request': compressedRequest('gzip', (data) => gzipSync(data)),
  'deflate-request': compressedRequest('deflate', (data) => deflateSync(data)),
  'gzip-response': compressedResponse('gzip', (data) => gunzipSync(data)),
  'deflate-response': compressedResponse('deflate', (data) => inflateSync(data)),
  'damaged-gzip': async (server) => {
    await server.needModel(softmaxModel);
    const exchange = inferJson(softmaxModel, '', { 'content-encoding': 'gzip' });
    await expectError(server, await server.send({ ...exchange, body: gzipSync(body).subarray(0, 20) }), 400);
  },
});

const sumOf = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const load = group('load', {
  'own-rows': async (server) => {
    await server.needModel(twoShapesModel);
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const rows = 1 + (i % 3);
        const data = Array.from({ length: rows * 2 }, (_, j) => i * 10 + j);
        await requireTwoShapes(server, `request ${i}`, [rows, 2], data);
      }),
    );
  },
  'shapes-not-merged': async (server) => {
    await server.needModel(twoShapesModel);
    await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const width = 1 + (i % 5);
        const data = Array.from({ length: width }, (_, j) => i + j);
        await requireTwoShapes(server, `request ${i}`, [1, width], data);
      }),
    );
  },
  'only-the-culprit-fails': async (server) => {
    await server.needModel(failingModel);
    const send = (value: number) =>
      sendUntilAdmitted(
        server,
        inferJson(failingModel, { inputs: [{ name: 'x', datatype: 'INT64', shape: [1, 1], data: [value] }] }),
      );
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const value = i % 12;
        const reply = await send(value);
        if (value >= 10) {
          check(reply.status === 500 || reply.status === 400, `a failing run gave ${reply.status}`);
        } else {
          const { outputs } = okJson(reply) as { outputs: JsonTensor[] };
          equal(flatData(outputs[0]), [value * 10], `data of request ${i}`);
        }
      }),
    );
    await expectHealthy(server);
  },
  'model-failure': async (server) => {
    await server.needModel(failingModel);
    const inputs = [{ name: 'x', datatype: 'INT64', shape: [1, 1], data: [99] }];
    await expectError(server, await server.send(inferJson(failingModel, { inputs })), 500);
  },
  'queue-full': async (server) => {
    await server.needModel(slowModel);
    const send = (value: number) =>
      server.send(inferJson(slowModel, { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: [value] }] }));
    const replies = await Promise.all(Array.from({ length: 24 }, (_, i) => send(i)));
    let refused = 0;
    for (const [i, reply] of replies.entries()) {
      if (reply.status === 503) {
        refused++;
        continue;
      }
      const { outputs } = okJson(reply) as { outputs: JsonTensor[] };
      equal(flatData(outputs[0]), [i], `data of request ${i}`);
    }
    check(refused > 0, 'no request was refused with 503 although at most 2 may wait');
    check(refused < replies.length, 'every request was refused');
    await expectHealthy(server);
    okJson(await send(7));
  },
});

const mostTries = 20;

/** A server may refuse what is too much for it at once, here as anywhere: such a request is sent again. */
async function sendUntilAdmitted(server: Server, exchange: Exchange): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    const reply = await server.send(exchange);
    if (reply.status !== 503 || tries === mostTries) return reply;
    await new Promise((resolve) => {
      setTimeout(resolve, 20 * tries);
    });
  }
}

async function requireTwoShapes(server: Server, what: string, shape: [number, number], data: number[]): Promise<void> {
  const reply = await sendUntilAdmitted(
    server,
    inferJson(twoShapesModel, { id: what, inputs: [{ name: 'x', datatype: 'FP32', shape, data }] }),
  );
  const json = okJson(reply) as { id: string; outputs: JsonTensor[] };
  equal(json.id, what, `id of ${what}`);
  const byName = new Map(json.outputs.map((output) => [output.name, output]));
  equal(byName.get('y')?.shape, shape, `shape of ${what}`);
  equal(flatData(byName.get('y')), data, `data of ${what}`);
  const [rows, width] = shape;
  const sums = Array.from({ length: rows }, (_, row) => sumOf(data.slice(row * width, (row + 1) * width)));
  equal(flatData(byName.get('sum')), sums, `sums of ${what}`);
}

/** Sends integers as text and finds the same text in the answer: a JSON parser would round them. */
function exactIntegers(datatype: 'INT64' | 'UINT64', values: readonly string[]): Case['run'] {
  return async (server) => {
    const model = identityName(datatype);
    await server.needModel(model);
    const input = `{"name":"x","datatype":"${datatype}","shape":[1,${values.length}],"data":[${values.join()}]}`;
    const reply = await server.send(inferJson(model, `{"inputs":[${input}]}`));
    okJson(reply);
    const found = [...reply.body.toString('utf8').matchAll(/-?\d{16,}/g)].map(([text]) => text);
    equal(found, values, 'integers in the answer');
  };
}

function specials(datatype: 'FP32' | 'FP64'): Case['run'] {
  return async (server) => {
    const model = identityName(datatype);
    await server.needExtension('binary_tensor_data');
    await server.needModel(model);
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];
    const array = datatype === 'FP32' ? Float32Array.from(values) : Float64Array.from(values);
    const bytes = Buffer.from(array.buffer);
    const input = { name: 'x', datatype, shape: [1, 4], parameters: { binary_data_size: bytes.length } };
    const parameters = { binary_data_output: true };
    const binary = readBinary(await server.send(inferBinary(model, { inputs: [input], parameters }, bytes)));
    equal(binary.raw.get('y'), bytes, 'bytes of y');
    // Whatever a server writes for them, it must be JSON.
    okJson(await server.send(inferBinary(model, { inputs: [input] }, bytes)));
  };
}

const numbers = group('numbers', {
  'int64-beyond-2^53': exactIntegers('INT64', ['9007199254740993', '-9007199254740993', '9223372036854775807']),
  'int64-least': exactIntegers('INT64', ['-9223372036854775808']),
  'uint64-most': exactIntegers('UINT64', ['18446744073709551615', '9007199254740993']),
  'int64-out-of-range': async (server) => {
    const model = identityName('INT64');
    await server.needModel(model);
    const text = '{"inputs":[{"name":"x","datatype":"INT64","shape":[1,1],"data":[9223372036854775808]}]}';
    await expectError(server, await server.send(inferJson(model, text)), 400);
  },
  'fp64-exact': async (server) => {
    const model = identityName('FP64');
    await server.needModel(model);
    const data = [0.1, 1 / 3, 5e-324, 1.7976931348623157e308, 123_456_789.123_456_79, -0.3];
    const reply = await server.send(
      inferJson(model, { inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 6], data }] }),
    );
    const { outputs } = okJson(reply) as { outputs: JsonTensor[] };
    equal(flatData(outputs[0]), data, 'data');
  },
  'fp32-exact': async (server) => {
    const model = identityName('FP32');
    await server.needModel(model);
    const data = [0.1, 1 / 3, 16_777_217, 3.4e38, 1e-45];
    const reply = await server.send(
      inferJson(model, { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 5], data }] }),
    );
    const { outputs } = okJson(reply) as { outputs: JsonTensor[] };
    equal(
      flatData(outputs[0]).map((value) => Math.fround(Number(value))),
      data.map(Math.fround),
      'data as FP32',
    );
  },
  'fp32-specials': specials('FP32'),
  'fp64-specials': specials('FP64'),
});

const extension = group('extension', {
  'repository-index': async (server) => {
    await server.needExtension('model_repository');
    await server.needModel(softmaxModel);
    const reply = await server.send({ method: 'POST', path: '/v2/repository/index', body: '{}' });
    equal(reply.status, 200, 'status');
    const entries = JSON.parse(reply.body.toString('utf8')) as { name: string; state?: string }[];
    check(Array.isArray(entries), 'the body is not a list');
    equal(entries.find((entry) => entry.name === softmaxModel)?.state, 'READY', `state of ${softmaxModel}`);
  },
  statistics: async (server) => {
    await server.needExtension('statistics');
    await server.needModel(softmaxModel);
    const read = async () => {
      const json = okJson(await server.send({ path: `/v2/models/${softmaxModel}/versions/1/stats` }));
      const [stats] = json['model_stats'] as Record<string, unknown>[];
      check(stats !== undefined, '"model_stats" is empty');
      return stats as { inference_count: number; inference_stats: { success: { count: number } } };
    };
    const before = await read();
    okJson(
      await server.send(inferJson(softmaxModel, { inputs: [{ ...x, shape: [2, 4], data: [...x.data, ...x.data] }] })),
    );
    const after = await read();
    equal(after.inference_count - before.inference_count, 2, 'rows counted');
    equal(after.inference_stats.success.count - before.inference_stats.success.count, 1, 'requests counted');
  },
  configuration: async (server) => {
    await server.needExtension('model_configuration');
    await server.needModel(softmaxModel);
    const json = okJson(await server.send({ path: `/v2/models/${softmaxModel}/config` }));
    equal(json['name'], softmaxModel, 'name');
    equal(json['max_batch_size'], 16, 'max_batch_size');
  },
});

export const behaviourCases: readonly Case[] = [...transport, ...load, ...numbers, ...extension];
