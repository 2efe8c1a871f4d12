import { castTo, type LoweredFeature, type SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import { attribute, type GraphBuilder, mlDomain, tensorProto } from '../../../main/compute/onnx/graph-builder.ts';
import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { encodedFeature } from './definition.ts';

/** `categories` has at least one entry: texts, or numbers (bool as 0 and 1). */
export interface EncodeState {
  method: 'ordinal' | 'one-hot' | 'frequency';
  categories: { values: string[] } | { values: number[]; names: string[] };
  /** Training rows of each category in their order, without a value, and in all. */
  rows: { each: number[]; missing: number; all: number };
  /** Training rows had values outside the kept categories. */
  others: boolean;
  /** Training rows had missing values. */
  missing: boolean;
}

const otherName = '(other)';
const missingName = '(missing)';

/** Ordinal: code FP32 [N, 1]. One-hot: FP32 [N, K] of 0 and 1. Frequency: share FP32 [N, 1]. */
export function lowerEncode(builder: GraphBuilder, source: SourceValue, state: EncodeState): LoweredFeature[] {
  const names = 'names' in state.categories ? state.categories.names : state.categories.values;
  const feature = encodedFeature(source.source);
  const count = names.length;
  if (state.method === 'ordinal') {
    const code = lookUp(builder, source, state, count, count + 1);
    const categories = [...names, otherName, missingName];
    return [{ feature: { ...feature, categories }, value: castTo(builder, code, 'FP32') }];
  }
  if (state.method === 'frequency') {
    const { each, missing, all } = state.rows;
    const shares = [...each, 0, missing].map((rows) => rows / all);
    const code = castTo(builder, lookUp(builder, source, state, count, count + 1), 'INT64');
    return [{ feature, value: builder.node('Gather', [builder.initializer('FP32', shares, [shares.length]), code]) }];
  }
  const labels = [...names, ...(state.others ? [otherName] : []), ...(state.missing ? [missingName] : [])];
  const width = labels.length;
  // Trap: OneHot counts a negative index from the end; one at or beyond the depth gives zeros everywhere.
  const nowhere = width;
  const other = state.others ? count : nowhere;
  const missing = state.missing ? width - 1 : nowhere;
  const index = castTo(builder, lookUp(builder, source, state, other, missing), 'INT64');
  const offAndOn = builder.initializer('FP32', [0, 1], [2]);
  // [N, 1] → [N, 1, K]
  const spread = builder.node('OneHot', [index, builder.int64([width]), offAndOn]);
  const value = builder.node('Squeeze', [spread, builder.int64([1])]);
  return [{ feature: { ...feature, width, labels }, value }];
}

/** Position of the category, `other` for unknown values and `missing` for none: [N, 1], INT64 or FP64. */
function lookUp(
  builder: GraphBuilder,
  { source, value }: SourceValue,
  { categories }: EncodeState,
  other: number,
  missing: number,
): string {
  const codes = [...categories.values.keys()];
  if (!('names' in categories)) {
    return builder.node(
      'LabelEncoder',
      [value],
      {
        keys_strings: attribute.strings([...categories.values, MISSING_STRING]),
        values_int64s: attribute.ints([...codes, missing]),
        default_int64: attribute.int(other),
      },
      { domain: mlDomain },
    );
  }
  // Raw integers and booleans are FP64 already; float32 keys could not tell integers above 2^24 apart.
  const number = source.kind === 'feature' ? castTo(builder, value, 'FP64') : value;
  const shape = [codes.length];
  const code = builder.node(
    'LabelEncoder',
    [number],
    {
      keys_tensor: attribute.tensor(tensorProto('FP64', categories.values, shape, 'keys')),
      values_tensor: attribute.tensor(tensorProto('FP64', codes, shape, 'values')),
      default_tensor: attribute.tensor(tensorProto('FP64', [other], [1], 'default')),
    },
    { domain: mlDomain },
  );
  return builder.node('Where', [builder.node('IsNaN', [number]), builder.initializer('FP64', [missing], []), code]);
}
