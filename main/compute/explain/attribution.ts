import type { FeatureColumn } from '../../../shared/model/signature.ts';

/** How the columns of a feature matrix come from raw columns. */
export interface Attribution {
  /** Raw columns, in the order of the model's inputs. */
  columns: string[];
  /** Per matrix column: its name, of a wider feature with the label of the place. */
  encoded: string[];
  /** Per matrix column: the raw columns it is computed from, as indices. */
  sources: number[][];
}

/**
 * What is made of one column belongs to it; what is made of several, such as a product, is shared among them evenly.
 * A source that is no input of the model gets a place after the inputs.
 */
export function attributionOf(inputs: readonly { name: string }[], features: readonly FeatureColumn[]): Attribution {
  const columns = inputs.map(({ name }) => name);
  const places = new Map(columns.map((name, i) => [name, i]));
  const placeOf = (name: string): number => {
    const known = places.get(name);
    if (known !== undefined) return known;
    const place = columns.push(name) - 1;
    places.set(name, place);
    return place;
  };
  const encoded: string[] = [];
  const sources: number[][] = [];
  for (const { name, width, labels, sources: names } of features) {
    const of = [...new Set(names.length === 0 ? [name] : names)].map(placeOf);
    for (let i = 0; i < width; i++) {
      encoded.push(width === 1 ? name : `${name}: ${labels?.[i] ?? i}`);
      sources.push(of);
    }
  }
  return { columns, encoded, sources };
}

/**
 * @param contributions column-major [rows, matrix columns]
 * @returns row-major [rows, raw columns], with equal sums
 */
export function toRawColumns(attribution: Attribution, contributions: Float64Array, rows: number): Float64Array {
  const { columns, sources } = attribution;
  const width = columns.length;
  const result = new Float64Array(rows * width);
  sources.forEach((of, encoded) => {
    const share = 1 / of.length;
    for (const place of of) {
      for (let row = 0; row < rows; row++) {
        const at = row * width + place;
        result[at] = (result[at] as number) + share * (contributions[encoded * rows + row] as number);
      }
    }
  });
  return result;
}
