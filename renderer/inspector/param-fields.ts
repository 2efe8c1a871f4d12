import { z } from 'zod';
import type { NodeDefinition } from '../../shared/node/define-node.ts';
import type { ParamMeta, ParamUi } from '../../shared/node/param-meta.ts';
import { labelOf } from './param-names.ts';
import { t } from './text.ts';

interface JsonSchema extends ParamMeta {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
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
  | { control: 'strings' }
  /** A value with no control of its own, edited as JSON. */
  | { control: 'json' }
  | Exclude<ParamUi, { control: 'hidden' }>;

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
  if (schema.ui && schema.ui.control !== 'hidden') return schema.ui;
  const [type] = typesOf(schema);
  if (schema.enum?.every((value) => typeof value === 'string')) {
    return { control: 'choice', options: schema.enum as string[] };
  }
  if (schema.anyOf?.every((option) => typeof option.const === 'string')) {
    return { control: 'choice', options: schema.anyOf.map((option) => String(option.const)) };
  }
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
      return schema.items && typesOf(schema.items)[0] === 'string' ? { control: 'strings' } : { control: 'json' };
    case undefined:
    default:
      return { control: 'json' };
  }
}

const cache = new WeakMap<object, ParamField[]>();

/** Form fields of a kind in declaration order; hidden ones are left out. */
export function paramFields(definition: NodeDefinition): ParamField[] {
  const known = cache.get(definition);
  if (known) return known;
  const root = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  const fields = Object.entries(root.properties ?? {}).flatMap(([name, raw]): ParamField[] => {
    if (raw.ui?.control === 'hidden') return [];
    const { schema, nullable } = withoutNull(raw);
    return [
      {
        name,
        label: schema.label ?? labelOf(name),
        description: schema.description,
        section: schema.section ?? '',
        advanced: schema.advanced ?? false,
        unit: schema.unit,
        optional: nullable || 'default' in raw || !(root.required ?? []).includes(name),
        nullable,
        default: raw.default,
        control: controlOf(schema),
      },
    ];
  });
  cache.set(definition, fields);
  return fields;
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
  return issue.message.charAt(0).toUpperCase() + issue.message.slice(1);
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
