import type { GraphDocument } from './document.ts';

type Json = Record<string, unknown>;

/** `{"param": "NAME"}` stands for a graph parameter. */
export function parameterReference(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value);
  const name = (value as Json)['param'];
  return keys.length === 1 && keys[0] === 'param' && typeof name === 'string' ? name : undefined;
}

/** Params with every `{"param": NAME}` replaced by the default of that graph parameter; undefined names are listed. */
export function substituteParameters(
  params: Json,
  parameters: GraphDocument['parameters'],
): { params: Json; undefinedNames: { field: string; name: string }[] } {
  const undefinedNames: { field: string; name: string }[] = [];
  const visit = (value: unknown, field: string): unknown => {
    const name = parameterReference(value);
    if (name !== undefined) {
      const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
      if (parameter !== undefined && parameter.default !== undefined) return parameter.default;
      undefinedNames.push({ field, name });
      return value;
    }
    if (Array.isArray(value)) return value.map((item) => visit(item, field));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item, field)]));
    }
    return value;
  };
  const substituted = Object.fromEntries(Object.entries(params).map(([field, value]) => [field, visit(value, field)]));
  return { params: substituted, undefinedNames };
}

export interface ParameterOverride {
  node: string;
  param: string;
  value: unknown;
}

/** `NODE.PARAM=VALUE`; VALUE is JSON where it parses as JSON, else the text itself. Undefined when malformed. */
export function parseOverride(text: string): ParameterOverride | undefined {
  const match = /^([^.=]+)\.([^=]+)=([\s\S]*)$/.exec(text);
  if (match === null) return undefined;
  const [, node = '', param = '', raw = ''] = match;
  return { node, param, value: jsonOrText(raw) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The document with params replaced; overrides of nodes that do not exist are listed. */
export function applyOverrides(
  document: GraphDocument,
  overrides: readonly ParameterOverride[],
): { document: GraphDocument; unknownNodes: string[] } {
  const unknownNodes: string[] = [];
  let nodes = document.nodes;
  for (const { node: id, param, value } of overrides) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    if (node === undefined) unknownNodes.push(id);
    else nodes = { ...nodes, [id]: { ...node, params: { ...node.params, [param]: value } } };
  }
  return { document: { ...document, nodes }, unknownNodes };
}
