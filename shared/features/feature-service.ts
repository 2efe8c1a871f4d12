import { z } from 'zod';
import { digestSchema } from '../artifact/manifest.ts';
import { AppError } from '../errors/app-error.ts';
import { canonicalJson } from '../plan/canonical-json.ts';
import type { TableSchema } from '../table/schema.ts';
import { featureViewSchema, viewNamePattern } from './feature-view.ts';

/** Stands between the name of a service and its version where both are given: `NAME@VERSION`. */
export const serviceVersionSeparator = '@';

export const featureServiceSchema = z.object({
  name: z.string().regex(viewNamePattern),
  version: z.number().int().min(1).max(1e6),
  /** In the order in which they are joined. */
  views: z
    .array(
      z.object({
        view: featureViewSchema,
        /** Of the view; in its order. */
        features: z.array(z.string()).min(1),
      }),
    )
    .min(1),
  description: z.string(),
  owner: z.string(),
});
/** A named, versioned choice of features: what a model may be trained on, and is then served with. */
export type FeatureService = z.infer<typeof featureServiceSchema>;

/** Under `meta.service` of a table artifact: the service, and the artifact of each of its views by its name. */
export const serviceArtifactSchema = featureServiceSchema.extend({ digests: z.record(z.string(), digestSchema) });
export type ServiceArtifact = z.infer<typeof serviceArtifactSchema>;

/** A service before anything has run: with the columns of each view by its name. */
export interface ServiceShape {
  service: FeatureService;
  schemas: Readonly<Record<string, TableSchema>>;
}

/** `NAME@VERSION` */
export function serviceLabel({ name, version }: Pick<FeatureService, 'name' | 'version'>): string {
  return `${name}${serviceVersionSeparator}${version}`;
}

/** The error where the rows of a view of a service were removed. */
export function viewRowsGone(view: string, service: Pick<FeatureService, 'name' | 'version'>): AppError {
  return new AppError(
    'artifact.not-found',
    `The rows of the view ${view} of the service ${serviceLabel(service)} are no longer stored.`,
    { fix: 'Run the Feature view steps of the service again.' },
  );
}

/** The view with the features of the service only. */
export function servedView({
  view,
  features,
}: FeatureService['views'][number]): FeatureService['views'][number]['view'] {
  return { ...view, features: view.features.filter(({ name }) => features.includes(name)) };
}

/**
 * What a version of a service promises, as one text: keys, times, times to live and chosen features of its views. Names of
 * owners and descriptions do not count, nor do features of the views that the service leaves out.
 */
export function servicePromise(service: FeatureService): string {
  return canonicalJson(
    service.views.map((chosen) => {
      const { name, keys, eventTimestamp, createdTimestamp, ttlSeconds, features } = servedView(chosen);
      return { name, keys, eventTimestamp, createdTimestamp, ttlSeconds, features };
    }),
  );
}
