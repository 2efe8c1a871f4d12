import { mlDomain } from '../onnx/graph-builder.ts';
import type { AttributeProto, ModelProto, NodeProto, ValueInfoProto } from '../onnx/proto.ts';
import { pruneModel } from '../onnx/prune-model.ts';

/** ONNX tensor element type of float32. */
const float32 = 1;

/** What a fused model makes of the raw scores of its trees. */
export interface TailModel {
  /** Its only input, FP32 [N, outputs], in place of the trees; its outputs are those of the model. */
  model: ModelProto;
  input: string;
  outputs: number;
}

/**
 * The part of a fused model behind its only sum of trees; undefined for a model of another form, and where that part
 * reads anything but the sum.
 */
export function tailModel(model: ModelProto): TailModel | undefined {
  const ensembles = model.graph.node.filter(
    ({ opType, domain }) => domain === mlDomain && opType.startsWith('TreeEnsemble'),
  );
  const [ensemble, ...others] = ensembles;
  const input = ensemble?.output[0];
  if (ensemble === undefined || input === undefined || others.length > 0) return undefined;
  if (ensemble.opType !== 'TreeEnsembleRegressor') return undefined;
  if (textOf(ensemble, 'aggregate_function') !== 'SUM' || textOf(ensemble, 'post_transform') !== 'NONE')
    return undefined;
  const outputs = Number(attributeOf(ensemble, 'n_targets')?.i ?? 1);
  const raw: ValueInfoProto = {
    name: input,
    type: { tensorType: { elemType: float32, shape: { dim: [{ dimParam: 'N' }, { dimValue: outputs }] } } },
  };
  const node = model.graph.node.filter((each) => each !== ensemble);
  const tail = pruneModel({ ...model, graph: { ...model.graph, node, input: [...model.graph.input, raw] } });
  return tail.graph.input.length === 1 && tail.graph.input[0]?.name === input
    ? { model: tail, input, outputs }
    : undefined;
}

function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute?.find((each) => each.name === name);
}

function textOf(node: NodeProto, name: string): string {
  return new TextDecoder().decode(attributeOf(node, name)?.s ?? new Uint8Array());
}
