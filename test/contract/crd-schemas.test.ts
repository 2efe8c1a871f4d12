import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { exportContextOf } from '../../main/cluster/context-of-graph.ts';
import { plannedEndpoints } from '../../main/cluster/export-context.ts';
import { supportedTargets } from '../../main/cluster/supported-targets.ts';
import { renderBundle } from '../../main/cluster/targets.ts';
import { listTemplates } from '../../main/engine/templates.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import { readGraphText } from '../../shared/graph/read-graph.ts';
import { withExampleModels } from '../support/example-models.ts';
import { repositoryRoot } from '../support/run-slipway.ts';
import { spreadGraph } from '../support/spread-graph.ts';

// Schemas of the projects whose objects a bundle may hold; test material beside the checkout, not part of the product.
const schemasDir = join(repositoryRoot, '..', 'shared', 'crds');

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  [keyword: string]: unknown;
}

/** As the API server does with strict validation: a field the schema does not know is an error. */
function strict(schema: Schema): Schema {
  const result: Schema = { ...schema };
  delete result['format'];
  delete result['x-kubernetes-validations'];
  // Go's inline flags are no JavaScript.
  if (String(schema['pattern'] ?? '').includes('(?i)')) delete result['pattern'];
  if (schema['x-kubernetes-int-or-string'] === true) return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  if (schema.properties !== undefined) {
    result.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, strict(property)]),
    );
    const open = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-embedded-resource'];
    if (schema.additionalProperties === undefined && !open) result.additionalProperties = false;
  }
  if (schema.items !== undefined) result.items = strict(schema.items);
  if (typeof schema.additionalProperties === 'object')
    result.additionalProperties = strict(schema.additionalProperties);
  return result;
}

interface Crd {
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; schema: { openAPIV3Schema: Schema } }[];
  };
}

const present = existsSync(schemasDir);
const validators = new Map<string, (object: unknown) => string[]>();
if (present) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const file of readdirSync(schemasDir).filter((name) => name.endsWith('.json'))) {
    const crd = JSON.parse(readFileSync(join(schemasDir, file), 'utf8')) as Crd;
    for (const version of crd.spec.versions) {
      let validate: ReturnType<typeof ajv.compile> | undefined;
      validators.set(`${crd.spec.group}/${version.name} ${crd.spec.names.kind}`, (object) => {
        if (validate === undefined) {
          const schema = strict(version.schema.openAPIV3Schema);
          // apiVersion, kind and metadata are the API machinery's own and open here.
          schema.properties = { ...schema.properties, metadata: { type: 'object' } };
          validate = ajv.compile(schema);
        }
        return validate(object) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
      });
    }
  }
}

const templates = [...(await listTemplates()), { id: 'spread', text: JSON.stringify(spreadGraph()) }];
const cases = templates.flatMap((template) => {
  const context = withExampleModels(exportContextOf(readGraphText(template.text, definitionOf)));
  const serves = plannedEndpoints(context.plan).endpoints.length > 0;
  const composed = template.id === 'closed-loop' || !serves ? [] : ['argo,kserve', 'triton,kserve'];
  const targets = [...supportedTargets(context), ...composed];
  return targets.map((target) => ({ template, target, context, serves }));
});

/** Custom resources by the target that makes them. */
const expectedKinds: Readonly<Record<string, readonly string[]>> = {
  kubernetes: ['ServiceMonitor', 'PrometheusRule'],
  argo: ['WorkflowTemplate', 'Workflow'],
  kserve: ['ServingRuntime', 'InferenceService', 'PodMonitor', 'PrometheusRule', 'InferenceGraph'],
  ray: ['RayJob', 'RayService'],
  'argo,kserve': ['WorkflowTemplate', 'Workflow', 'ServingRuntime', 'InferenceService'],
  'triton,kserve': ['InferenceService'],
};

describe.skipIf(!present)('custom resources satisfy the schemas of their projects', () => {
  it.each(cases)('$template.id for $target', ({ target, context, serves }) => {
    const { files } = renderBundle(target, context);
    const objects = files
      .filter(
        (file) => /^(base|components)\//.test(file.path) && !/(kustomization|adapter-rules)\.yaml$/.test(file.path),
      )
      .flatMap((file) => parseAllDocuments(file.text).map((document) => document.toJS() as Record<string, unknown>));
    const custom = objects.filter((object) =>
      validators.has(`${String(object['apiVersion'])} ${String(object['kind'])}`),
    );
    if (serves) {
      const kinds = custom.map((object) => object['kind']);
      expect(kinds).toEqual(expect.arrayContaining([...(expectedKinds[target] ?? [])]));
    }
    for (const object of custom) {
      expect(validators.get(`${String(object['apiVersion'])} ${String(object['kind'])}`)?.(object)).toEqual([]);
    }
  });

  it('refuse an unknown field', () => {
    const validate = validators.get('argoproj.io/v1alpha1 Workflow');
    expect(
      validate?.({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', spec: { entrypoints: 'x' } }),
    ).not.toEqual([]);
  });
});
