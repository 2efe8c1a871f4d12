import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerInput, type PipelineStep, routeOutput } from '../../../shared/model/signature.ts';
import { type RowTensor, runSteps } from './run-steps.ts';

/** A model that adds a number to its column, or a choice between two by the value of a column or of an answer. */
type Tree =
  | { kind: 'model'; add: number }
  | { kind: 'route'; on: 'column' | 'answer'; above: number; first: Tree; second: Tree };

const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ kind: fc.constant('model' as const), add: fc.integer({ min: -20, max: 20 }) }),
    fc.record({
      kind: fc.constant('route' as const),
      on: fc.constantFrom('column' as const, 'answer' as const),
      above: fc.integer({ min: -15, max: 15 }),
      first: tie('tree'),
      second: tie('tree'),
    }),
  ),
})).tree;

/** The reference: one row, nothing but its own value. */
function answerOf(node: Tree, x: number): number {
  if (node.kind === 'model') return x + node.add;
  const first = answerOf(node.first, x);
  return (node.on === 'column' ? x : first) > node.above ? answerOf(node.second, x) : first;
}

interface Stage {
  step: PipelineStep;
  judge?: number;
  add?: number;
}

function stagesOf(node: Tree, prefix: string, when: PipelineStep['when']): Stage[] {
  const base = {
    file: 'x.onnx',
    inputs: ['x'],
    takesAnswer: false,
    answers: false,
    routes: false,
    when,
    optional: false,
  };
  if (node.kind === 'model') return [{ step: { ...base, name: `${prefix}model`, answers: true }, add: node.add }];
  const name = `${prefix}rule`;
  const onAnswer = node.on === 'answer';
  const inputs = onAnswer ? [answerInput('prediction')] : ['x'];
  const rule = { step: { ...base, name, inputs, takesAnswer: onAnswer, routes: true }, judge: node.above };
  const second = stagesOf(node.second, `${prefix}second.`, [...when, { step: name, route: true }]);
  return onAnswer
    ? [...stagesOf(node.first, `${prefix}first.`, when), rule, ...second]
    : [rule, ...stagesOf(node.first, `${prefix}first.`, [...when, { step: name, route: false }]), ...second];
}

const tensor = (name: string, data: Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer>): RowTensor => ({
  name,
  shape: [data.length, 1],
  data,
});

describe('runSteps', () => {
  it('answers every row as if it were alone, in order, and runs a step only for its own rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        tree,
        fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 40 }),
        async (root, xs) => {
          const stages = stagesOf(root, '', []);
          let runs = 0;
          const [answer] = await runSteps({
            steps: stages.map(({ step }) => step),
            inputs: [tensor('x', Float64Array.from(xs))],
            rows: xs.length,
            outputs: ['prediction'],
            run: async ({ step, inputs, rows, outputs }) => {
              // Steps end in any order.
              for (let i = 0; i < (xs[0] ?? 0) % 3; i++) await Promise.resolve();
              const stage = stages.find((candidate) => candidate.step === step) as Stage;
              const data = inputs[0]?.data as Float64Array;
              expect(data.length).toBe(rows);
              expect(rows).toBeGreaterThan(0);
              runs += rows;
              return outputs.map((name) =>
                name === routeOutput
                  ? tensor(
                      name,
                      Uint8Array.from(data, (value) => (value > (stage.judge as number) ? 1 : 0)),
                    )
                  : tensor(
                      name,
                      Float64Array.from(data, (value) => value + (stage.add as number)),
                    ),
              );
            },
          });
          expect(Array.from(answer?.data as Float64Array)).toEqual(xs.map((x) => answerOf(root, x)));
          expect(runs).toBeLessThanOrEqual(stages.length * xs.length);
        },
      ),
      { seed: 6, numRuns: 300 },
    );
  });

  const two = stagesOf(
    { kind: 'route', on: 'answer', above: 0, first: { kind: 'model', add: 0 }, second: { kind: 'model', add: 100 } },
    '',
    [],
  );
  const runTwo = (optional: boolean) =>
    runSteps({
      steps: two.map(({ step }) => ({ ...step, optional: optional && step.name.startsWith('second') })),
      inputs: [tensor('x', Float64Array.of(-1, 5))],
      rows: 2,
      outputs: ['prediction'],
      run: async ({ step, inputs, outputs }) => {
        if (step.name.startsWith('second')) throw new RangeError('full');
        const data = inputs[0]?.data as Float64Array;
        return outputs.map((name) =>
          tensor(name, name === routeOutput ? Uint8Array.from(data, (v) => (v > 0 ? 1 : 0)) : Float64Array.from(data)),
        );
      },
      mayKeep: (error) => error instanceof RangeError,
    });

  it('keeps the answer before an optional step that has no room, and fails with one that is not', async () => {
    const [kept] = await runTwo(true);
    expect(Array.from(kept?.data as Float64Array)).toEqual([-1, 5]);
    await expect(runTwo(false)).rejects.toThrow('full');
  });
});
