import { equal, expectError } from '../expect.ts';
import { datatypeNames, identityName, type KitDatatype, softmaxModel } from '../fixture-models.ts';
import { type Case, group, type Server } from '../kit.ts';
import { flatData, inferBinary, inferJson, rawSamples, readBinary } from '../tensors.ts';

const row = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer);

async function needBinary(server: Server, model: string): Promise<void> {
  await server.needExtension('binary_tensor_data');
  await server.needModel(model);
}

function binaryInput(datatype: KitDatatype, bytes: Buffer, shape = [1, 2]) {
  return { name: 'x', datatype, shape, parameters: { binary_data_size: bytes.length } };
}

const header = group('binary-header', {
  ...Object.fromEntries(
    ['999999', '-1', 'abc', '1.5', '18446744073709551616', '0x10'].map((value): [string, Case['run']] => [
      `length ${value}`,
      async (server) => {
        await needBinary(server, softmaxModel);
        const exchange = inferJson(softmaxModel, { inputs: [binaryInput('FP32', row, [1, 4])] });
        const headers = { ...exchange.headers, 'inference-header-content-length': value };
        await expectError(server, await server.send({ ...exchange, headers }), 400);
      },
    ]),
  ),
  'raw-request': async (server) => {
    await needBinary(server, softmaxModel);
    const path = `/v2/models/${softmaxModel}/infer`;
    const headers = { 'inference-header-content-length': '0', 'content-type': 'application/octet-stream' };
    const { outputs, raw } = readBinary(await server.send({ method: 'POST', path, headers, body: row }));
    equal(outputs.map((output) => output.name).sort(), ['best', 'probabilities'], 'outputs');
    equal(raw.get('best'), Buffer.from(BigInt64Array.of(3n).buffer), 'bytes of best');
  },
  'raw-request-wrong-size': async (server) => {
    await needBinary(server, softmaxModel);
    const path = `/v2/models/${softmaxModel}/infer`;
    const headers = { 'inference-header-content-length': '0', 'content-type': 'application/octet-stream' };
    await expectError(server, await server.send({ method: 'POST', path, headers, body: row.subarray(1) }), 400);
  },
});

const data = group('binary-data', {
  ...Object.fromEntries(
    datatypeNames.map((datatype): [string, Case['run']] => [
      datatype.toLowerCase(),
      async (server) => {
        const model = identityName(datatype);
        await needBinary(server, model);
        const bytes = rawSamples[datatype];
        const json = { id: 'b', inputs: [binaryInput(datatype, bytes)], parameters: { binary_data_output: true } };
        const reply = readBinary(await server.send(inferBinary(model, json, bytes)));
        equal(reply.json['id'], 'b', 'id');
        equal([reply.outputs[0]?.datatype, reply.outputs[0]?.shape], [datatype, [1, 2]], 'datatype and shape');
        equal(reply.raw.get('y'), bytes, 'bytes of y');
      },
    ]),
  ),
  'json-in-binary-out': async (server) => {
    await needBinary(server, softmaxModel);
    const x = { name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] };
    const outputs = [{ name: 'best', parameters: { binary_data: true } }];
    const reply = readBinary(await server.send(inferJson(softmaxModel, { inputs: [x], outputs })));
    equal(reply.raw.get('best'), Buffer.from(BigInt64Array.of(3n).buffer), 'bytes of best');
  },
  'binary-in-json-out': async (server) => {
    await needBinary(server, softmaxModel);
    const json = { inputs: [binaryInput('FP32', row, [1, 4])], outputs: [{ name: 'best' }] };
    const reply = readBinary(await server.send(inferBinary(softmaxModel, json, row)));
    equal(flatData(reply.outputs[0]), [3], 'data of best');
  },
  'mixed-outputs': async (server) => {
    await needBinary(server, softmaxModel);
    const outputs = [{ name: 'probabilities', parameters: { binary_data: true } }, { name: 'best' }];
    const json = { inputs: [binaryInput('FP32', row, [1, 4])], outputs };
    const reply = readBinary(await server.send(inferBinary(softmaxModel, json, row)));
    equal([...reply.raw.keys()], ['probabilities'], 'binary outputs');
    equal(reply.raw.get('probabilities')?.length, 16, 'bytes of probabilities');
  },
  'output-over-request': async (server) => {
    await needBinary(server, softmaxModel);
    const outputs = [{ name: 'best', parameters: { binary_data: false } }, { name: 'probabilities' }];
    const parameters = { binary_data_output: true };
    const json = { inputs: [binaryInput('FP32', row, [1, 4])], outputs, parameters };
    const reply = readBinary(await server.send(inferBinary(softmaxModel, json, row)));
    equal([...reply.raw.keys()], ['probabilities'], 'binary outputs');
  },
  'size-beyond-body': async (server) => {
    await needBinary(server, softmaxModel);
    const input = { ...binaryInput('FP32', row, [1, 4]), parameters: { binary_data_size: 64 } };
    await expectError(server, await server.send(inferBinary(softmaxModel, { inputs: [input] }, row)), 400);
  },
  'size-against-shape': async (server) => {
    await needBinary(server, softmaxModel);
    const short = row.subarray(4);
    const json = { inputs: [binaryInput('FP32', short, [1, 4])] };
    await expectError(server, await server.send(inferBinary(softmaxModel, json, short)), 400);
  },
  'bytes-beyond-element': async (server) => {
    const model = identityName('BYTES');
    await needBinary(server, model);
    const bytes = Buffer.from([200, 0, 0, 0, 65, 0, 0, 0, 0]);
    await expectError(
      server,
      await server.send(inferBinary(model, { inputs: [binaryInput('BYTES', bytes)] }, bytes)),
      400,
    );
  },
});

export const binaryCases: readonly Case[] = [...header, ...data];
