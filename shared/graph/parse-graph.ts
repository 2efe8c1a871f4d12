import type { z } from 'zod';
import type { Diagnostic } from './diagnostic.ts';
import {
  type GraphDocument,
  graphEdgeSchema,
  graphFormat,
  graphFormatVersion,
  graphFrameSchema,
  graphGroupSchema,
  graphNodeSchema,
  graphParameterSchema,
} from './document.ts';
import { idPattern } from './ids.ts';
import { findJsonError } from './json-error.ts';
import { pointer } from './json-pointer.ts';
import { migrateFormat } from './migrate.ts';

/** Largest graph file read, in bytes of UTF-8. */
const maxGraphBytes = 32 * 1024 * 1024;
/** Deepest nesting of objects and arrays read. */
const maxGraphDepth = 64;

export interface ParsedGraph {
  /** What could be read, at the current format version; undefined where the input is no graph at all. */
  document: GraphDocument | undefined;
  /** False where saving `document` would lose something of the input: newer format, or parts that were left out. */
  writable: boolean;
  diagnostics: Diagnostic[];
}

type Json = Record<string, unknown>;

/** Reads the text of a graph file; total: every problem is a diagnostic. */
export function parseGraphText(text: string): ParsedGraph {
  if (isLargerThan(text, maxGraphBytes)) {
    return nothing({
      code: 'graph.too-large',
      message: `The graph file is larger than ${maxGraphBytes / 1024 / 1024} MiB.`,
      fix: 'Keep data in files that the graph refers to, not in the graph itself.',
    });
  }
  // Some editors begin a file with a byte order mark; JSON.parse takes none.
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return nothing(jsonProblem(json));
  }
  return parseGraphValue(value);
}

/** Reads a graph already parsed from JSON; total, never changes its input. */
export function parseGraphValue(value: unknown): ParsedGraph {
  if (isDeeperThan(value, maxGraphDepth)) {
    return nothing({
      code: 'graph.too-deep',
      message: `The graph is nested deeper than ${maxGraphDepth} levels.`,
      fix: 'Flatten the deepest parameter values.',
    });
  }
  if (!isObject(value)) {
    return nothing({
      code: 'graph.not-a-graph',
      message: `A graph file holds a JSON object; this one holds ${describe(value)}.`,
      fix: 'Open a file that ends in .slipway.json.',
    });
  }
  if (value['format'] !== graphFormat) {
    return nothing({
      code: 'graph.not-a-graph',
      message: `This is not a Slipway graph: "format" is ${describe(value['format'])}, expected "${graphFormat}".`,
      fix: `Open a file whose "format" is "${graphFormat}".`,
      path: '/format',
    });
  }
  const version = value['formatVersion'];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return nothing({
      code: 'graph.not-a-graph',
      message: `"formatVersion" is ${describe(version)}, expected a whole number from 1 to ${graphFormatVersion}.`,
      fix: `Set "formatVersion" to ${graphFormatVersion}.`,
      path: '/formatVersion',
    });
  }
  if (version > graphFormatVersion) {
    const read = readDocument(value);
    return {
      document: read.document,
      writable: false,
      diagnostics: [
        {
          path: '/formatVersion',
          code: 'graph.too-new',
          severity: 'error',
          message: `The graph has format version ${version}; this Slipway reads up to ${graphFormatVersion}.`,
          fix: 'Update Slipway to run or change this graph; it is open read-only and is left as it is.',
        },
      ],
    };
  }
  const read = readDocument(migrateFormat(value, version));
  return { document: read.document, writable: read.lossless, diagnostics: read.diagnostics };
}

function nothing(problem: { code: string; message: string; fix: string; path?: string }): ParsedGraph {
  return {
    document: undefined,
    writable: false,
    diagnostics: [
      { path: problem.path ?? '', code: problem.code, severity: 'error', message: problem.message, fix: problem.fix },
    ],
  };
}

function jsonProblem(text: string): { code: string; message: string; fix: string } {
  if (text.trim() === '') {
    return {
      code: 'graph.not-json',
      message: 'The graph file is empty.',
      fix: 'Restore it, or start from a template.',
    };
  }
  const found = findJsonError(text);
  if (found !== undefined && found.position >= text.trimEnd().length) {
    return {
      code: 'graph.not-json',
      message: `The graph file ends in the middle of its JSON, ${place(text, text.trimEnd().length)}.`,
      fix: 'The file was cut short: restore it from the .bak file beside it, from version control or a backup.',
    };
  }
  const where = found === undefined ? '' : `, ${place(text, found.position)}: expected ${found.expected}`;
  return {
    code: 'graph.not-json',
    message: `The graph file is not valid JSON${where}.`,
    fix: 'Correct the JSON at that place, or restore the .bak file beside it.',
  };
}

function place(text: string, position: number): string {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return `at line ${line}, column ${position - before.lastIndexOf('\n')} (position ${position})`;
}

function isLargerThan(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  // One UTF-16 unit is at most three bytes of UTF-8.
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const child of Object.values(item)) if (typeof child === 'object' && child !== null) next.push(child);
    }
    level = next;
  }
  return false;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

const nodeFields = ['title', 'pinned', 'variants', 'retry', 'timeoutMs', 'resources', 'device'] as const;

/** Keeps every part that has the right shape; what has not is named and left out. */
function readDocument(value: Json): { document: GraphDocument; lossless: boolean; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const report = (path: string, message: string, fix: string, node?: string, field?: string) => {
    diagnostics.push({
      path,
      code: 'graph.malformed',
      severity: 'error',
      message,
      fix,
      ...(node === undefined ? {} : { node }),
      ...(field === undefined ? {} : { field }),
    });
  };
  const section = (name: string): Json => {
    const found = value[name];
    if (isObject(found)) return found;
    if (found !== undefined)
      report(pointer(name), `"${name}" is ${describe(found)}, expected an object.`, 'Make it an object.');
    return {};
  };
  const list = (owner: Json, name: string, path: string): unknown[] => {
    const found = owner[name];
    if (Array.isArray(found)) return found;
    if (found !== undefined) report(path, `"${name}" is ${describe(found)}, expected a list.`, 'Make it a list.');
    return [];
  };
  const keepValid = (entries: Json, schema: z.ZodType, what: string, ...at: string[]): Json =>
    Object.fromEntries(
      Object.entries(entries).filter(([key, entry]) => {
        const parsed = schema.safeParse(entry);
        if (!parsed.success)
          report(
            pointer(...at, key),
            `${what} "${key}" cannot be read: ${issueText(parsed.error)}.`,
            'Correct or delete it.',
          );
        return parsed.success;
      }),
    );

  let id = value['id'];
  if (typeof id !== 'string' || !idPattern.test(id)) {
    report(
      '/id',
      `The graph id is ${describe(id)}, expected ${idPattern.source}.`,
      'Give the graph an id such as "flight-delays".',
    );
    id = 'graph';
  }
  let name = value['name'];
  if (typeof name !== 'string') {
    if (name !== undefined)
      report('/name', `The graph name is ${describe(name)}, expected text.`, 'Give the graph a name.');
    name = id;
  }

  const nodes = Object.fromEntries(
    Object.entries(section('nodes')).flatMap(([nodeId, node]) => {
      const read = readNode(nodeId, node, report);
      return read === undefined ? [] : [[nodeId, read] as const];
    }),
  );
  const edges = list(value, 'edges', '/edges').filter((edge, index) => {
    const parsed = graphEdgeSchema.safeParse(edge);
    if (!parsed.success)
      report(
        pointer('edges', index),
        `Edge ${index} is ${describe(edge)}, expected {"from": "node.port", "to": "node.port"}.`,
        'Correct or delete the edge.',
      );
    return parsed.success;
  });
  const layout = section('layout');
  const positions = layout['nodes'];
  if (positions !== undefined && !isObject(positions))
    report(
      '/layout/nodes',
      `"layout.nodes" is ${describe(positions)}, expected an object.`,
      'Delete it: the layout is made anew.',
    );
  const frames = list(layout, 'frames', '/layout/frames').filter((frame, index) => {
    const good = graphFrameSchema.safeParse(frame).success;
    if (!good)
      report(pointer('layout', 'frames', index), `Frame ${index} cannot be read.`, 'Correct or delete the frame.');
    return good;
  });

  const document = {
    ...value,
    id,
    name,
    nodes,
    edges,
    parameters: keepValid(section('parameters'), graphParameterSchema, 'Parameter', 'parameters'),
    groups: keepValid(section('groups'), graphGroupSchema, 'Group', 'groups'),
    layout: {
      ...layout,
      nodes: isObject(positions)
        ? Object.fromEntries(
            Object.entries(positions).filter(([nodeId, at]) => {
              const good = isObject(at) && Number.isFinite(at['x']) && Number.isFinite(at['y']);
              if (!good)
                report(
                  pointer('layout', 'nodes', nodeId),
                  `The position of "${nodeId}" cannot be read.`,
                  'Delete it: the layout is made anew.',
                );
              return good;
            }),
          )
        : {},
      frames,
    },
    // Every part was checked above, field by field.
  } as unknown as GraphDocument;
  return { document, lossless: diagnostics.length === 0, diagnostics };
}

function readNode(
  id: string,
  node: unknown,
  report: (path: string, message: string, fix: string, node?: string, field?: string) => void,
): Json | undefined {
  const at = pointer('nodes', id);
  if (!isObject(node)) {
    report(at, `Node "${id}" is ${describe(node)}, expected an object.`, 'Correct or delete the node.', id);
    return undefined;
  }
  if (typeof node['kind'] !== 'string') {
    report(
      `${at}/kind`,
      `The kind of node "${id}" is ${describe(node['kind'])}, expected text such as "data.file".`,
      'Give the node a kind.',
      id,
      'kind',
    );
    return undefined;
  }
  const version = node['version'] ?? 1;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    report(
      `${at}/version`,
      `The version of node "${id}" is ${describe(version)}, expected a whole number from 1.`,
      'Set it to 1.',
      id,
      'version',
    );
    return undefined;
  }
  const params = node['params'] ?? {};
  if (!isObject(params)) {
    report(
      `${at}/params`,
      `The params of node "${id}" are ${describe(params)}, expected an object.`,
      'Make them an object.',
      id,
      'params',
    );
    return undefined;
  }
  const bad = nodeFields.filter((field) => {
    if (!Object.hasOwn(node, field)) return false;
    const parsed = graphNodeSchema.shape[field].safeParse(node[field]);
    if (!parsed.success)
      report(
        `${at}/${field}`,
        `"${field}" of node "${id}" cannot be read: ${issueText(parsed.error)}.`,
        'Correct or delete it.',
        id,
        field,
      );
    return !parsed.success;
  });
  const kept = Object.entries(node).filter(([field]) => !(bad as string[]).includes(field));
  return { ...Object.fromEntries(kept), version, params };
}

function issueText(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it has the wrong shape';
  const where = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return `${where}${issue.message}`;
}
