import { expect, it } from 'vitest';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { PipelineStep } from '../../../shared/model/signature.ts';
import type { Tensor } from '../tensor.ts';
import { runPipeline } from './run-pipeline.ts';
import type { ServedStep } from './served-step.ts';

const spec = (name: string, optional: boolean): PipelineStep => ({
  name,
  file: `${name}.onnx`,
  inputs: ['x'],
  takesAnswer: false,
  answers: true,
  routes: false,
  when: [],
  optional,
});

const step = (name: string, optional: boolean, answer: () => Tensor[]) =>
  ({ spec: spec(name, optional), keptRows: 0, submit: async () => answer() }) as unknown as ServedStep;

const answerOf = (value: number) => () => [
  { name: 'prediction', datatype: 'FP64' as const, shape: [1, 1], data: Float64Array.of(value) },
];

const job = {
  inputs: [{ name: 'x', datatype: 'FP64' as const, shape: [1, 1], data: Float64Array.of(1) }],
  outputs: ['prediction'],
  parameterKey: '',
  rows: 1,
};

it('says how many rows kept an earlier answer, as the later step had no room', async () => {
  const full = step('second', true, () => {
    throw new AppError('serve.overloaded', 'The queue is full.');
  });
  const kept = await runPipeline([step('first', false, answerOf(1)), full], job, undefined);
  expect([kept.keptRows, kept.outputs[0]?.data[0], full.keptRows]).toEqual([1, 1, 1]);
  const whole = await runPipeline(
    [step('first', false, answerOf(1)), step('second', true, answerOf(2))],
    job,
    undefined,
  );
  expect([whole.keptRows, whole.outputs[0]?.data[0]]).toEqual([0, 2]);
});
