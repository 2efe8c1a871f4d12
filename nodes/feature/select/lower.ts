import type { LoweredFeature, SourceValue } from '../../../main/compute/onnx/feature-values.ts';
import { AppError } from '../../../shared/errors/app-error.ts';

/** The feature itself where it is kept, nothing where it is not. */
export function lowerSelect({ source, value }: SourceValue, kept: ReadonlySet<string>): LoweredFeature[] {
  if (source.kind !== 'feature') throw new AppError('internal.bug', `“${source.name}” is no feature.`);
  return kept.has(source.name) ? [{ feature: source.feature, value }] : [];
}
