import { describe, expect, it } from 'vitest';
import { createGraphBuilder, tensorProto } from './graph-builder.ts';
import { decodeModel, encodeModel } from './proto.ts';
import { signatureOf } from './signature.ts';

function addition() {
  const b = createGraphBuilder('add');
  const x = b.input('x', 'FP32', ['batch', 3]);
  b.output('y', b.node('Add', [x, b.float(1)]), 'FP32', ['batch', 3]);
  return b.toModel();
}

describe('signatureOf', () => {
  it('reads a model with fields it does not know', () => {
    const bytes = encodeModel(addition());
    // Field 25 (functions) with two bytes, as newer exporters write it.
    const foreign = Uint8Array.from([...bytes, 0xca, 0x01, 0x02, 0x0a, 0x00]);
    expect(signatureOf(decodeModel(foreign))).toEqual({
      inputs: [{ name: 'x', type: 'FP32', shape: [-1, 3] }],
      outputs: [{ name: 'y', type: 'FP32', shape: [-1, 3] }],
    });
  });

  it('leaves out initializers that old models list as inputs, and types the protocol has no name for', () => {
    const model = addition();
    model.graph.initializer.push(tensorProto('FP32', [1], [1], 'w'));
    model.graph.input.push({ name: 'w', type: { tensorType: { elemType: 1 } } });
    model.graph.output.push({ name: 'zipped', type: {} }, { name: 'unknown', type: { tensorType: { elemType: 17 } } });
    const { inputs, outputs } = signatureOf(decodeModel(encodeModel(model)));
    expect(inputs.map(({ name }) => name)).toEqual(['x']);
    expect(outputs.slice(1)).toEqual([
      { name: 'zipped', type: undefined, shape: [] },
      { name: 'unknown', type: undefined, shape: [] },
    ]);
  });

  it.each([
    ['text', new TextEncoder().encode('not a model at all')],
    ['nothing', new Uint8Array()],
    ['half a model', encodeModel(addition()).slice(0, 60)],
  ])('refuses %s', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ code: 'model.invalid' }));
  });
});
