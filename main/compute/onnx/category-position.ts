import { MISSING_STRING } from '../../../shared/model/signature.ts';
import { castTo, type SourceValue } from './feature-values.ts';
import { attribute, type GraphBuilder, mlDomain, tensorProto } from './graph-builder.ts';

/** At least one: texts, or numbers (bool as 0 and 1) with the names they are shown by. */
export type Categories = { values: string[] } | { values: number[]; names: string[] };

/** Position of the category, `other` for unknown values and `missing` for none: [N, 1], INT64 or FP64. */
export function categoryPosition(
  builder: GraphBuilder,
  { source, value }: SourceValue,
  categories: Categories,
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
