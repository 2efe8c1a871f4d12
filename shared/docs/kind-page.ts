import { z } from 'zod';
import { type NodeDefinition, portsOf } from '../node/define-node.ts';
import type { ParamMeta } from '../node/param-meta.ts';

export interface DocumentedPort {
  name: string;
  /** Types it takes or gives. */
  types: readonly string[];
  optional: boolean;
  many: boolean;
  doc: string;
}

export interface DocumentedParam {
  name: string;
  /** `number`, `a or b`, `list of text`. */
  type: string;
  /** As JSON; undefined: it must be given, or may be left out. */
  default: string | undefined;
  required: boolean;
  advanced: boolean;
  unit: string | undefined;
  description: string;
}

/** Everything a page about a kind says, from its definition alone. */
export interface KindPage {
  definition: NodeDefinition;
  inputs: DocumentedPort[];
  outputs: DocumentedPort[];
  params: DocumentedParam[];
}

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
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

/** How types of values are said. */
export interface TypeWords {
  /** By the JSON type. */
  types: Readonly<Record<string, string>>;
  or: string;
  any: string;
  listOf: (items: string) => string;
  values: string;
  between: (low: number, high: number) => string;
  atLeast: (low: number) => string;
  atMost: (high: number) => string;
}

/** In English; catalogues of texts take them from here. */
export const englishTypeWords = {
  types: {
    string: 'text',
    integer: 'whole number',
    number: 'number',
    boolean: 'yes or no',
    object: 'object',
    null: 'none',
  },
  or: 'or',
  any: 'any value',
  listOf: (items) => `list of ${items}`,
  values: 'values',
  between: (low, high) => `${low} to ${high}`,
  atLeast: (low) => `at least ${low}`,
  atMost: (high) => `at most ${high}`,
} satisfies TypeWords;

function typeText(schema: JsonSchema, words: TypeWords): string {
  const or = ` ${words.or} `;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(or);
  if (schema.anyOf) return [...new Set(schema.anyOf.map((option) => typeText(option, words)))].join(or);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  return types
    .map((type) =>
      type === 'array'
        ? words.listOf(schema.items ? typeText(schema.items, words) : words.values)
        : (words.types[type] ?? type),
    )
    .join(or);
}

function rangeText({ minimum, maximum }: JsonSchema, words: TypeWords): string {
  const low = minimum !== undefined && Math.abs(minimum) < Number.MAX_SAFE_INTEGER ? minimum : undefined;
  const high = maximum !== undefined && Math.abs(maximum) < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (low !== undefined && high !== undefined) return `, ${words.between(low, high)}`;
  if (low !== undefined) return `, ${words.atLeast(low)}`;
  return high === undefined ? '' : `, ${words.atMost(high)}`;
}

/** The page of a kind. Pure. */
export function kindPage(definition: NodeDefinition, words: TypeWords = englishTypeWords): KindPage {
  const schema = z.toJSONSchema(definition.params, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  const ports = portsOf(definition, definition.examples[0].params);
  return {
    definition,
    inputs: Object.entries(ports.inputs).map(([name, port]) => ({
      name,
      types: port.types,
      optional: port.optional ?? false,
      many: port.many ?? false,
      doc: port.doc,
    })),
    outputs: Object.entries(ports.outputs).map(([name, port]) => ({
      name,
      types: [port.type],
      optional: false,
      many: false,
      doc: port.doc,
    })),
    params: Object.entries(schema.properties ?? {}).flatMap(([name, param]): DocumentedParam[] => {
      if (param.ui?.control === 'hidden') return [];
      return [
        {
          name,
          type: `${typeText(param, words) || words.any}${rangeText(param, words)}`,
          default: 'default' in param ? JSON.stringify(param.default) : undefined,
          required: (schema.required ?? []).includes(name) && !('default' in param),
          advanced: param.advanced ?? false,
          unit: param.unit,
          description: param.description ?? '',
        },
      ];
    }),
  };
}
