import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testGraph } from '../../test/fixtures/kinds/graph.ts';
import { definitionOf } from '../../test/fixtures/kinds/kinds.ts';
import { portsOf } from '../node/define-node.ts';
import { createPlan } from '../plan/create-plan.ts';
import { selectSteps } from '../plan/select-steps.ts';
import { canonicalGraphText } from './canonical.ts';
import { canConnect } from './connect.ts';
import type { GraphDocument } from './document.ts';
import { expandGroups } from './expand-groups.ts';
import { definitionOfNode, groupDocument } from './group-definition.ts';
import { innerStepId } from './group-ids.ts';
import { idPattern, parsePortRef } from './ids.ts';
import { mapItemIds } from './map-items.ts';
import { parseGraphText } from './parse-graph.ts';
import { validateGraph } from './validate.ts';

const node = (kind: string, params: Record<string, unknown> = {}) => ({ kind, version: 1, params });
const place = (group: string, values: Record<string, unknown> = {}) => node('graph.group', { group, ...values });

/** `one` and `two` into a group that adds and rounds them, then `last`. */
function grouped(changes: Partial<GraphDocument> = {}): GraphDocument {
  return {
    ...testGraph({ one: ['test.number', { value: 1 }], two: ['test.number', { value: 2 }] }),
    nodes: {
      one: node('test.number', { value: 1 }),
      two: node('test.number', { value: 2 }),
      add: place('adding', { digits: 3 }),
      last: node('test.sum'),
    },
    edges: [
      { from: 'one.value', to: 'add.numbers' },
      { from: 'two.value', to: 'add.numbers' },
      { from: 'add.total', to: 'last.values' },
    ],
    groups: {
      adding: {
        nodes: { sum: node('test.sum'), round: node('test.sum', { digits: { param: 'digits' } }) },
        edges: [{ from: 'sum.value', to: 'round.values' }],
        inputs: { numbers: { to: ['sum.values'] } },
        outputs: { total: { from: 'round.value' } },
        parameters: { digits: { type: 'integer', default: 9 } },
      },
    },
    ...changes,
  };
}

const flat = testGraph({
  one: ['test.number', { value: 1 }],
  two: ['test.number', { value: 2 }],
  'add--sum': ['test.sum', {}, ['one.value', 'two.value']],
  'add--round': ['test.sum', { digits: 3 }, ['add--sum.value']],
  last: ['test.sum', {}, ['add--round.value']],
});

function codes(document: GraphDocument): string[] {
  return validateGraph(document, definitionOf).map(({ code }) => code);
}

describe('a group', () => {
  it('is planned as the nodes inside it', () => {
    const { plan, diagnostics, blocked } = createPlan(grouped(), definitionOf);
    expect(diagnostics).toEqual([]);
    expect(blocked).toEqual([]);
    expect(plan.steps.map(({ path: _path, ...step }) => step)).toEqual(createPlan(flat, definitionOf).plan.steps);
    expect(plan.steps.find(({ id }) => id === 'add--round')?.path).toEqual(['add', 'round']);
    expect(plan.steps.find(({ id }) => id === 'last')).not.toHaveProperty('path');
  });

  it('has the ports of the nodes inside and a parameter for each of its own', () => {
    const document = grouped();
    const add = document.nodes['add'] as GraphDocument['nodes'][string];
    const definition = definitionOfNode(document, add, definitionOf);
    if (definition === undefined) throw new Error('The group has no definition.');
    expect(portsOf(definition, add.params)).toMatchObject({
      inputs: { numbers: { types: ['report'], many: true } },
      outputs: { total: { type: 'report' } },
    });
    expect(definition.params.parse({ group: 'adding' })).toEqual({ group: 'adding', digits: 9 });
    expect(definitionOfNode(document, add, definitionOf)).toBe(definition);
  });

  it('is selected whole by the id of its node', () => {
    const { plan } = createPlan(grouped(), definitionOf);
    expect(selectSteps(plan, { to: 'add' }).selected).toEqual(new Set(['one', 'two', 'add--sum', 'add--round']));
    expect(selectSteps(plan, { to: 'add--sum' }).selected).toEqual(new Set(['one', 'two', 'add--sum']));
    expect(selectSteps(plan, { to: 'none' }).unknown).toEqual(['none']);
  });

  it('can be used again and inside another group, with values passed down', () => {
    const outer = {
      nodes: { inner: place('adding', { digits: { param: 'precision' } }), more: place('adding') },
      edges: [{ from: 'inner.total', to: 'more.numbers' }],
      inputs: { values: { to: ['inner.numbers', 'more.numbers'] } },
      outputs: { all: { from: 'more.total' } },
      parameters: { precision: { type: 'integer' as const } },
    };
    const document = grouped({
      nodes: { one: node('test.number'), both: place('outer', { precision: { param: 'graph-wide' } }) },
      edges: [{ from: 'one.value', to: 'both.values' }],
      parameters: { 'graph-wide': { type: 'integer', default: 5 } },
      groups: { ...grouped().groups, outer },
    });
    const { plan, diagnostics } = createPlan(document, definitionOf);
    expect(diagnostics).toEqual([]);
    expect(
      plan.steps.map(({ id, params, inputs }) => [id, params['digits'], inputs['values']?.map(({ step }) => step)]),
    ).toEqual([
      ['one', undefined, undefined],
      ['both--inner--sum', 9, ['one']],
      ['both--inner--round', 5, ['both--inner--sum']],
      ['both--more--sum', 9, ['both--inner--round', 'one']],
      ['both--more--round', 9, ['both--more--sum']],
    ]);
    expect(selectSteps(plan, { to: 'both--inner' }).selected.size).toBe(3);
  });

  it('passes pins, retries and limits of its node on to the steps', () => {
    const document = grouped();
    const retry = { attempts: 3 };
    document.nodes['add'] = { ...place('adding'), pinned: true, retry, timeoutMs: 50 };
    const { nodes } = expandGroups(document, definitionOf).document;
    expect(nodes['add--sum']).toMatchObject({ pinned: true, retry, timeoutMs: 50 });
    expect(nodes['last']).not.toHaveProperty('pinned');
  });

  it('keeps its form when it is saved and read', () => {
    const text = canonicalGraphText(grouped());
    const { document, diagnostics } = parseGraphText(text);
    expect(diagnostics).toEqual([]);
    expect(canonicalGraphText(document as GraphDocument)).toBe(text);
    expect(groupDocument(grouped(), 'adding')).toMatchObject({ nodes: { sum: {}, round: {} }, layout: { frames: [] } });
    expect(groupDocument(grouped(), 'none')).toBeUndefined();
  });
});

describe('problems of groups', () => {
  it('name the node inside and where it is written', () => {
    const document = grouped();
    (document.groups['adding'] as GraphDocument['groups'][string]).nodes['round'] = node('test.sum', { digits: 'x' });
    const [problem] = validateGraph(document, definitionOf);
    expect(problem).toMatchObject({
      path: '/groups/adding/nodes/round/params/digits',
      node: 'add--round',
      groupPath: ['add', 'round'],
      field: 'digits',
      code: 'params.invalid',
    });
    const { plan, blocked } = createPlan(document, definitionOf);
    expect(plan.steps.map(({ id }) => id)).toEqual(['one', 'two', 'add--sum']);
    expect(blocked.map(({ id }) => id)).toEqual(['add--round', 'last']);
  });

  it('name the input of the group that nothing is connected to', () => {
    const [problem] = validateGraph(grouped({ edges: [{ from: 'add.total', to: 'last.values' }] }), definitionOf);
    expect(problem).toMatchObject({
      path: '/nodes/add',
      node: 'add--sum',
      field: 'numbers',
      code: 'graph.input-missing',
    });
    expect(problem?.message).toContain('"add" has nothing connected to its input "numbers"');
  });

  it('name edges inside, wrong ports of the group and edges that lead nowhere', () => {
    const document = grouped();
    const group = document.groups['adding'] as GraphDocument['groups'][string];
    group.edges.push({ from: 'one.value', to: 'round.values' });
    group.inputs['lost'] = { to: ['gone.values'] };
    document.edges.push({ from: 'one.value', to: 'add.nothing' }, { from: 'add.nothing', to: 'last.values' });
    const found = validateGraph(document, definitionOf).map(({ path, code }) => `${code} ${path}`);
    expect(found).toEqual([
      'graph.dangling-edge /groups/adding/inputs/lost/to/0',
      'graph.unknown-port /edges/3',
      'graph.unknown-port /edges/4',
      'graph.dangling-edge /groups/adding/edges/1',
    ]);
    // A node of the graph is out of reach inside a group, even one of that name.
    expect(createPlan(document, definitionOf).blocked.map(({ id }) => id)).toEqual(['add--round', 'last']);
  });

  it('ask for values without a default and refuse what is no parameter', () => {
    const document = grouped();
    const group = document.groups['adding'] as GraphDocument['groups'][string];
    group.parameters = { digits: { type: 'integer' } };
    document.nodes['add'] = place('adding', { digit: 1 });
    const found = validateGraph(document, definitionOf).map(
      ({ path, code, severity }) => `${severity} ${code} ${path}`,
    );
    expect(found).toContain('error params.undefined-parameter /nodes/add/params/digits');
    expect(found).toContain('warning params.unknown /nodes/add/params/digit');
    expect(createPlan(document, definitionOf).plan.steps.map(({ id }) => id)).toEqual(['one', 'two', 'add--sum']);
  });

  it('refuse unknown groups, groups inside themselves and floods of nodes', () => {
    expect(codes(grouped({ groups: {} }))).toEqual(['graph.unknown-group']);
    const newer = { ...grouped().nodes, add: { ...place('adding'), version: 2 } };
    expect(codes(grouped({ nodes: newer }))).toEqual(['graph.node-too-new']);
    const self = { nodes: { again: place('self') }, edges: [], inputs: {}, outputs: {} };
    const cyclic = grouped({ nodes: { start: place('self') }, edges: [], groups: { self } });
    expect(validateGraph(cyclic, definitionOf)).toMatchObject([
      { code: 'graph.group-cycle', path: '/groups/self/nodes/again/params/group', groupPath: ['start', 'again'] },
    ]);
    const level = (below: string) => ({
      nodes: Object.fromEntries(
        Array.from({ length: 20 }, (_, at) => [`n${at}`, below === '' ? node('test.number') : place(below)]),
      ),
      edges: [],
      inputs: { x: { to: Array.from({ length: 20 }, (_, at) => `n${at}.x`) } },
      outputs: {},
    });
    const groups = { a: level('b'), b: level('c'), c: level('d'), d: level('e'), e: level('') };
    const flood = grouped({ nodes: { all: place('a') }, edges: [{ from: 'q.x', to: 'all.x' }], groups });
    expect(codes(flood)).toContain('graph.too-large');
    const deep = Object.fromEntries(
      Array.from({ length: 20 }, (_, at) => [
        `g${at}`,
        { nodes: { next: place(`g${at + 1}`) }, edges: [], inputs: {}, outputs: {} },
      ]),
    );
    expect(codes(grouped({ nodes: { all: place('g0') }, edges: [], groups: deep }))).toContain('graph.too-deep');
  });

  it('are seen before a connection is made', () => {
    expect(canConnect(grouped(), definitionOf, 'one.value', 'add.nothing')).toMatchObject({
      ok: false,
      code: 'graph.unknown-port',
    });
    expect(canConnect(grouped(), definitionOf, 'last.value', 'add.numbers')).toMatchObject({
      ok: false,
      code: 'graph.cycle',
    });
    expect(canConnect(grouped({ edges: [] }), definitionOf, 'one.value', 'add.numbers')).toEqual({ ok: true });
  });
});

describe('a map', () => {
  const mapped = (each: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    grouped({
      nodes: {
        one: node('test.number'),
        all: node('graph.map', { group: 'adding', ...each, ...more }),
        last: node('test.sum'),
      },
      edges: [{ from: 'one.value', to: 'all.numbers' }],
    });

  it('places its group once per value, under ids that follow from the value', () => {
    const { plan, diagnostics } = createPlan(mapped({ itemParameter: 'digits', items: [1, 20] }), definitionOf);
    // The kinds that collect are not among those of this test.
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(
      new Set(['graph.unknown-kind', 'graph.input-missing']),
    );
    const steps = plan.steps.filter(({ id }) => id.startsWith('all--'));
    expect(steps.map(({ id, params }) => [id, params['digits']])).toEqual([
      ['all--1--sum', 9],
      ['all--1--round', 1],
      ['all--20--sum', 9],
      ['all--20--round', 20],
    ]);
    expect(steps[1]?.path).toEqual(['all', '1', 'round']);
  });

  it.each([
    [{ items: [1] }, 'does not say where'],
    [{ items: [1], itemParameter: 'nothing' }, 'has no parameter "nothing"'],
    [{ items: [1], itemInput: 'nothing', itemColumn: 'x' }, 'cannot take rows'],
    [{ items: ['a', 'a'], itemParameter: 'digits' }, 'the same value twice'],
    [{ items: [], itemParameter: 'digits' }, '"items"'],
  ])('refuses %j', (each, message) => {
    const found = validateGraph(mapped(each), definitionOf).filter(({ node: id }) => id === 'all');
    expect(found.map((problem) => problem.message).join()).toContain(message);
    expect(found[0]?.path).toMatch(/^\/nodes\/all\/params\/item/);
  });

  it('gives different values different ids', () => {
    const values = fc.uniqueArray(fc.oneof(fc.string({ maxLength: 30 }), fc.integer(), fc.boolean()), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(values, (items) => {
        const made = mapItemIds(items);
        expect(new Set(made).size).toBe(new Set(items.map((item) => `${typeof item} ${item}`)).size);
        for (const id of made) expect(id).toMatch(/^[a-z0-9][a-z0-9_-]*$/);
      }),
      { seed: 20_010_503, numRuns: 300 },
    );
  });
});

const ids = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const options = { seed: 20_010_502, numRuns: 300 };

describe('ids of inner steps', () => {
  it('are possible ids, and different for different paths', () => {
    const paths = fc.array(ids, { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(paths, paths, (a, b) => {
        const first = innerStepId(a, () => false);
        expect(first).toMatch(idPattern);
        if (a.join('/') !== b.join('/')) expect(innerStepId(b, () => false)).not.toBe(first);
      }),
      options,
    );
  });

  it('give way to a node of the graph', () => {
    const taken = grouped({ nodes: { ...grouped().nodes, 'add--sum': node('test.number') } });
    const { plan } = createPlan(taken, definitionOf);
    expect(plan.steps.filter(({ id }) => id.startsWith('add--sum'))).toHaveLength(2);
    expect(plan.steps.find(({ id }) => id === 'add--sum')?.kind).toBe('test.number');
  });
});

/** Acyclic graphs and a choice of their nodes. */
const choices = fc
  .array(fc.record({ sources: fc.array(fc.nat(), { maxLength: 3 }), inside: fc.boolean() }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((members) => {
    const document = testGraph(
      Object.fromEntries(
        members.map(({ sources }, at) => {
          const inputs = at === 0 ? [] : [...new Set(sources.map((source) => `n${source % at}.value`))];
          return [`n${at}`, inputs.length === 0 ? ['test.number', { value: at }] : ['test.sum', {}, inputs]];
        }),
      ),
    );
    return { document, inside: new Set(members.flatMap(({ inside }, at) => (inside ? [`n${at}`] : []))) };
  });

/** The same graph with some of its nodes in a group. */
function collapse(document: GraphDocument, inside: ReadonlySet<string>): GraphDocument {
  const isIn = (ref: string) => inside.has(parsePortRef(ref)?.node ?? '');
  const portOf = (ref: string) => ref.replace('.', '-');
  const crossing = document.edges.filter(({ from, to }) => isIn(from) !== isIn(to));
  return {
    ...document,
    nodes: {
      ...Object.fromEntries(Object.entries(document.nodes).filter(([id]) => !inside.has(id))),
      box: place('box'),
    },
    edges: document.edges
      .filter(({ from, to }) => !(isIn(from) && isIn(to)))
      .map(({ from, to }) => ({
        from: isIn(from) ? `box.${portOf(from)}` : from,
        to: isIn(to) ? `box.${portOf(to)}` : to,
      })),
    groups: {
      box: {
        nodes: Object.fromEntries(Object.entries(document.nodes).filter(([id]) => inside.has(id))),
        edges: document.edges.filter(({ from, to }) => isIn(from) && isIn(to)),
        inputs: Object.fromEntries(crossing.filter(({ to }) => isIn(to)).map(({ to }) => [portOf(to), { to: [to] }])),
        outputs: Object.fromEntries(
          crossing.filter(({ from }) => isIn(from)).map(({ from }) => [portOf(from), { from }]),
        ),
      },
    },
  };
}

describe('putting nodes into a group', () => {
  it('changes nothing of what is planned but ids', () => {
    fc.assert(
      fc.property(choices, ({ document, inside }) => {
        const idOf = (id: string) => (inside.has(id) ? `box--${id}` : id);
        const { plan, diagnostics } = createPlan(collapse(document, inside), definitionOf);
        expect(diagnostics).toEqual([]);
        const shape = (steps: typeof plan.steps, name: (id: string) => string) =>
          Object.fromEntries(
            steps.map(({ id, params, inputs }) => [
              name(id),
              {
                params,
                from: Object.values(inputs)
                  .flat()
                  .map(({ step, port }) => `${name(step)}.${port}`)
                  .sort(),
              },
            ]),
          );
        expect(shape(plan.steps, (id) => id)).toEqual(shape(createPlan(document, definitionOf).plan.steps, idOf));
      }),
      options,
    );
  });
});
