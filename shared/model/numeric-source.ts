import type { FeatureSource } from './feature-sources.ts';

/** Why a source is no single number. */
export function refuseNonNumber(source: FeatureSource): { reason: string; fix: string } | undefined {
  if (source.kind === 'feature') {
    if (source.feature.text === true) return { reason: 'is text', fix: 'Encode it first.' };
    if (source.feature.width === 1) return undefined;
    return { reason: `has ${source.feature.width} values per row, and one is needed`, fix: 'Leave it out.' };
  }
  switch (source.column.type) {
    case 'bool':
    case 'int64':
    case 'float64':
      return undefined;
    case 'string':
      return { reason: 'is text', fix: 'Use the Encode step, or cast it to a number in an SQL step.' };
    case 'timestamp':
      return { reason: 'is a time', fix: 'Use the Date and time step first.' };
    case 'tensor':
      return { reason: 'is a tensor', fix: 'Use the Image step.' };
    case 'other':
      return { reason: `has the type ${source.column.sqlType}`, fix: 'Cast it to a number in an SQL step.' };
  }
}
