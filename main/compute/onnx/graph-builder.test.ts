import { Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { attribute, createGraphBuilder, mlDomain } from './graph-builder.ts';
import { decodeModel, encodeModel } from './proto.ts';
import { openSession } from './session.ts';

describe('graph builder', () => {
  it('builds a graph that ONNX Runtime runs', async () => {
    const b = createGraphBuilder('linear');
    const x = b.input('x', 'FP32', ['N', 2]);
    const w = b.initializer('FP32', [2, 3], [2, 1]);
    const y = b.node('Add', [b.node('MatMul', [x, w]), b.float(1)]);
    b.output('y', y, 'FP32', ['N', 1]);
    const session = await openSession(b.toBytes(), { threads: 1 });
    const out = await session.run({ x: new Tensor('float32', [1, 1, 2, 0.5], [2, 2]) });
    expect(Array.from(out.y?.data as Float32Array)).toEqual([6, 6.5]);
  });

  it('runs a Scan whose body uses a value of the outer graph', async () => {
    const b = createGraphBuilder('cumulative');
    const xs = b.input('xs', 'FP32', ['N', 1]);
    const step = b.float(10);
    const body = b.subgraph('body', (inner) => {
      const sum = inner.input('sum_in', 'FP32', [1]);
      const item = inner.input('item', 'FP32', [1]);
      const next = inner.node('Add', [inner.node('Add', [sum, item]), step]);
      inner.output('sum_out', next, 'FP32', [1]);
      inner.output('seen', next, 'FP32', [1]);
    });
    const start = b.initializer('FP32', [0], [1]);
    const [last, all] = b.nodeOutputs('Scan', [start, xs], 2, {
      body: attribute.graph(body),
      num_scan_inputs: attribute.int(1),
    });
    b.output('last', last as string, 'FP32', [1]);
    b.output('all', all as string, 'FP32', ['N', 1]);
    const session = await openSession(b.toBytes(), { threads: 1 });
    const out = await session.run({ xs: new Tensor('float32', [1, 2, 3], [3, 1]) });
    expect(Array.from(out.last?.data as Float32Array)).toEqual([36]);
    expect(Array.from(out.all?.data as Float32Array)).toEqual([11, 23, 36]);
  });

  it('looks up FP64 keys and strings with LabelEncoder', async () => {
    const b = createGraphBuilder('lookup');
    const s = b.input('s', 'BYTES', ['N', 1]);
    const code = b.node(
      'LabelEncoder',
      [s],
      {
        keys_strings: attribute.strings(['', 'ä', '日本', '\u2400']),
        values_floats: attribute.floats([0, 1, 2, 3]),
        default_float: attribute.float(-1),
      },
      { domain: mlDomain },
    );
    b.output('code', code, 'FP32', ['N', 1]);
    const session = await openSession(b.toBytes(), { threads: 1 });
    const out = await session.run({ s: new Tensor('string', ['日本', '', 'a', 'ä', '\u2400'], [5, 1]) });
    expect(Array.from(out.code?.data as Float32Array)).toEqual([2, 0, -1, 1, 3]);
  });

  it('round-trips through bytes', () => {
    const b = createGraphBuilder('round');
    const x = b.input('x', 'INT64', ['N', 1]);
    b.output('y', b.node('Add', [x, b.int64(-(2n ** 63n))]), 'INT64', ['N', 1]);
    const bytes = b.toBytes();
    expect(encodeModel(decodeModel(bytes))).toEqual(bytes);
    expect(decodeModel(bytes).graph.input[0]).toEqual({
      name: 'x',
      type: { tensorType: { elemType: 7, shape: { dim: [{ dimParam: 'N' }, { dimValue: 1 }] } } },
    });
  });

  it('refuses a value defined twice', () => {
    const b = createGraphBuilder('twice');
    b.input('x', 'FP32', ['N']);
    expect(() => b.input('x', 'FP32', ['N'])).toThrow('"x" is defined twice');
  });

  it('names the model that does not load', async () => {
    await expect(openSession(new Uint8Array([1, 2, 3]), { threads: 1, label: 'broken.onnx' })).rejects.toThrow(
      'ONNX Runtime refused broken.onnx',
    );
  });
});
