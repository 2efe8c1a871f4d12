import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../test/fixtures/kinds/kinds.ts';
import { createPlan } from '../plan/create-plan.ts';
import { canonicalGraphText } from './canonical.ts';
import { canConnect } from './connect.ts';
import type { GraphDocument } from './document.ts';
import { findJsonError } from './json-error.ts';
import { migrateNodes } from './migrate.ts';
import { parseGraphText, parseGraphValue } from './parse-graph.ts';
import { readGraphValue } from './read-graph.ts';
import { validateGraph } from './validate.ts';

const seed = { seed: 20_010_101, numRuns: 300 };
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'constructor', 'x-1', '0_');
const anyId = fc.oneof(ids, fc.string({ maxLength: 5 }));
const ends = fc.oneof(
  fc.tuple(ids, fc.constantFrom('value', 'values', 'model', 'toString')).map(([id, port]) => `${id}.${port}`),
  fc.string({ maxLength: 6 }),
);
const kinds = fc.constantFrom(
  'test.number',
  'test.sum',
  'test.model',
  'test.service',
  'graph.group',
  'no.kind',
  '__proto__',
);
const groupNodes = fc.dictionary(
  ids,
  fc.record({
    kind: kinds,
    version: fc.constant(1),
    params: fc.oneof(fc.record({ group: ids, q: fc.jsonValue() }), fc.dictionary(fc.string(), fc.jsonValue())),
  }),
);
const groups = fc.dictionary(
  ids,
  fc.record({
    nodes: groupNodes,
    edges: fc.array(fc.record({ from: ends, to: ends })),
    inputs: fc.dictionary(ids, fc.record({ to: fc.array(ends) })),
    outputs: fc.dictionary(ids, fc.record({ from: ends })),
    parameters: fc.dictionary(fc.constantFrom('q', 'group', '__proto__'), fc.record({ type: fc.constant('number') })),
  }),
);
const wellFormed = {
  format: fc.constant('slipway/graph'),
  formatVersion: fc.constant(1),
  id: ids,
  name: fc.string(),
  nodes: fc.dictionary(
    ids,
    fc.record({
      kind: kinds,
      version: fc.integer({ min: 1, max: 3 }),
      params: fc.oneof(fc.record({ group: ids, q: fc.jsonValue() }), fc.dictionary(fc.string(), fc.jsonValue())),
    }),
  ),
  edges: fc.array(fc.record({ from: ends, to: ends })),
  parameters: fc.dictionary(fc.string(), fc.record({ type: fc.constant('number'), default: fc.jsonValue() })),
  groups,
  layout: fc.record({
    nodes: fc.dictionary(ids, fc.record({ x: fc.integer(), y: fc.integer() })),
    frames: fc.constant([]),
    zoom: fc.integer(),
  }),
  remark: fc.jsonValue(),
};
const documents = fc
  .record(wellFormed, { requiredKeys: ['format', 'formatVersion', 'id', 'name', 'nodes', 'edges'] })
  .map(plainJson);
/** Like a graph, but any part may be anything. */
const nearly = fc
  .record(
    Object.fromEntries(
      Object.entries({ ...wellFormed, nodes: fc.dictionary(anyId, fc.oneof(wellFormed.nodes, fc.jsonValue())) }).map(
        ([name, arbitrary]) => [
          name,
          fc.oneof({ weight: 6, arbitrary: arbitrary as fc.Arbitrary<unknown> }, fc.jsonValue()),
        ],
      ),
    ),
    { requiredKeys: ['format', 'formatVersion'] },
  )
  .map(plainJson);
const anyJson = fc.oneof(nearly, documents, fc.jsonValue());

/** As a file would give it: own properties only, no undefined, no -0. */
function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('reading a graph', () => {
  it('is total on any JSON and leaves it as it is', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const before = JSON.stringify(value);
        const { document, diagnostics, writable } = readGraphValue(value, definitionOf);
        expect(JSON.stringify(value)).toBe(before);
        if (document === undefined) expect(diagnostics.length).toBeGreaterThan(0);
        else {
          canonicalGraphText(document);
          createPlan(document, definitionOf);
          canConnect(document, definitionOf, 'a.value', 'b.values');
        }
        if (!writable) expect(diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
      }),
      seed,
    );
  });

  it('is total on any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          documents.chain((value) => cut(JSON.stringify(value))),
        ),
        (text) => {
          const parsed = parseGraphText(text);
          expect(parsed.document !== undefined || parsed.diagnostics.length > 0).toBe(true);
        },
      ),
      seed,
    );
  });

  it('finds an error exactly in what is not JSON', () => {
    const almost = fc
      .tuple(documents, fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', '0', 'x', '\n'))
      .map(([value, at, put]) => {
        const text = JSON.stringify(value);
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(almost, fc.json(), fc.string()), (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const found = findJsonError(text);
        expect(found === undefined).toBe(valid);
        expect(found?.position ?? 0).toBeLessThanOrEqual(text.length);
      }),
      { ...seed, numRuns: 3000 },
    );
  });

  it('keeps every field of a well-formed document, known or not', () => {
    fc.assert(
      fc.property(documents, (value) => {
        const { document, writable } = parseGraphValue(value);
        expect(writable).toBe(true);
        expect(document).toMatchObject(value as object);
      }),
      seed,
    );
  });
});

describe('canonical text', () => {
  it('reads back as the same document, and is the same for any key order', () => {
    fc.assert(
      fc.property(documents, (value) => {
        const document = parseGraphValue(value).document as GraphDocument;
        const text = canonicalGraphText(document);
        const again = parseGraphText(text);
        expect(again.writable).toBe(true);
        expect(again.document).toEqual(document);
        expect(canonicalGraphText(again.document as GraphDocument)).toBe(text);
        expect(canonicalGraphText(reversed(document) as GraphDocument)).toBe(text);
        expect(JSON.parse(text)).toEqual(plainJson(document));
      }),
      seed,
    );
  });
});

describe('migration', () => {
  it('does nothing the second time', () => {
    fc.assert(
      fc.property(documents, (value) => {
        const document = parseGraphValue(value).document as GraphDocument;
        const once = migrateNodes(document, definitionOf).document;
        expect(migrateNodes(once, definitionOf).document).toBe(once);
      }),
      seed,
    );
  });
});

describe('validation', () => {
  it('agrees with canConnect: an accepted edge adds no error', () => {
    fc.assert(
      fc.property(documents, ends, ends, (value, from, to) => {
        const document = parseGraphValue(value).document as GraphDocument;
        const added = { ...document, edges: [...document.edges, { from, to }] };
        const errors = (graph: GraphDocument) =>
          new Set(
            validateGraph(graph, definitionOf)
              .filter(({ severity, code }) => severity === 'error' && code !== 'graph.input-missing')
              .map(({ code, message }) => `${code} ${message}`),
          );
        const before = errors(document);
        const fresh = [...errors(added)].filter((error) => !before.has(error));
        if (canConnect(document, definitionOf, from, to).ok) expect(fresh).toEqual([]);
      }),
      { ...seed, numRuns: 1000 },
    );
  });
});

function cut(text: string): fc.Arbitrary<string> {
  return fc.nat(text.length).map((length) => text.slice(0, length));
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
