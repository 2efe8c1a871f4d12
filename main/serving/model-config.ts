import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../shared/errors/app-error.ts';
import { type ModelForm, modelFiles } from '../../shared/model/model-form.ts';
import type { Placement } from './worker-protocol.ts';
import type { BatcherLimits } from './batcher.ts';
import { type BatchingPolicy, type LevelPolicy, maxPriorityLevels, plainLevel } from './batching-policy.ts';
import type { ScalingOptions } from './replicas/scaling-options.ts';
import type { Datatype, TensorSpec } from './tensor.ts';
import { defaultWarmup, type WarmupRuns } from './worker-protocol.ts';
import { parseTextProto, type TextMessage, type TextValue } from './text-proto.ts';

const integer = z.coerce
  .number()
  .int()
  .min(0)
  .max(2 ** 31 - 1);

const boolean = z.union([z.boolean(), z.stringbool()]);

const queuePolicySchema = z.object({
  timeout_action: z.union([z.enum(['REJECT', 'DELAY']), z.literal('0'), z.literal('1')]).default('REJECT'),
  default_timeout_microseconds: z.coerce.number().int().min(0).default(0),
  allow_timeout_override: boolean.default(false),
  max_queue_size: integer.default(0),
});
type QueuePolicy = z.infer<typeof queuePolicySchema>;

/** The part of Triton's model configuration that changes how a model is served here; other fields are left alone. */
const modelConfigSchema = z.object({
  platform: z.string().max(200).optional(),
  max_batch_size: integer.optional(),
  version_policy: z
    .object({
      latest: z.object({ num_versions: integer.default(1) }).optional(),
      all: z.object({}).optional(),
      specific: z.object({ versions: z.array(integer).default([]) }).optional(),
    })
    .optional(),
  dynamic_batching: z
    .object({
      preferred_batch_size: z.array(integer.min(1)).max(100).default([]),
      max_queue_delay_microseconds: integer.default(0),
      preserve_ordering: boolean.default(false),
      priority_levels: integer.max(maxPriorityLevels).default(0),
      default_priority_level: integer.default(0),
      default_queue_policy: queuePolicySchema.optional(),
      priority_queue_policy: z.record(z.string(), queuePolicySchema).default({}),
    })
    .superRefine(({ priority_levels: levels, default_priority_level: usual, priority_queue_policy: own }, issues) => {
      const problem = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message });
      if (levels > 0 && (usual < 1 || usual > levels)) {
        problem('default_priority_level', `expected 1 to ${levels}, the priority_levels`);
      }
      for (const level of Object.keys(own)) {
        if (!/^\d+$/.test(level) || Number(level) < 1 || Number(level) > levels) {
          problem('priority_queue_policy', `there is no level ${level}; expected 1 to ${levels}, the priority_levels`);
        }
      }
    })
    .optional(),
  instance_group: z.array(z.object({ count: integer.default(1), kind: z.string().optional() })).optional(),
  model_warmup: z
    .array(
      z.object({
        batch_size: integer.default(1),
        count: integer.default(1),
        inputs: z.record(z.string(), z.object({ dims: z.union([integer, z.array(integer)]).default([]) })).default({}),
      }),
    )
    .max(100)
    .optional(),
  response_cache: z.object({ enable: z.union([z.boolean(), z.stringbool()]).default(false) }).optional(),
});
export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** Fields of the text format that hold one value or message; the schema reads the others as lists. */
const listFields = new Set(['versions', 'instance_group', 'model_warmup', 'preferred_batch_size']);

/** Maps of the text format: lists of `key` and `value`. */
const mapFields = new Set(['inputs', 'priority_queue_policy']);

/** `config.pbtxt` of a model's folder; an empty configuration where there is none. Errors: `model.invalid`. */
export async function readModelConfig(path: string): Promise<ModelConfig> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  try {
    return modelConfigSchema.parse(plain(parseTextProto(text)));
  } catch (error) {
    throw invalidConfig(path, error);
  }
}

/** The `config` parameter of a load request: the configuration as JSON text. Errors: `request.invalid`. */
export function parseModelConfig(text: string): ModelConfig {
  try {
    return modelConfigSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('request.invalid', `Parameter "config" is no model configuration: ${problemOf(error)}.`);
  }
}

function plain(message: TextMessage): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(message).map(([field, values]) => {
      const all = values.map((value: TextValue) => (typeof value === 'string' ? value : plain(value)));
      if (mapFields.has(field)) return [field, Object.fromEntries(all.flatMap(entryOf))];
      // Extents may be one field with a list, or the same field again and again.
      if (field === 'dims') return [field, all];
      return [field, listFields.has(field) ? all : all.at(-1)];
    }),
  );
}

function entryOf(entry: string | Record<string, unknown>): [string, unknown][] {
  return typeof entry === 'string' ? [] : [[String(entry['key'] ?? ''), entry['value'] ?? {}]];
}

function invalidConfig(path: string, error: unknown): AppError {
  return new AppError('model.invalid', `${path} is no model configuration: ${problemOf(error)}.`, {
    fix: 'Correct the file; without it everything is read from the model.',
  });
}

function problemOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return issue === undefined ? 'unknown form' : `${issue.path.join('.')}: ${issue.message}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Version folders that a policy serves, highest first; without a policy the highest. */
export function chosenVersions(available: readonly string[], config: ModelConfig): string[] {
  const sorted = [...available].sort((a, b) => Number(b) - Number(a));
  const policy = config.version_policy;
  if (policy?.all !== undefined) return sorted;
  if (policy?.specific !== undefined) {
    const wanted = new Set(policy.specific.versions);
    return sorted.filter((version) => wanted.has(Number(version)));
  }
  return sorted.slice(0, Math.max(1, policy?.latest?.num_versions ?? 1));
}

/** Limits of a model's queue and how it batches: what its configuration says, else as the endpoint does. */
export function limitsOf(config: ModelConfig, limits: BatcherLimits): BatcherLimits {
  const batching = config.dynamic_batching;
  // Of several levels each has its own bound.
  const maxQueueRows = batching?.priority_levels ? 0 : (batching?.default_queue_policy?.max_queue_size ?? 0);
  return {
    ...limits,
    ...(config.max_batch_size === undefined ? {} : { maxBatchRows: Math.max(1, config.max_batch_size) }),
    ...(maxQueueRows === 0 ? {} : { maxQueueRows }),
    ...(batching === undefined ? {} : { batching: batchingOf(batching) }),
  };
}

function batchingOf(config: NonNullable<ModelConfig['dynamic_batching']>): BatchingPolicy {
  const { priority_levels: count, default_queue_policy: usual, priority_queue_policy: own } = config;
  return {
    maxDelayMs: config.max_queue_delay_microseconds / 1_000,
    preferredRows: config.preferred_batch_size,
    levels:
      count === 0
        ? [{ ...levelPolicyOf(usual), maxQueueRows: 0 }]
        : Array.from({ length: count }, (_, i) => levelPolicyOf(own[String(i + 1)] ?? usual)),
    defaultLevel: count === 0 ? 0 : config.default_priority_level - 1,
  };
}

function levelPolicyOf(policy: QueuePolicy | undefined): LevelPolicy {
  if (policy === undefined) return plainLevel;
  const { timeout_action: action, default_timeout_microseconds: micros, max_queue_size: maxQueueRows } = policy;
  return {
    maxQueueRows,
    timeoutMs: micros === 0 ? null : micros / 1_000,
    onTimeout: action === 'DELAY' || action === '1' ? 'delay' : 'reject',
    // Without a timeout of its own there is nothing that a request would override.
    allowOverride: micros === 0 || policy.allow_timeout_override,
  };
}

/** Replicas of a model: as many as its `instance_group` counts, else those of the endpoint. */
export function scalingOf(config: ModelConfig, scaling: ScalingOptions): ScalingOptions {
  const count = config.instance_group?.reduce((sum, group) => sum + group.count, 0) ?? 0;
  return count === 0 ? scaling : { ...scaling, minReplicas: count, maxReplicas: Math.max(count, scaling.maxReplicas) };
}

/** Where `instance_group` says that the model runs; undefined where it leaves that open. */
export function deviceOf({ instance_group: groups }: ModelConfig): string | undefined {
  const kinds = new Set(groups?.map(({ kind }) => kind));
  if (kinds.has('KIND_GPU')) return 'gpu';
  return kinds.has('KIND_CPU') ? 'cpu' : undefined;
}

/** `model_warmup`: its batch sizes, counts and extents; the values are zeros. Without it one row. */
export function warmupOf({ model_warmup: samples }: ModelConfig): readonly WarmupRuns[] {
  if (samples === undefined) return defaultWarmup;
  return samples.map(({ batch_size, count, inputs }) => ({
    rows: Math.max(1, batch_size),
    count: Math.min(1_000, Math.max(1, count)),
    dims: Object.fromEntries(Object.entries(inputs).map(([name, { dims }]) => [name, [dims].flat()])),
    required: true,
  }));
}

/** Bound of a response cache that only the model's configuration asks for. */
const defaultCacheBytes = 64 * 2 ** 20;

/** Bytes of a model's response cache: its configuration switches that of the endpoint on or off. */
export function responseCacheBytesOf(config: ModelConfig, endpointBytes: number): number {
  const enabled = config.response_cache?.enable;
  if (enabled === undefined) return endpointBytes;
  return enabled ? Math.max(endpointBytes, defaultCacheBytes) : 0;
}

const configTypes: Readonly<Record<Datatype, string>> = {
  BOOL: 'TYPE_BOOL',
  UINT8: 'TYPE_UINT8',
  UINT16: 'TYPE_UINT16',
  UINT32: 'TYPE_UINT32',
  UINT64: 'TYPE_UINT64',
  INT8: 'TYPE_INT8',
  INT16: 'TYPE_INT16',
  INT32: 'TYPE_INT32',
  INT64: 'TYPE_INT64',
  FP16: 'TYPE_FP16',
  BF16: 'TYPE_BF16',
  FP32: 'TYPE_FP32',
  FP64: 'TYPE_FP64',
  BYTES: 'TYPE_STRING',
};

/** What protocols call the forms of models. */
export const platforms: Readonly<Record<ModelForm, string>> = { onnx: 'onnxruntime_onnx', python: 'python' };

export interface ConfiguredModel {
  name: string;
  version: string;
  form: ModelForm;
  inputs: readonly TensorSpec[];
  outputs: readonly TensorSpec[];
  /** Most rows of one run; 0: axis 0 is no batch. */
  maxBatchRows: number;
  maxQueueRows: number;
  /** Undefined: at once, first come first served. */
  batching?: BatchingPolicy | undefined;
  /** Null where answers are not kept. */
  responseCache: object | null;
  replicas: { scaling: { minReplicas: number }; ran: Placement | null };
}

/** Triton's model configuration in its JSON form, as completed from the model; dims leave out the batch axis. */
export function modelConfigJson(model: ConfiguredModel): Record<string, unknown> {
  const tensor = ({ name, datatype, shape }: TensorSpec) => ({
    name,
    data_type: configTypes[datatype],
    dims: model.maxBatchRows > 0 ? shape.slice(1) : shape,
  });
  return {
    name: model.name,
    platform: platforms[model.form],
    backend: model.form === 'python' ? 'python' : 'onnxruntime',
    version_policy: { specific: { versions: [Number(model.version)] } },
    max_batch_size: model.maxBatchRows,
    input: model.inputs.map(tensor),
    output: model.outputs.map(tensor),
    ...(model.maxBatchRows > 0
      ? {
          dynamic_batching: batchingJson(model),
        }
      : {}),
    instance_group: [
      {
        name: model.name,
        kind: kindOf(model.replicas.ran),
        count: Math.max(1, model.replicas.scaling.minReplicas),
        gpus: [],
      },
    ],
    response_cache: { enable: model.responseCache !== null },
    default_model_filename: modelFiles[model.form],
    model_transaction_policy: { decoupled: false },
  };
}

function batchingJson({ batching, maxQueueRows }: ConfiguredModel): Record<string, unknown> {
  const levels = batching?.levels ?? [plainLevel];
  const [first = plainLevel] = levels;
  return {
    preferred_batch_size: batching?.preferredRows ?? [],
    max_queue_delay_microseconds: Math.round((batching?.maxDelayMs ?? 0) * 1_000),
    preserve_ordering: false,
    ...(levels.length === 1
      ? { default_queue_policy: queuePolicyJson({ ...first, maxQueueRows }) }
      : {
          priority_levels: levels.length,
          default_priority_level: (batching?.defaultLevel ?? 0) + 1,
          priority_queue_policy: Object.fromEntries(levels.map((level, i) => [String(i + 1), queuePolicyJson(level)])),
        }),
  };
}

function queuePolicyJson({ maxQueueRows, timeoutMs, onTimeout, allowOverride }: LevelPolicy): Record<string, unknown> {
  return {
    timeout_action: onTimeout.toUpperCase(),
    default_timeout_microseconds: Math.round((timeoutMs ?? 0) * 1_000),
    allow_timeout_override: timeoutMs !== null && allowOverride,
    max_queue_size: maxQueueRows,
  };
}

/** On demand models have not been loaded, and tell where they run once they are. */
function kindOf(ran: Placement | null): string {
  if (ran === null) return 'KIND_AUTO';
  return ran.provider === 'cpu' || ran.provider === 'python' ? 'KIND_CPU' : 'KIND_GPU';
}
