import type { FeatureSource } from './feature-sources.ts';

/** Why a source cannot be used, and what to do about it. */
export interface SourceRefusal {
  reason: string;
  fix: string;
}

/** Why a source is no single number or text. */
export function refuseNonScalar(source: FeatureSource): SourceRefusal | undefined {
  if (source.kind === 'feature') {
    if (source.feature.width === 1) return undefined;
    return { reason: `has ${source.feature.width} values per row, and one is needed`, fix: 'Leave it out.' };
  }
  switch (source.column.type) {
    case 'bool':
    case 'int64':
    case 'float64':
    case 'string':
      return undefined;
    case 'timestamp':
      return { reason: 'is a time', fix: 'Use the Date and time step first.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Use the Image step.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to a number or text in an SQL step.' };
  }
}

/** Why a source is no single number. */
export function refuseNonNumber(source: FeatureSource): SourceRefusal | undefined {
  if (source.kind === 'feature' && source.feature.text === true) return { reason: 'is text', fix: 'Encode it first.' };
  if (source.kind === 'column' && source.column.type === 'string') {
    return { reason: 'is text', fix: 'Use the Encode step, or cast it to a number in an SQL step.' };
  }
  return refuseNonScalar(source);
}
