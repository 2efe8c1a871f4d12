import { valueInfo } from './graph-builder.ts';
import { renameNode } from './merge-pipelines.ts';
import { decodeModel, encodeModel, type NodeProto } from './proto.ts';
import { pruneModel, valuesRead } from './prune-model.ts';

/** FP32 [N, width]: what the first part gives and the second takes. */
export const featuresTensor = 'slipway.features';

export interface SplitModel {
  /** Raw columns in, `featuresTensor` out. */
  features: Uint8Array;
  /** `featuresTensor` in, and raw columns where an expression behind the model reads any; the answer out. */
  model: Uint8Array;
}

const featuresScope = /^((?:model\/)*)features\//;

/** Whether a value was made in the scope itself, not in one inside it. */
function isIn(scope: string, name: string): boolean {
  return name.startsWith(scope) && !name.slice(scope.length).includes('/');
}

/**
 * A fused model (`appendModel`) cut where its features lie side by side: the parts, one after the other, compute what the
 * whole does. undefined where more than one value made of the columns goes from one side to the other.
 */
export function splitFeatures(bytes: Uint8Array, width: number): SplitModel | undefined {
  const model = decodeModel(bytes);
  const { graph } = model;
  // A model that an expression follows is inside that one: `model/features/…`.
  const scope = graph.node
    .map(({ output: [name = ''] }) => featuresScope.exec(name)?.[1])
    .find((found) => found !== undefined);
  if (scope === undefined) return undefined;
  const made = new Set<string>();
  const before: NodeProto[] = [];
  const behind: NodeProto[] = [];
  for (const node of graph.node) {
    const [name = ''] = node.output;
    const joins = node.opType === 'Concat' && isIn(scope, name) && node.input.every((value) => made.has(value));
    if (!joins && !name.startsWith(`${scope}features/`)) {
      behind.push(node);
      continue;
    }
    before.push(node);
    for (const value of node.output) made.add(value);
  }
  const crossing = new Set(behind.flatMap(valuesRead).filter((value) => made.has(value)));
  const [cut] = crossing;
  if (cut === undefined || crossing.size > 1 || graph.input.some(({ name }) => name === featuresTensor))
    return undefined;
  const tensor = valueInfo(featuresTensor, 'FP32', ['N', width]);
  const given: NodeProto = { input: [cut], output: [featuresTensor], opType: 'Identity' };
  const rename = (name: string) => (name === cut ? featuresTensor : name);
  return {
    features: encodeModel(
      pruneModel({ ...model, graph: { ...graph, name: 'features', node: [...before, given], output: [tensor] } }),
    ),
    model: encodeModel(
      pruneModel({
        ...model,
        graph: { ...graph, node: behind.map((node) => renameNode(node, rename)), input: [tensor, ...graph.input] },
      }),
    ),
  };
}
