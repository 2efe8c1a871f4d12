import { AppError } from '../../../shared/errors/app-error.ts';
import type { ViewUse } from '../../features/enrichment.ts';
import { featureHeader, featureHeaderOf } from '../enrich-request.ts';
import {
  type InferRequest,
  inModelOrder,
  type ModelSpecs,
  type Parameters,
  parameterKey,
  priorityOf,
  type RequestedOutput,
  readOutputs,
  readTensorHead,
  timeoutMsOf,
} from '../infer-request.ts';
import { readRequestId } from '../request-id.ts';
import { isBinaryOnly, type Tensor } from '../tensor.ts';
import { tensorFromBytes, tensorToBytes } from '../tensor-codec.ts';
import { bigintOf, type GrpcMessage } from './grpc-service.ts';
import { contentsOfTensor, tensorFromContents } from './grpc-tensors.ts';

/** A ModelInferRequest against a model, and whether its tensors were raw. Errors: `request.invalid`. */
export function readGrpcInferRequest(message: GrpcMessage, model: ModelSpecs): { request: InferRequest; raw: boolean } {
  const inputs = message['inputs'] as GrpcMessage[];
  const rawContents = message['raw_input_contents'] as Buffer[];
  const raw = rawContents.length > 0;
  if (raw && rawContents.length !== inputs.length) {
    throw new AppError(
      'request.invalid',
      `raw_input_contents has ${rawContents.length} entries for ${inputs.length} inputs; all inputs are raw, or none.`,
    );
  }
  const tensors = inputs.map((input, i): Tensor => {
    const head = readTensorHead({ ...input, shape: (input['shape'] as unknown[]).map(extentOf) }, model);
    const contents = input['contents'] as GrpcMessage | undefined | null;
    if (!raw) return tensorFromContents(head, contents ?? {});
    if (contents !== undefined && contents !== null) {
      throw new AppError('request.invalid', `Input "${head.name}" has contents although raw_input_contents is used.`);
    }
    return tensorFromBytes(head.name, head.datatype, head.shape, rawContents[i] as Buffer);
  });
  const requested = (message['outputs'] as GrpcMessage[]).map(({ name }) => ({ name }));
  const id = message['id'] as string;
  const parameters = parametersOf(message['parameters'] as Record<string, GrpcMessage>);
  const request = {
    id: id === '' ? undefined : readRequestId(id),
    inputs: inModelOrder(tensors, model),
    outputs: readOutputs(requested, raw, model),
    timeoutMs: timeoutMsOf(parameters),
    priority: priorityOf(parameters),
    parameterKey: parameterKey(parameters),
  };
  return { request, raw };
}

/** Extents beyond 2^53 stay bigint, which no shape takes. */
function extentOf(value: unknown): number | bigint {
  const exact = bigintOf(value);
  const extent = Number(exact);
  return Number.isSafeInteger(extent) ? extent : exact;
}

function parametersOf(values: Record<string, GrpcMessage>): Parameters {
  const parameters: Parameters = {};
  for (const [key, value] of Object.entries(values)) {
    const choice = value['parameter_choice'];
    if (typeof choice !== 'string') throw new AppError('request.invalid', `Parameter "${key}" has no value.`);
    const chosen = value[choice];
    parameters[key] = choice.endsWith('int64_param') ? bigintOf(chosen) : (chosen as string | number | boolean);
  }
  return parameters;
}

/** A ModelInferResponse; tensors travel as they came, except that FP16 and BF16 are always raw, and then all are. */
export function writeGrpcInferResponse(
  model: { name: string; version: string },
  id: string | undefined,
  requested: readonly RequestedOutput[],
  outputs: readonly Tensor[],
  { raw: rawInputs, uses }: { raw: boolean; uses: readonly ViewUse[] },
): GrpcMessage {
  const tensors = requested.map(({ name }) => {
    const tensor = outputs.find((output) => output.name === name);
    if (tensor === undefined) throw new Error(`model "${model.name}" gave no output "${name}"`);
    return tensor;
  });
  const raw = rawInputs || tensors.some((tensor) => isBinaryOnly(tensor.datatype));
  return {
    model_name: model.name,
    model_version: model.version,
    id: id ?? '',
    ...(uses.length === 0 ? {} : { parameters: { [featureHeader]: { string_param: featureHeaderOf(uses) } } }),
    outputs: tensors.map((tensor) => {
      const { name, datatype, shape } = tensor;
      return raw ? { name, datatype, shape } : { name, datatype, shape, contents: contentsOfTensor(tensor) };
    }),
    raw_output_contents: raw ? tensors.map((tensor) => tensorToBytes(tensor.data)) : [],
  };
}
