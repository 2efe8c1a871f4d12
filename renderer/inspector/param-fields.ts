import type { ReactNode } from 'react';
import { z } from 'zod';
import type { FieldIds } from '../ui/field.tsx';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import type { ParamMeta, ParamUi } from '../../shared/node/param-meta.ts';
import { kindWords, labelOf, labelText } from '../translation/kind-text.ts';
import { t } from './text.ts';
import { engineText } from '../translation/engine-text.ts';
import { capitalized } from '../ui/format.ts';

interface JsonSchema extends ParamMeta {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
}

export type FieldControl =
  | { control: 'switch' }
  | { control: 'number'; integer: boolean; min: number | undefined; max: number | undefined }
  | { control: 'text' }
  | { control: 'choice'; options: string[] }
  | { control: 'strings' /** Texts that read as a number, true or false are kept as such. */; scalars: boolean }
  /** One text, number or truth value. */
  | { control: 'scalar' }
  /** Name of a secret. */
  | { control: 'secret' }
  /** A list of objects of one or several shapes. */
  | { control: 'records'; shapes: RecordShape[] }
  /** A record: column of a port → a value of this control. */
  | { control: 'map'; port: string; value: FieldControl }
  /** A value with no control of its own, edited as JSON. */
  | { control: 'json' }
  | Exclude<ParamUi, { control: 'hidden' | 'map' }>;

/** One shape of the objects of a list. */
export interface RecordShape {
  /** The property that tells the shapes apart, and its value here; undefined where there is one shape. */
  tag: { name: string; value: string } | undefined;
  fields: ParamField[];
}

/** One form field, derived from a parameter's schema and hints. */
export interface ParamField {
  name: string;
  label: string;
  description: string | undefined;
  section: string;
  advanced: boolean;
  unit: string | undefined;
  /** Missing values are allowed: optional, nullable or with a default. */
  optional: boolean;
  nullable: boolean;
  default: unknown;
  control: FieldControl;
}

/** Makes the control of a field inside another one: of an object of a list, of a value of a record. */
export type ControlRenderer = (props: {
  field: ParamField;
  ids: FieldIds;
  value: unknown;
  onChange: (value: unknown) => void;
}) => ReactNode;

function typesOf(schema: JsonSchema): string[] {
  return schema.type === undefined ? [] : Array.isArray(schema.type) ? schema.type : [schema.type];
}

/** Without the `null` alternative, and whether there was one. */
function withoutNull(schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  if (schema.anyOf) {
    const rest = schema.anyOf.filter((option) => option.type !== 'null');
    const [only] = rest;
    if (rest.length === 1 && only)
      return { schema: { ...schema, ...only }, nullable: rest.length < schema.anyOf.length };
    return { schema, nullable: rest.length < schema.anyOf.length };
  }
  const types = typesOf(schema);
  if (!types.includes('null')) return { schema, nullable: false };
  return { schema: { ...schema, type: types.filter((type) => type !== 'null') }, nullable: true };
}

function controlOf(schema: JsonSchema): FieldControl {
  const { ui } = schema;
  if (ui?.control === 'map') {
    const value = typeof schema.additionalProperties === 'object' ? controlOf(schema.additionalProperties) : undefined;
    return { control: 'map', port: ui.port, value: value ?? { control: 'text' } };
  }
  if (ui && ui.control !== 'hidden') return ui;
  const [type] = typesOf(schema);
  if (schema.enum?.every((value) => typeof value === 'string')) {
    return { control: 'choice', options: schema.enum as string[] };
  }
  if (schema.anyOf?.every((option) => typeof option.const === 'string')) {
    return { control: 'choice', options: schema.anyOf.map((option) => String(option.const)) };
  }
  if (isScalar(schema)) return { control: 'scalar' };
  switch (type) {
    case 'boolean':
      return { control: 'switch' };
    case 'number':
    case 'integer': {
      const safe = (value: number | undefined) =>
        value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value;
      return {
        control: 'number',
        integer: type === 'integer',
        min: safe(schema.minimum ?? schema.exclusiveMinimum),
        max: safe(schema.maximum ?? schema.exclusiveMaximum),
      };
    }
    case 'string':
      return { control: 'text' };
    case 'array':
      return listControl(schema.items);
    case 'object':
      return Object.keys(schema.properties ?? {}).join() === 'secret' ? { control: 'secret' } : { control: 'json' };
    case undefined:
    default:
      return { control: 'json' };
  }
}

const scalarTypes = ['string', 'number', 'integer', 'boolean'];

/** A choice of text, numbers and truth values. */
function isScalar(schema: JsonSchema): boolean {
  const types = schema.anyOf?.map((option) => typesOf(option)[0] ?? '') ?? typesOf(schema);
  return types.length > 1 && types.every((type) => scalarTypes.includes(type));
}

function listControl(items: JsonSchema | undefined): FieldControl {
  if (items === undefined) return { control: 'json' };
  if (isScalar(items)) return { control: 'strings', scalars: true };
  if (typesOf(items)[0] === 'string') return { control: 'strings', scalars: false };
  const options = items.oneOf ?? items.anyOf ?? [items];
  if (options.length === 0 || options.some((option) => option.properties === undefined)) return { control: 'json' };
  return { control: 'records', shapes: options.map(shapeOf) };
}

function shapeOf(schema: JsonSchema): RecordShape {
  const tag = Object.entries(schema.properties ?? {}).find(([, property]) => typeof property.const === 'string');
  const fields = fieldsOf(schema).filter(({ name }) => name !== tag?.[0]);
  return { tag: tag && { name: tag[0], value: String(tag[1].const) }, fields };
}

const cache = new WeakMap<object, ParamField[]>();

/** Form fields of a kind in declaration order; hidden ones are left out. */
export function paramFields(definition: NodeDefinition): ParamField[] {
  const known = cache.get(definition);
  if (known) return known;
  const root = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const fields = fieldsOf(root);
  cache.set(definition, fields);
  return fields;
}

function fieldsOf(root: JsonSchema): ParamField[] {
  return Object.entries(root.properties ?? {}).flatMap(([name, raw]): ParamField[] => {
    if (raw.ui?.control === 'hidden') return [];
    const { schema, nullable } = withoutNull(raw);
    return [
      {
        name,
        label: schema.label === undefined ? labelOf(name) : labelText(schema.label),
        description: schema.description === undefined ? undefined : kindWords(schema.description),
        section: schema.section === undefined ? '' : labelText(schema.section),
        advanced: schema.advanced ?? false,
        unit: schema.unit === undefined ? undefined : labelText(schema.unit),
        optional: nullable || 'default' in raw || !(root.required ?? []).includes(name),
        nullable,
        default: raw.default,
        control: controlOf(schema),
      },
    ];
  });
}

/** A schema issue in plain words. */
function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') {
    const limit = String(issue.minimum);
    if (issue.origin === 'string') return issue.minimum === 1 ? t.mustNotBeEmpty : t.atLeastCharacters(limit);
    if (issue.origin === 'array') return t.needsAtLeast(limit);
    return issue.inclusive ? t.atLeast(limit) : t.moreThan(limit);
  }
  if (issue.code === 'too_big') {
    const limit = String(issue.maximum);
    if (issue.origin === 'string') return t.atMostCharacters(limit);
    if (issue.origin === 'array') return t.takesAtMost(limit);
    return issue.inclusive ? t.atMost(limit) : t.lessThan(limit);
  }
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'int') return t.needsWholeNumber;
    return issue.input === undefined ? t.needsValue(issue.expected) : t.needsType(issue.expected);
  }
  if (issue.code === 'invalid_value') return t.oneOf(issue.values.map(String).join(', '));
  return capitalized(engineText(issue.message));
}

/** First problem per parameter, by the kind's own schema. */
export function paramErrors(definition: NodeDefinition, params: unknown): Record<string, string> {
  const parsed = definition.params.safeParse(params);
  if (parsed.success) return {};
  const errors: Record<string, string> = {};
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? '');
    errors[name] ??= issueText(issue);
  }
  return errors;
}
