import type { RowTensor } from '../model-tensors.ts';
import type { Ensemble } from './ensemble.ts';

/** How an endpoint puts batches together. */
export interface EndpointBatching {
  maxDelayMs: number;
  preferredBatchRows: readonly number[];
  /** From the highest priority down; requests that name none have the lowest. */
  priorities: readonly QueueLevel[];
}

interface QueueLevel {
  maxQueueRows: number;
  /** 0: no bound. */
  timeoutMs: number;
  onTimeout: 'reject' | 'delay';
}

export interface TritonModel extends EndpointBatching {
  name: string;
  version: number;
  inputs: readonly RowTensor[];
  outputs: readonly RowTensor[];
  /** Most rows of one run. */
  maxBatchRows: number;
  /** Rows that may wait; more are rejected. */
  maxQueueRows: number;
}

/** `config.pbtxt` of Triton's model repository; dims leave out the batch axis. */
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
    ...(model.preferredBatchRows.length === 0
      ? []
      : [`  preferred_batch_size: [ ${model.preferredBatchRows.join(', ')} ]`]),
    `  max_queue_delay_microseconds: ${Math.round(model.maxDelayMs * 1_000)}`,
    '  default_queue_policy {',
    '    timeout_action: REJECT',
    `    max_queue_size: ${model.maxQueueRows}`,
    '  }',
    ...prioritiesText(model.priorities),
    '}',
    'instance_group [ { kind: KIND_CPU count: 1 } ]',
    '',
  ].join('\n');
}

/** `config.pbtxt` of an ensemble, which has no file: its models, named NAME-SUFFIX, have the same version. */
export function ensembleConfigText(
  ensemble: Ensemble & Pick<TritonModel, 'name' | 'version' | 'maxBatchRows'>,
): string {
  const { name, version, maxBatchRows, inputs, outputs, steps } = ensemble;
  const map = (field: 'input_map' | 'output_map', tensors: readonly RowTensor[]) =>
    tensors.map((tensor) => `      ${field} { key: ${quoted(tensor.name)} value: ${quoted(tensor.name)} }`);
  return [
    `name: ${quoted(name)}`,
    'platform: "ensemble"',
    `version_policy { specific { versions: [ ${version} ] } }`,
    `max_batch_size: ${maxBatchRows}`,
    ...inputs.map((tensor) => tensorText('input', tensor)),
    ...outputs.map((tensor) => tensorText('output', tensor)),
    'ensemble_scheduling {',
    ...steps.flatMap((step) => [
      '  step [',
      '    {',
      `      model_name: ${quoted(stepModelName(name, step.suffix))}`,
      `      model_version: ${version}`,
      ...map('input_map', step.inputs),
      ...map('output_map', step.outputs),
      '    }',
      '  ]',
    ]),
    '}',
    '',
  ].join('\n');
}

export function stepModelName(ensemble: string, suffix: string): string {
  return `${ensemble}-${suffix}`;
}

function prioritiesText(levels: readonly QueueLevel[]): string[] {
  if (levels.length === 0) return [];
  return [
    `  priority_levels: ${levels.length}`,
    `  default_priority_level: ${levels.length}`,
    ...levels.flatMap(({ maxQueueRows, timeoutMs, onTimeout }, i) => [
      '  priority_queue_policy {',
      `    key: ${i + 1}`,
      '    value {',
      `      timeout_action: ${onTimeout.toUpperCase()}`,
      `      default_timeout_microseconds: ${Math.round(timeoutMs * 1_000)}`,
      '      allow_timeout_override: true',
      `      max_queue_size: ${maxQueueRows}`,
      '    }',
      '  }',
    ]),
  ];
}

function tensorText(field: 'input' | 'output', { name, type, dims }: RowTensor): string {
  return `${field} [ { name: ${quoted(name)} data_type: TYPE_${type} dims: [ ${dims.join(', ')} ] } ]`;
}

/** Protobuf's text format takes UTF-8 between quotes as it is, but neither quotes, backslashes nor line ends. */
function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `"${escaped}"`;
}
