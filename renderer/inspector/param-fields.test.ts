import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineNode } from '../../shared/node/define-node.ts';
import { paramMeta } from '../../shared/node/param-meta.ts';
import { definitions } from '../canvas/kind-search.ts';
import { paramErrors, paramFields } from './param-fields.ts';

const sample = defineNode({
  kind: 'data.sample',
  version: 1,
  stage: 'data',
  title: 'Sample',
  summary: 'Sample',
  keywords: [],
  params: z.object({
    path: z
      .string()
      .min(1)
      .meta(paramMeta({ ui: { control: 'path', extensions: ['csv'] } })),
    learningRate: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .meta(paramMeta({ unit: 'per tree', section: 'Growth' })),
    leaves: z.number().int().min(2).default(31),
    mode: z.enum(['auto', 'fast']).default('auto'),
    limit: z.number().nullable().default(null),
    names: z.array(z.string()).default([]),
    on: z.boolean().default(false),
    secret: z
      .string()
      .default('')
      .meta(paramMeta({ ui: { control: 'hidden' } })),
    types: z
      .record(z.string(), z.string())
      .default({})
      .meta(paramMeta({ advanced: true })),
  }),
  ports: { inputs: {}, outputs: {} },
  determinism: 'pure',
  deploy: { workload: 'job' },
  migrations: [],
  examples: [{ name: 'a', params: {}, note: 'a' }],
  help: '',
});

describe('paramFields', () => {
  it('derives controls, labels, sections and defaults from the schema', () => {
    const fields = Object.fromEntries(paramFields(sample).map((field) => [field.name, field]));
    expect(Object.keys(fields)).toEqual(['path', 'learningRate', 'leaves', 'mode', 'limit', 'names', 'on', 'types']);
    expect(fields.path).toMatchObject({ control: { control: 'path', extensions: ['csv'] }, optional: false });
    expect(fields.learningRate).toMatchObject({
      label: 'Learning rate',
      section: 'Growth',
      unit: 'per tree',
      default: 0.1,
      control: { control: 'number', integer: false, min: 0, max: 1 },
    });
    expect(fields.leaves?.control).toEqual({ control: 'number', integer: true, min: 2, max: undefined });
    expect(fields.mode?.control).toEqual({ control: 'choice', options: ['auto', 'fast'] });
    expect(fields.limit).toMatchObject({ nullable: true, control: { control: 'number' } });
    expect(fields.names?.control).toEqual({ control: 'strings', scalars: false });
    expect(fields.on?.control).toEqual({ control: 'switch' });
    expect(fields.types).toMatchObject({ advanced: true, control: { control: 'json' } });
  });

  it('makes lists of objects, unions, maps and secrets editable', () => {
    const controls = (kind: string) => {
      const definition = definitions.find((candidate) => candidate.kind === kind);
      if (!definition) throw new Error(`${kind} is not in the catalog.`);
      return Object.fromEntries(paramFields(definition).map(({ name, control }) => [name, control]));
    };
    const { conditions } = controls('data.filter');
    expect(conditions).toMatchObject({ control: 'records', shapes: [{ tag: undefined }] });
    const { expectations } = controls('data.expect');
    const shapes = expectations?.control === 'records' ? expectations.shapes : [];
    expect(shapes.map(({ tag }) => tag?.value)).toContain('range');
    const range = shapes.find(({ tag }) => tag?.value === 'range')?.fields;
    expect(range?.find(({ name }) => name === 'min')?.control).toEqual({ control: 'scalar' });
    expect(controls('data.select')['types']).toMatchObject({
      control: 'map',
      port: 'input',
      value: { control: 'choice' },
    });
    expect(controls('data.postgres')['password']).toEqual({ control: 'secret' });
  });

  it('gives every parameter of every kind a control', () => {
    for (const definition of definitions) {
      for (const field of paramFields(definition)) expect(field.label, `${definition.kind} ${field.name}`).not.toBe('');
    }
  });
});

describe('paramErrors', () => {
  it('names limits in plain words', () => {
    expect(paramErrors(sample, { path: '', learningRate: 2, leaves: 2.5 })).toEqual({
      path: 'Must not be empty.',
      learningRate: 'At most 1.',
      leaves: 'Needs a whole number.',
    });
    expect(paramErrors(sample, { path: 'a.csv' })).toEqual({});
  });
});
