import type { Calibration } from '../../../shared/model/calibration.ts';
import type { ModelManifest } from '../../../shared/model/signature.ts';
import { opsetsOf } from '../onnx/adopted-model.ts';
import { type FusedModel, finishModel, outputClasses } from '../onnx/append-model.ts';
import { attribute, createGraphBuilder, type GraphBuilder } from '../onnx/graph-builder.ts';
import { declareInputs, renameNode } from '../onnx/merge-pipelines.ts';
import { decodeModel } from '../onnx/proto.ts';
import { leastMass, leastProbability } from './calibrate-scores.ts';

/** A fused classifier with corrected probabilities, and labels that follow them. */
export async function appendCalibration(
  bytes: Uint8Array,
  manifest: Pick<ModelManifest, 'inputs' | 'classes' | 'label'>,
  calibration: Calibration,
): Promise<FusedModel> {
  const { graph } = decodeModel(bytes);
  const own: Record<string, string> = { probabilities: 'uncalibrated/probabilities', label: 'uncalibrated/label' };
  const rename = (name: string) => own[name] ?? name;
  const builder = createGraphBuilder('model');
  declareInputs(builder, manifest.inputs);
  builder.include(
    graph.node.map((node) => renameNode(node, rename)),
    graph.initializer.map((tensor) => ({ ...tensor, name: rename(tensor.name ?? '') })),
  );
  const probabilities = addCalibration(builder.scope('calibration'), rename('probabilities'), calibration);
  outputClasses(builder, probabilities, { classes: manifest.classes, labelType: manifest.label.type });
  return finishModel(builder, manifest.inputs, opsetsOf(bytes));
}

/** Nodes of `calibrateScores` over FP32 [N, classes]. */
function addCalibration(builder: GraphBuilder, scores: string, calibration: Calibration): string {
  const { classes } = calibration;
  if (calibration.method === 'temperature') {
    const logs = builder.node('Log', [builder.node('Max', [scores, builder.float(leastProbability)])]);
    const cooled = builder.node('Mul', [logs, builder.float(1 / calibration.temperature)]);
    return builder.node('Softmax', [cooled], { axis: attribute.int(1) });
  }
  const column = (c: number) =>
    builder.node('Slice', [scores, builder.int64([c]), builder.int64([c + 1]), builder.int64([1])]);
  const one = (c: number, index: number) => {
    const logit = addLogit(builder, column(c));
    if (calibration.method === 'isotonic') {
      return addCurve(builder, logit, calibration.curves[index] as { x: number[]; y: number[] });
    }
    const { slope, offset } = calibration.lines[index] as { slope: number; offset: number };
    const line = builder.node('Add', [builder.node('Mul', [logit, builder.float(slope)]), builder.float(offset)]);
    return builder.node('Sigmoid', [line]);
  };
  if (classes === 2) {
    const positive = one(1, 0);
    return builder.node('Concat', [builder.node('Sub', [builder.float(1), positive]), positive], {
      axis: attribute.int(1),
    });
  }
  const parts = Array.from({ length: classes }, (_, c) => one(c, c));
  const joined = builder.node('Max', [
    builder.node('Concat', parts, { axis: attribute.int(1) }),
    builder.float(leastMass),
  ]);
  const sum = builder.node('ReduceSum', [joined, builder.int64([1])], { keepdims: attribute.int(1) });
  return builder.node('Div', [joined, sum]);
}

function addLogit(builder: GraphBuilder, probability: string): string {
  const kept = builder.node('Min', [
    builder.node('Max', [probability, builder.float(leastProbability)]),
    builder.float(1 - leastProbability),
  ]);
  return builder.node('Log', [builder.node('Div', [kept, builder.node('Sub', [builder.float(1), kept])])]);
}

/** y of the piece that the logit [N, 1] lies in, found by counting the knots below it. */
function addCurve(builder: GraphBuilder, logit: string, { x, y }: { x: number[]; y: number[] }): string {
  if (x.length === 1) {
    return builder.node('Add', [builder.node('Mul', [logit, builder.float(0)]), builder.float(y[0] as number)]);
  }
  const vector = (values: number[]) => builder.initializer('FP32', values, [values.length]);
  const kept = builder.node('Min', [
    builder.node('Max', [logit, builder.float(x[0] as number)]),
    builder.float(x.at(-1) as number),
  ]);
  // Inner knots only: their number below the logit is the index of the piece.
  const inner = x.slice(1, -1);
  const slopes = x.slice(1).map((right, i) => ((y[i + 1] as number) - (y[i] as number)) / (right - (x[i] as number)));
  if (inner.length === 0) {
    const away = builder.node('Sub', [kept, builder.float(x[0] as number)]);
    return builder.node('Add', [
      builder.node('Mul', [away, builder.float(slopes[0] as number)]),
      builder.float(y[0] as number),
    ]);
  }
  const below = builder.node('GreaterOrEqual', [kept, builder.initializer('FP32', inner, [1, inner.length])]);
  const counts = builder.node('Cast', [below], { to: attribute.int(7) });
  const piece = builder.node('ReduceSum', [counts, builder.int64([1])], { keepdims: attribute.int(1) });
  const at = (values: number[]) => builder.node('Gather', [vector(values), piece]);
  const away = builder.node('Sub', [kept, at(x.slice(0, -1))]);
  return builder.node('Add', [builder.node('Mul', [away, at(slopes)]), at(y.slice(0, -1))]);
}
