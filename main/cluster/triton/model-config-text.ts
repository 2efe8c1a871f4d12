import type { RowTensor } from '../model-tensors.ts';

export interface TritonModel {
  name: string;
  version: number;
  inputs: readonly RowTensor[];
  outputs: readonly RowTensor[];
  /** Most rows of one run. */
  maxBatchRows: number;
  /** Rows that may wait; more are rejected. */
  maxQueueRows: number;
}

/**
 * `config.pbtxt` of Triton's model repository. Dynamic batching takes what is queued and never waits for more; dims leave
 * out the batch axis.
 */
export function modelConfigText(model: TritonModel): string {
  return [
    `name: ${quoted(model.name)}`,
    'backend: "onnxruntime"',
    'default_model_filename: "model.onnx"',
    `version_policy { specific { versions: [ ${model.version} ] } }`,
    `max_batch_size: ${model.maxBatchRows}`,
    ...model.inputs.map((tensor) => tensorText('input', tensor)),
    ...model.outputs.map((tensor) => tensorText('output', tensor)),
    'dynamic_batching {',
    '  max_queue_delay_microseconds: 0',
    '  default_queue_policy {',
    '    timeout_action: REJECT',
    `    max_queue_size: ${model.maxQueueRows}`,
    '  }',
    '}',
    'instance_group [ { kind: KIND_CPU count: 1 } ]',
    '',
  ].join('\n');
}

function tensorText(field: 'input' | 'output', { name, type, dims }: RowTensor): string {
  return `${field} [ { name: ${quoted(name)} data_type: TYPE_${type} dims: [ ${dims.join(', ')} ] } ]`;
}

/** Protobuf's text format takes UTF-8 between quotes as it is, but neither quotes, backslashes nor line ends. */
function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
