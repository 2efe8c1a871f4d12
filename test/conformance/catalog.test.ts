import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalog, type NodeKind } from '../../nodes/catalog.ts';
import { runners } from '../../nodes/runners.ts';
import { type NodeDefinition, portsOf, stages } from '../../shared/node/define-node.ts';

const nodesDir = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'nodes');
const definitions: NodeDefinition[] = Object.values(catalog);

/** Folders that hold a definition, as `stage/name`. */
const folders = stages.flatMap((stage) => {
  const dir = join(nodesDir, stage);
  return existsSync(dir)
    ? readdirSync(dir)
        .filter((name) => existsSync(join(dir, name, 'definition.ts')))
        .map((name) => `${stage}.${name}`)
    : [];
});

it('has every folder with a definition in the catalog, and the other way round', () => {
  expect(Object.keys(catalog).toSorted()).toEqual(folders.toSorted());
});

it('has a runner for every batch kind and for no other', () => {
  const batch = definitions.filter((definition) => definition.deploy.workload === 'job').map(({ kind }) => kind);
  expect(Object.keys(runners).toSorted()).toEqual(batch.toSorted());
});

describe.each(definitions.map((definition) => [definition.kind, definition] as const))('%s', (kind, definition) => {
  it('is named after its folder and stage', () => {
    expect(kind).toMatch(/^(data|feature|train|serve|monitor)\.[a-z][a-z0-9-]*$/);
    expect(kind.startsWith(`${definition.stage}.`)).toBe(true);
    expect((catalog as Record<string, NodeDefinition>)[kind]).toBe(definition);
  });

  it('counts its version from its migrations', () => {
    expect(definition.version).toBe(definition.migrations.length + 1);
  });

  it('describes itself and every parameter', () => {
    expect(definition.title.length).toBeGreaterThan(0);
    expect(definition.summary.length).toBeGreaterThan(10);
    expect(definition.help.length).toBeGreaterThan(40);
    const schema = z.toJSONSchema(definition.params, { io: 'input' });
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      expect(typeof property === 'object' && property.description, `parameter ${name} has no description`).toBeTruthy();
    }
  });

  it('has examples that parse and say what they show', () => {
    for (const example of definition.examples) {
      const parsed = definition.params.safeParse(example.params);
      expect(parsed.error?.issues ?? [], example.name).toEqual([]);
      expect(example.note.length).toBeGreaterThan(0);
      const ports = portsOf(definition, example.params);
      for (const port of [...Object.keys(ports.inputs), ...Object.keys(ports.outputs)]) {
        expect(port).toMatch(/^[A-Za-z][A-Za-z0-9_-]*$/);
      }
    }
  });

  it('gives ports and shapes whatever the params and without inputs', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        const ports = portsOf(definition, params);
        expect(ports.outputs).toBeTypeOf('object');
        const parsed = definition.params.safeParse(params);
        if (definition.infer && parsed.success) {
          const inferred = definition.infer({}, parsed.data);
          expect(Array.isArray(inferred.problems)).toBe(true);
        }
      }),
      { seed: 7, numRuns: 60 },
    );
    for (const example of definition.examples) {
      const empty = Object.fromEntries(
        Object.keys(portsOf(definition, example.params).inputs).map((name) => [name, []]),
      );
      expect(() => definition.infer?.(empty, definition.params.parse(example.params))).not.toThrow();
    }
  });

  it('says whether it is lowered, where it computes features or models', () => {
    const fits = Object.values(portsOf(definition, definition.examples[0].params).inputs).some((port) => port.fits);
    if (fits) expect(definition.lowering).toBeDefined();
  });

  it('loads its runner', async () => {
    if (definition.deploy.workload !== 'job') return;
    const { runner } = (await runners[kind as NodeKind]?.()) ?? {};
    expect(runner?.run).toBeTypeOf('function');
    if (definition.determinism === 'external') expect(runner?.probe).toBeTypeOf('function');
  });
});
