import type { RequestedOutput } from './infer-request.ts';
import { isBinaryOnly, type Tensor } from './tensor.ts';
import { tensorDataToJson, tensorToBytes } from './tensor-codec.ts';

export interface InferResponse {
  /** JSON, followed by the raw tensors where `headerLength` is set. */
  body: Buffer | string;
  /** Bytes of the JSON part; undefined for a response that is JSON only. */
  headerLength: number | undefined;
}

/** Writes the Open Inference Protocol v2 response; FP16 and BF16 outputs are always binary, having no JSON form. */
export function writeInferResponse(
  model: { name: string; version: string },
  id: string | undefined,
  requested: readonly RequestedOutput[],
  outputs: readonly Tensor[],
): InferResponse {
  const parts: string[] = [];
  const raw: Buffer[] = [];
  for (const { name, binary } of requested) {
    const tensor = outputs.find((output) => output.name === name);
    if (tensor === undefined) throw new Error(`model "${model.name}" gave no output "${name}"`);
    const head = `{"name":${JSON.stringify(name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join()}]`;
    if (binary || isBinaryOnly(tensor.datatype)) {
      const bytes = tensorToBytes(tensor.data);
      raw.push(bytes);
      parts.push(`${head},"parameters":{"binary_data_size":${bytes.length}}}`);
    } else {
      parts.push(`${head},"data":${tensorDataToJson(tensor.datatype, tensor.data)}}`);
    }
  }
  const idPart = id === undefined ? '' : `,"id":${JSON.stringify(id)}`;
  const json = `{"model_name":${JSON.stringify(model.name)},"model_version":${JSON.stringify(model.version)}${idPart},"outputs":[${parts.join()}]}`;
  if (raw.length === 0) return { body: json, headerLength: undefined };
  const header = Buffer.from(json);
  return { body: Buffer.concat([header, ...raw]), headerLength: header.length };
}
