import { z } from 'zod';
import type { ErrorCode } from '../../../shared/errors/codes.ts';
import type { FeatureService } from '../../../shared/features/feature-service.ts';
import { type FeatureView, referenceSeparator, viewNamePattern } from '../../../shared/features/feature-view.ts';
import { defineNode } from '../../../shared/node/define-node.ts';
import { paramMeta } from '../../../shared/node/param-meta.ts';
import type { TableSchema } from '../../../shared/table/schema.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';

const paramsSchema = z.object({
  name: z
    .string()
    .max(63)
    .default('')
    .describe('Name of the service: a letter, then letters, digits, _ or -. Requests ask for it by this name.'),
  version: z
    .number()
    .int()
    .min(1)
    .max(1e6)
    .default(1)
    .describe(
      'A new version for other features or another meaning. A version that a registered model uses stays as it is.',
    ),
  features: z
    .array(z.string())
    .max(2000)
    .default([])
    .describe('Features of the service, each as VIEW:FEATURE. None: all features of all views.'),
  description: z
    .string()
    .max(2000)
    .default('')
    .describe('What the service is for, for people who look for features.')
    .meta(paramMeta({ ui: { control: 'multiline' }, section: 'Catalog' })),
  owner: z
    .string()
    .max(200)
    .default('')
    .describe('Who to ask about it.')
    .meta(paramMeta({ section: 'Catalog' })),
});
export type ServiceParams = z.output<typeof paramsSchema>;

export interface ServiceProblem {
  field?: keyof ServiceParams;
  code: ErrorCode;
  message: string;
  fix: string;
}

/** The service that the params make of views, or what is wrong. */
export function serviceOf(
  views: readonly FeatureView[],
  params: ServiceParams,
): { service: FeatureService | undefined; problems: ServiceProblem[] } {
  const problems: ServiceProblem[] = [];
  if (!viewNamePattern.test(params.name)) {
    problems.push({
      field: 'name',
      code: 'params.invalid',
      message: params.name === '' ? 'The service has no name.' : `“${params.name}” is no name for a service.`,
      fix: 'Start with a letter, then use letters, digits, _ or -.',
    });
  }
  const names = views.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) {
    problems.push({
      code: 'features.mismatch',
      message: `Two views called “${twice}” are connected.`,
      fix: 'Rename one of them in its Feature view step.',
    });
  }
  for (const reference of params.features) {
    const problem = badReference(reference, views);
    if (problem !== undefined) problems.push(problem);
  }
  const chosen = new Set(params.features);
  const parts = views.flatMap((view) => {
    const features = view.features
      .map(({ name }) => name)
      .filter((name) => chosen.size === 0 || chosen.has(`${view.name}${referenceSeparator}${name}`));
    return features.length === 0 ? [] : [{ view, features }];
  });
  if (problems.length > 0 || parts.length === 0) return { service: undefined, problems };
  const { name, version, description, owner } = params;
  return { service: { name, version, views: parts, description, owner }, problems };
}

function badReference(reference: string, views: readonly FeatureView[]): ServiceProblem | undefined {
  const present = views.flatMap((view) => view.features.map(({ name }) => `${view.name}${referenceSeparator}${name}`));
  if (present.includes(reference)) return undefined;
  const near = nearMisses(reference, present);
  return {
    field: 'features',
    code: 'params.invalid',
    message: `“${reference}” is no feature of a connected view.`,
    fix:
      near.length === 0
        ? `Write VIEW:FEATURE: there are ${present.slice(0, 12).join(', ')}.`
        : `Did you mean ${near.map((candidate) => `“${candidate}”`).join(' or ')}?`,
  };
}

/** Something is connected that is no view. */
export function noViewConnected(): { message: string; fix: string } {
  return {
    message: 'A table without a description as a view is connected to “views”.',
    fix: 'Put a Feature view step last, right before this one.',
  };
}

/** One row per feature of a service, to look at. */
export const serviceListing: TableSchema = {
  columns: [
    { name: 'view', type: 'string', sqlType: 'VARCHAR' },
    { name: 'feature', type: 'string', sqlType: 'VARCHAR' },
    { name: 'type', type: 'string', sqlType: 'VARCHAR' },
    { name: 'keys', type: 'string', sqlType: 'VARCHAR' },
    { name: 'ttl_seconds', type: 'int64', sqlType: 'BIGINT' },
  ],
};

export const serviceNode = defineNode({
  kind: 'feature.service',
  version: 1,
  stage: 'feature',
  title: 'Feature service',
  summary: 'Groups features of several views under one name and version, which models are trained on and served with.',
  keywords: ['feature service', 'feature store', 'feature group', 'contract', 'catalog', 'version', 'feast'],
  params: paramsSchema,
  ports: {
    inputs: { views: { types: ['table'], many: true, doc: 'Feature views, each from a Feature view step.' } },
    outputs: {
      service: { type: 'table', doc: 'The list of its features. Connect it to the views of Join features.' },
    },
  },
  infer: (inputs, params) => {
    const tables = (inputs['views'] ?? []).flatMap((shape) => (shape.type === 'table' ? [shape] : []));
    const views = tables.flatMap(({ schema, view }) => (view === undefined ? [] : [{ schema, view }]));
    if (tables.length === 0) return { outputs: {}, problems: [] };
    if (views.length < tables.length) return { outputs: {}, problems: [noViewConnected()] };
    const { service, problems } = serviceOf(
      views.map(({ view }) => view),
      params,
    );
    const shown = problems.map(({ field, message, fix }) => ({
      message,
      fix,
      ...(field === undefined ? {} : { field }),
    }));
    if (service === undefined) return { outputs: {}, problems: shown };
    const schemas = Object.fromEntries(views.map(({ view, schema }) => [view.name, schema]));
    return {
      outputs: { service: { type: 'table', schema: serviceListing, service: { service, schemas } } },
      problems: shown,
    };
  },
  determinism: 'pure',
  resources: () => ({ cpu: 1, memoryBytes: 2 ** 27, seconds: 0.2 }),
  deploy: { workload: 'job' },
  migrations: [],
  examples: [
    {
      name: 'What departures are judged by',
      params: {
        name: 'departures',
        features: ['airport_delays:delay_3h', 'airport_delays:delay_24h', 'weather:wind'],
        owner: 'operations',
      },
      note: 'Three features of two views, under one name.',
    },
    { name: 'Everything', params: { name: 'departures', version: 2 }, note: 'All features of the connected views.' },
  ],
  help: `A **feature service** is what models are trained on: a named choice of features from one or more views. Connect
it to the *views* of Join features, in place of the views themselves. A second model needs no features of its own: give
its labels to another Join features step with the same service.

- A model remembers the service and the version it was trained with. Its endpoint says so with every answer
  (\`slipway-features: VIEW;version="…";service="NAME@2"\`), and the Features screen shows which models use which version.
- \`POST /features/get-online-features\` takes \`"feature_service": "NAME"\` (the newest version) or \`"NAME@2"\` in
  place of a list of features.
- A **version** is a promise: keys, times, times to live and features of its views. While no registered model uses it,
  it can be changed. From then on a changed choice needs a new version: a run that would change it fails and says which
  number is free. Newer rows of the views are no change.
`,
});
