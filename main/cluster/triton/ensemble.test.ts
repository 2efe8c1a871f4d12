import { describe, expect, it } from 'vitest';
import type { RowTensor } from '../model-tensors.ts';
import { type Ensemble, type EnsembleStep, ensembleProblems } from './ensemble.ts';

const tensor = (name: string, type: RowTensor['type'] = 'FP32', dims = [1]): RowTensor => ({ name, type, dims });

function stepOf(suffix: string, inputs: RowTensor[], outputs: RowTensor[]): EnsembleStep {
  return { suffix, onnx: new Uint8Array(), inputs, outputs };
}

const features = stepOf('features', [tensor('a', 'FP64')], [tensor('x', 'FP32', [10])]);
const model = stepOf('model', [tensor('x', 'FP32', [10])], [tensor('prediction')]);
const good: Ensemble = { inputs: [tensor('a', 'FP64')], outputs: [tensor('prediction')], steps: [features, model] };

describe('what Triton refuses of an ensemble', () => {
  it('is nothing where every tensor fits', () => {
    expect(ensembleProblems(good)).toEqual([]);
  });

  it.each<[string, Partial<Ensemble>, string]>([
    ['steps in the wrong order', { steps: [model, features] }, 'model reads x before it is made'],
    ['a step that is missing', { steps: [features] }, 'no step makes the output prediction'],
    [
      'another width',
      { steps: [features, stepOf('model', [tensor('x', 'FP32', [9])], [tensor('prediction')])] },
      'model reads x as FP32 [9], not FP32 [10]',
    ],
    ['another type', { inputs: [tensor('a', 'FP32')] }, 'features reads a as FP64 [1], not FP32 [1]'],
    [
      'an output of another shape',
      { outputs: [tensor('prediction', 'FP32', [2])] },
      'the output prediction is FP32 [1], not FP32 [2]',
    ],
    [
      'a tensor made twice',
      { steps: [features, { ...features, suffix: 'again' }, model] },
      'again makes x a second time',
    ],
    ['a column that no model reads', { inputs: [...good.inputs, tensor('b')] }, 'nothing reads b'],
    ['two models of one name', { steps: [features, { ...model, suffix: 'features' }] }, 'two steps are named features'],
    ['a step without tensors', { steps: [features, model, stepOf('idle', [], [])] }, 'idle takes nothing'],
  ])('is %s', (_, change, problem) => {
    expect(ensembleProblems({ ...good, ...change })).toContain(problem);
  });
});
