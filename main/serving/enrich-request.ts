import {
  type InputColumn,
  MISSING_STRING,
  MISSING_TIMESTAMP,
  type ModelManifest,
} from '../../shared/model/signature.ts';
import { joinedColumnNames, requestColumns } from '../../shared/model/request-columns.ts';
import { encodeRows } from '../compute/onnx/encode-rows.ts';
import { isoTime } from '../features/cell-json.ts';
import type { Enrichment, ViewUse } from '../features/enrichment.ts';
import type { InferRequest, ModelSpecs } from './infer-request.ts';
import { type Datatype, datatypeOfOrt, type Tensor, type TensorData, type TensorSpec } from './tensor.ts';

/** Response header with the feature views that an answer used, as a structured list (RFC 8941). */
export const featureHeader = 'slipway-features';

/**
 * `VIEW;version="DIGITS"`, with `missing=N` for rows without features and `stale` while the store is away, or
 * `VIEW;unavailable`; both with `service="NAME@VERSION"` where the model was trained on a service.
 */
export function featureHeaderOf(uses: readonly ViewUse[]): string {
  return uses
    .map(({ view, version, missing, stale, service }) => {
      const of = service === undefined ? '' : `;service="${service}"`;
      if (version === null) return `${view};unavailable${of}`;
      return `${view};version="${version}"${missing === 0 ? '' : `;missing=${missing}`}${stale === true ? ';stale' : ''}${of}`;
    })
    .join(', ');
}

/** Tensors of keys that the model itself does not take, in the order of `requestColumns`. */
export function keyTensors(manifest: ModelManifest, inputs: readonly TensorSpec[]): TensorSpec[] {
  const known = new Set(inputs.map(({ name }) => name));
  return requestColumns(manifest).flatMap(({ name, type }) =>
    known.has(name) ? [] : { name, datatype: keyDatatypes[type], shape: [-1, 1], dimNames: ['N', ''] },
  );
}

/** The tensors that a request carries: those of `requestColumns`, in the order of the model; all for a model without. */
export function requiredInputs(model: {
  manifest: ModelManifest | null;
  inputs: readonly TensorSpec[];
  requestSpecs: ModelSpecs;
}): readonly TensorSpec[] {
  const { manifest, inputs, requestSpecs } = model;
  if (manifest?.joined === undefined) return inputs;
  const carried = new Set(requestColumns(manifest).map(({ name }) => name));
  return requestSpecs.inputs.filter(({ name }) => carried.has(name));
}

const keyDatatypes: Readonly<Record<InputColumn['type'], Datatype>> = {
  bool: 'BOOL',
  int64: 'INT64',
  timestamp: 'INT64',
  string: 'BYTES',
  float64: 'FP64',
  tensor: 'FP32',
};

/**
 * A tensor request with the joined inputs that it lacks, and without the keys that the model does not take; `inputs` are
 * those of the model. Errors: those of `Enrichment.rows`.
 */
export function enrichTensors(
  enrichment: Pick<Enrichment, 'rows'>,
  manifest: ModelManifest,
  inputs: readonly TensorSpec[],
  request: InferRequest,
): { request: InferRequest; uses: ViewUse[] } {
  const given = new Map(request.inputs.map((tensor) => [tensor.name, tensor]));
  const joined = joinedColumnNames(manifest.joined);
  const absent = manifest.inputs.filter(({ name }) => joined.has(name) && !given.has(name));
  const wanted = new Set(inputs.map(({ name }) => name));
  let uses: ViewUse[] = [];
  if (absent.length > 0) {
    const columns = [...requestColumns(manifest), ...manifest.inputs.filter(({ name }) => joined.has(name))];
    const looked = enrichment.rows(rowsOf(columns, given, request.inputs[0]?.shape[0] ?? 0));
    uses = looked.uses;
    for (const [name, tensor] of Object.entries(encodeRows(looked.rows, absent))) {
      const datatype = datatypeOfOrt(tensor.type) as Datatype;
      given.set(name, { name, datatype, shape: [...tensor.dims], data: tensor.data as TensorData });
    }
  }
  const ordered = inputs.flatMap(({ name }) => given.get(name) ?? []);
  const keys = request.inputs.filter(({ name }) => !wanted.has(name));
  return { request: { ...request, inputs: ordered, keys }, uses };
}

/** The columns that were given, as JSON rows; of joined columns only that they are there matters. */
function rowsOf(columns: readonly InputColumn[], given: ReadonlyMap<string, Tensor>, count: number) {
  const present = columns.flatMap(({ name, type }) => {
    const tensor = given.get(name);
    return tensor === undefined ? [] : { name, type, tensor };
  });
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(present.map(({ name, type, tensor }) => [name, valueAt(tensor, type, row)])),
  );
}

/** A key as `readCell` takes it. */
function valueAt({ data }: Tensor, type: InputColumn['type'], row: number): unknown {
  const value = data[row];
  if (value === undefined || value === MISSING_STRING || Number.isNaN(value)) return null;
  if (type === 'bool') return value === 1;
  if (type === 'timestamp') return value === MISSING_TIMESTAMP ? null : isoTime(BigInt(value));
  return value;
}

/** The keys of JSON rows that the model itself does not take, for the request log; none where one cannot be written. */
export function keysOfRows(rows: readonly Record<string, unknown>[], manifest: ModelManifest): Tensor[] {
  const known = new Set(manifest.inputs.map(({ name }) => name));
  const columns = requestColumns(manifest).filter(({ name }) => !known.has(name));
  if (columns.length === 0) return [];
  const complete = rows.map((row) => Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null])));
  try {
    return Object.entries(encodeRows(complete, columns)).map(([name, tensor]) => ({
      name,
      datatype: datatypeOfOrt(tensor.type) as Datatype,
      shape: [...tensor.dims],
      data: tensor.data as TensorData,
    }));
  } catch {
    // A row that carries its features itself needs no key, and may have anything in its place.
    return [];
  }
}
