import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testGraph } from '../../test/fixtures/kinds/graph.ts';
import { definitionOf } from '../../test/fixtures/kinds/kinds.ts';
import type { GraphDocument } from '../graph/document.ts';
import { canonicalJson } from './canonical-json.ts';
import { createPlan } from './create-plan.ts';
import { explainChange } from './explain.ts';
import type { KeyParts } from './plan.ts';
import { selectSteps } from './select-steps.ts';
import { stepKey } from './step-key.ts';

const options = { seed: 20_010_501, numRuns: 300 };

/** Acyclic graphs: node i takes from nodes before it. */
const dags = fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).map((nodes) =>
  testGraph(
    Object.fromEntries(
      nodes.map((sources, at) => {
        // Names whose order is not that of the edges.
        const name = (index: number) => `n${(index * 7) % 13}-${index}`;
        const inputs = at === 0 ? [] : [...new Set(sources.map((source) => `${name(source % at)}.value`))];
        return [name(at), inputs.length === 0 ? ['test.number', { value: at }] : ['test.sum', {}, inputs]];
      }),
    ),
  ),
);

function shuffled(document: GraphDocument, random: number): GraphDocument {
  const entries = Object.entries(document.nodes);
  const turned = entries
    .map((_, at) => entries[(at * 5 + random) % entries.length])
    .filter((entry) => entry !== undefined);
  const nodes = Object.fromEntries([...turned.reverse(), ...entries]);
  return { ...document, nodes, layout: { nodes: { x: { x: random, y: 2 } }, frames: [] } };
}

describe('the plan', () => {
  it('is a topological order of every step', () => {
    fc.assert(
      fc.property(dags, (document) => {
        const { plan, blocked, diagnostics } = createPlan(document, definitionOf);
        expect(diagnostics).toEqual([]);
        expect(blocked).toEqual([]);
        expect(plan.steps.map(({ id }) => id).sort()).toEqual(Object.keys(document.nodes).sort());
        const seen = new Set<string>();
        for (const step of plan.steps) {
          for (const { step: source } of Object.values(step.inputs).flat()) expect(seen).toContain(source);
          seen.add(step.id);
        }
      }),
      options,
    );
  });

  it('is the same for any order of nodes and any layout', () => {
    fc.assert(
      fc.property(dags, fc.nat(20), (document, random) => {
        expect(createPlan(shuffled(document, random), definitionOf).plan).toEqual(
          createPlan(document, definitionOf).plan,
        );
      }),
      options,
    );
  });

  it('blocks a broken node and exactly what is below it', () => {
    fc.assert(
      fc.property(dags, fc.nat(), (document, pick) => {
        const ids = Object.keys(document.nodes);
        const broken = ids[pick % ids.length] as string;
        const node = document.nodes[broken];
        if (node === undefined) return;
        const nodes = { ...document.nodes, [broken]: { ...node, params: { sleepMs: 'long' } } };
        const healthy = createPlan(document, definitionOf).plan;
        const { plan, blocked } = createPlan({ ...document, nodes }, definitionOf);
        const below = selectSteps(healthy, { from: broken, force: true }).forced;
        expect(new Set(blocked.map(({ id }) => id))).toEqual(below);
        expect(plan.steps.length + blocked.length).toBe(ids.length);
      }),
      options,
    );
  });

  it('selects what a step needs, or what follows it with what that needs', () => {
    fc.assert(
      fc.property(dags, fc.nat(), (document, pick) => {
        const { plan } = createPlan(document, definitionOf);
        const step = plan.steps[pick % plan.steps.length]?.id as string;
        for (const selection of [{ to: step }, { from: step }, { to: step, from: step }, {}]) {
          const { selected, unknown } = selectSteps(plan, selection);
          expect(unknown).toEqual([]);
          expect(selected).toContain(step);
          for (const { id, inputs } of plan.steps) {
            if (!selected.has(id)) continue;
            for (const { step: source } of Object.values(inputs).flat()) expect(selected).toContain(source);
          }
        }
      }),
      options,
    );
  });
});

const digests = fc.constantFrom('a'.repeat(64), 'b'.repeat(64));
const keyParts = fc.record({
  kind: fc.constantFrom('data.sql', 'data.file'),
  version: fc.integer({ min: 1, max: 2 }),
  code: digests,
  params: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 1 })),
  inputs: fc.dictionary(fc.constantFrom('input', 'other'), fc.array(digests, { minLength: 1, maxLength: 2 })),
  source: fc.constantFrom('', 'x'),
  environment: fc.constantFrom('', 'gpu'),
}) satisfies fc.Arbitrary<KeyParts>;

describe('the key', () => {
  it('changes exactly when the meaning does, and the change has a reason', () => {
    fc.assert(
      fc.property(keyParts, keyParts, (before, after) => {
        const same = canonicalJson(before) === canonicalJson(after);
        expect(stepKey(before) === stepKey(after)).toBe(same);
        expect(explainChange(before, after).reasons.length === 0).toBe(same);
      }),
      { ...options, numRuns: 1000 },
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(keyParts, (parts) => {
        const turned = Object.fromEntries(Object.entries(parts).reverse()) as KeyParts;
        expect(stepKey(turned)).toBe(stepKey(parts));
      }),
      options,
    );
  });

  it('is the SHA-256 of the canonical JSON', () => {
    const parts = {
      kind: 'k',
      version: 1,
      code: '',
      params: { b: 1, a: [true, null] },
      inputs: {},
      source: '',
      environment: '',
    };
    expect(canonicalJson(parts)).toBe(
      '{"code":"","environment":"","inputs":{},"kind":"k","params":{"a":[true,null],"b":1},"source":"","version":1}',
    );
    expect(stepKey(parts)).toBe('8d692c9eaa50faef2badd450543820bf892521826cb9980d686e49a14ba8d4fa');
  });
});

describe('reasons', () => {
  const parts: KeyParts = {
    kind: 'k',
    version: 1,
    code: 'c',
    params: { rate: 0.1 },
    inputs: { input: ['a'] },
    source: 's',
    environment: '',
  };
  it.each<[Partial<KeyParts>, string[], string[]]>([
    [{ params: { rate: 0.05 } }, ['params'], ['params.rate 0.1 → 0.05']],
    [{ params: { rate: 0.1, depth: 3 } }, ['params'], ['params.depth unset → 3']],
    [{ params: { rate: 'x'.repeat(60) } }, ['params'], ['params.rate changed']],
    [{ code: 'd' }, ['code'], ['code changed']],
    [{ source: 't' }, ['source'], ['file changed']],
    [{ inputs: { input: ['b'] } }, ['inputs'], ['input input changed']],
    [{ environment: 'gpu', version: 2 }, ['kind', 'environment'], ['version 1 → 2', 'environment changed']],
  ])('%j', (change, changed, reasons) => {
    expect(explainChange(parts, { ...parts, ...change })).toEqual({ changed, reasons });
  });

  it.each([
    ['data.stream', 'log 10 d1', 'log 1210 d2', '1,200 new events'],
    ['data.stream', 'log 10 d1', 'other 2 d2', 'another stream'],
    ['data.postgres', 'a', 'b', 'new rows'],
    ['data.file', 'a', 'b', 'file changed'],
  ])('of %s say what changed outside', (kind, before, after, reason) => {
    const source = { ...parts, kind, source: before };
    expect(explainChange(source, { ...source, source: after }).reasons).toEqual([reason]);
  });
});
