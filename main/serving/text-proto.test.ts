import { expect, it } from 'vitest';
import { parseTextProto } from './text-proto.ts';

it('reads fields, messages, lists, comments and joined strings', () => {
  const text = `# a model
    name: "sim" 'ple'
    max_batch_size: 8, platform: "onnxruntime_onnx";
    input [
      { name: "x" data_type: TYPE_FP32 dims: [ -1, 4 ] },
      { name: "y\\n" dims: 1 dims: 2 }
    ]
    version_policy: { latest { num_versions: 2 } }
    dynamic_batching { }
    parameters < key: "a" >`;
  expect(parseTextProto(text)).toEqual({
    name: ['simple'],
    max_batch_size: ['8'],
    platform: ['onnxruntime_onnx'],
    input: [
      { name: ['x'], data_type: ['TYPE_FP32'], dims: ['-1', '4'] },
      { name: ['y\n'], dims: ['1', '2'] },
    ],
    version_policy: [{ latest: [{ num_versions: ['2'] }] }],
    dynamic_batching: [{}],
    parameters: [{ key: ['a'] }],
  });
  expect(parseTextProto('')).toEqual({});
});

it.each([
  ['name "x"', 'line 1: expected ":" or "{"'],
  ['a: 1\nb: {', 'line 2: unexpected end'],
  ['a: }', 'expected a value, got }'],
  ['a: 1 }', 'expected a field, got }'],
  ['a: "x', 'unexpected "'],
  ['a {'.repeat(40), 'nest too deep'],
])('refuses %s', (text, message) => {
  expect(() => parseTextProto(text)).toThrow(message);
});
