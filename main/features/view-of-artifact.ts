import type { ArtifactManifest } from '../../shared/artifact/manifest.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { type FeatureView, featureViewSchema } from '../../shared/features/feature-view.ts';

/** The view that a table artifact is; throws `features.mismatch` where it is none. */
export function viewOfArtifact({ manifest }: { manifest: ArtifactManifest }): FeatureView {
  const parsed = featureViewSchema.safeParse(manifest.meta['view']);
  if (parsed.success) return parsed.data;
  throw new AppError('features.mismatch', `The artifact ${manifest.digest.slice(0, 12)} is no feature view.`, {
    fix: 'Name the output of a Feature view step.',
  });
}
