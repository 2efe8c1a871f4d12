import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testGraph } from '../../test/fixtures/kinds/graph.ts';
import { definitionOf as testDefinitionOf } from '../../test/fixtures/kinds/kinds.ts';
import { defineNode, type NodeDefinition } from '../node/define-node.ts';
import { canonicalGraphText } from './canonical.ts';
import { canConnect } from './connect.ts';
import { applyOverrides, parseOverride } from './graph-parameters.ts';
import { migrateNodes } from './migrate.ts';
import { parseGraphText, parseGraphValue } from './parse-graph.ts';
import { readGraphValue } from './read-graph.ts';
import { validateGraph } from './validate.ts';

const common = {
  stage: 'data',
  summary: 'A kind for tests',
  keywords: [],
  determinism: 'pure',
  deploy: { workload: 'job' },
  migrations: [],
  examples: [{ name: 'default', params: {}, note: '' }],
  help: '',
} as const;
const extra: NodeDefinition[] = [
  defineNode({
    ...common,
    kind: 'data.split',
    version: 1,
    title: 'Split',
    params: z.object({}),
    ports: {
      inputs: { input: { types: ['table'], doc: 'Rows' } },
      outputs: {
        train: { type: 'table', lineage: 'train', doc: '' },
        test: { type: 'table', lineage: 'test', doc: '' },
      },
    },
  }),
  defineNode({
    ...common,
    kind: 'data.sql',
    version: 3,
    title: 'SQL',
    params: z.object({ query: z.string().min(1).describe('What to select') }),
    ports: { inputs: { input: { types: ['table'], doc: 'Rows' } }, outputs: { table: { type: 'table', doc: '' } } },
    migrations: [
      ({ sql, ...rest }) => ({ ...rest, query: sql }),
      (params) => ({ ...params, query: `${String(params['query'])};` }),
    ],
  }),
  defineNode({
    ...common,
    kind: 'feature.scale',
    version: 1,
    title: 'Scale',
    params: z.object({}),
    ports: {
      inputs: { input: { types: ['table', 'features'], fits: true, doc: 'Training rows' } },
      outputs: { features: { type: 'features', doc: '' } },
    },
  }),
];
const definitionOf = (kind: string) => extra.find((definition) => definition.kind === kind) ?? testDefinitionOf(kind);

const valid = {
  format: 'slipway/graph',
  formatVersion: 1,
  id: 'g',
  name: 'G',
  nodes: {
    flights: { kind: 'data.sql', version: 3, params: { query: 'select 1' } },
    split: { kind: 'data.split', version: 1, params: {} },
    clean: { kind: 'data.sql', version: 3, params: { query: 'select 1' } },
    scale: { kind: 'feature.scale', version: 1, params: {} },
  },
  edges: [
    { from: 'flights.table', to: 'split.input' },
    { from: 'split.test', to: 'clean.input' },
  ],
};

function codesOf(value: unknown): string[] {
  return readGraphValue(value, definitionOf).diagnostics.map(({ code, node, field }) =>
    [code, node, field].filter(Boolean).join(' '),
  );
}

describe('parsing', () => {
  it('takes a byte order mark before the JSON', () => {
    const text = JSON.stringify({
      format: 'slipway/graph',
      formatVersion: 1,
      id: 'g',
      name: 'G',
      nodes: {},
      edges: [],
    });
    expect(parseGraphText(`\uFEFF${text}`)).toEqual(parseGraphText(text));
    expect(parseGraphText(`\uFEFF${text}`).document?.id).toBe('g');
  });

  it('names the place where truncated JSON ends', () => {
    const text = JSON.stringify(valid, null, 2).slice(0, 100);
    const [problem] = parseGraphText(text).diagnostics;
    expect(problem).toMatchObject({ code: 'graph.not-json', severity: 'error' });
    expect(problem?.message).toContain('in the middle of its JSON, at line 7, column 7 (position 100)');
    expect(problem?.fix).toContain('.bak');
  });

  it('names the place of wrong JSON', () => {
    const [problem] = parseGraphText('{\n  "format": slipway }').diagnostics;
    expect(problem?.message).toContain('not valid JSON, at line 2, column 13 (position 14): expected a value');
  });

  it.each([
    ['', 'graph.not-json'],
    ['[]', 'graph.not-a-graph'],
    ['{"format":"other"}', 'graph.not-a-graph'],
    ['{"format":"slipway/graph","formatVersion":"1"}', 'graph.not-a-graph'],
    [`${'['.repeat(100)}${']'.repeat(100)}`, 'graph.too-deep'],
    [`"${'x'.repeat(33 * 1024 * 1024)}"`, 'graph.too-large'],
  ])('refuses what is no graph (%#)', (text, code) => {
    expect(parseGraphText(text)).toMatchObject({ document: undefined, writable: false, diagnostics: [{ code }] });
  });

  it('keeps a newer format verbatim and read-only', () => {
    const newer = {
      ...valid,
      formatVersion: 2,
      colours: { a: 1 },
      nodes: { a: { ...valid.nodes.flights, mood: 'new' } },
    };
    const parsed = parseGraphValue(newer);
    expect(parsed.writable).toBe(false);
    expect(parsed.diagnostics).toMatchObject([{ code: 'graph.too-new' }]);
    expect(parsed.document).toMatchObject(newer);
  });

  it('leaves out what cannot be read, says so, and is then not writable', () => {
    const broken = {
      ...valid,
      nodes: { ...valid.nodes, odd: 7, bare: { kind: 'test.number' } },
      edges: [...valid.edges, 3],
    };
    const parsed = parseGraphValue(broken);
    expect(Object.keys(parsed.document?.nodes ?? {})).toEqual([...Object.keys(valid.nodes), 'bare']);
    expect(parsed.document?.nodes['bare']).toEqual({ kind: 'test.number', version: 1, params: {} });
    expect(parsed.writable).toBe(false);
    expect(parsed.diagnostics.map(({ path }) => path)).toEqual(['/nodes/odd', '/edges/2']);
  });
});

describe('migration', () => {
  it('brings params to the current version without touching the input', () => {
    const old = { ...valid, nodes: { clean: { kind: 'data.sql', version: 1, params: { sql: 'select 2', note: 1 } } } };
    const document = parseGraphValue(old).document;
    if (document === undefined) throw new Error('no document');
    const before = structuredClone(document);
    const migrated = migrateNodes(document, definitionOf).document;
    expect(document).toEqual(before);
    expect(migrated.nodes['clean']).toEqual({ kind: 'data.sql', version: 3, params: { query: 'select 2;', note: 1 } });
  });

  it('keeps unknown kinds and newer versions as they are, and reports them', () => {
    const nodes = {
      newer: { kind: 'data.sql', version: 9, params: { dialect: 'x' } },
      odd: { kind: 'plugin.thing', version: 2, params: { a: [1] } },
    };
    const parsed = readGraphValue({ ...valid, nodes, edges: [] }, definitionOf);
    expect(parsed.document?.nodes).toEqual(nodes);
    expect(parsed.diagnostics.map(({ code, node }) => [code, node])).toEqual([
      ['graph.node-too-new', 'newer'],
      ['graph.unknown-kind', 'odd'],
    ]);
  });
});

describe('validation', () => {
  it('finds nothing wrong where nothing is', () => {
    const good = { ...valid, edges: [...valid.edges, { from: 'split.train', to: 'scale.input' }] };
    const open = { ...good, nodes: { ...good.nodes, flights: { kind: 'test.table', version: 1, params: {} } } };
    expect(codesOf(good)).toEqual(['graph.input-missing flights input']);
    expect(codesOf(open)).toEqual(['graph.unknown-kind flights kind']);
  });

  it('names the node and the field of each problem', () => {
    expect(
      codesOf({
        ...valid,
        nodes: { ...valid.nodes, clean: { kind: 'data.sql', version: 3, params: { query: '', limit: 3 } } },
        edges: [
          ...valid.edges,
          { from: 'split.test', to: 'scale.input' },
          { from: 'gone.table', to: 'flights.input' },
          { from: 'split.rest', to: 'flights.input' },
          { from: 'scale.features', to: 'clean.input' },
          { from: 'nonsense', to: 'clean.input' },
        ],
      }).sort(),
    ).toEqual(
      [
        'graph.dangling-edge',
        'graph.dangling-edge flights input',
        'graph.cycle flights',
        'graph.lineage scale input',
        'graph.too-many-edges clean input',
        'graph.type-mismatch clean input',
        'graph.unknown-port flights input',
        'params.invalid clean query',
        'params.unknown clean limit',
      ].sort(),
    );
  });

  it('says both types of a mismatch', () => {
    const graph = { ...valid, edges: [{ from: 'scale.features', to: 'clean.input' }] };
    const problem = readGraphValue(graph, definitionOf).diagnostics.find(({ code }) => code === 'graph.type-mismatch');
    expect(problem?.message).toContain('scale.features gives features, but clean.input takes a table');
  });

  it('carries held-out rows through what does not name its rows', () => {
    const graph = { ...valid, edges: [...valid.edges, { from: 'clean.table', to: 'scale.input' }] };
    expect(codesOf(graph)).toContain('graph.lineage scale input');
  });

  it('shows the way round a cycle', () => {
    const graph = testGraph({
      a: ['test.sum', {}, ['c.value']],
      b: ['test.sum', {}, ['a.value']],
      c: ['test.sum', {}, ['b.value']],
      d: ['test.sum', {}, ['c.value']],
    });
    expect(validateGraph(graph, definitionOf)).toMatchObject([
      { code: 'graph.cycle', node: 'a', message: expect.stringContaining('a → b → c → a') },
    ]);
  });

  it('says how to fill in what is missing', () => {
    const nodes = { clean: { kind: 'data.sql', version: 3, params: {} } };
    const problem = readGraphValue({ ...valid, nodes, edges: [] }, definitionOf).diagnostics[0];
    expect(problem).toMatchObject({
      path: '/nodes/clean/params/query',
      field: 'query',
      message: 'Node "clean" needs a value for "query".',
      fix: 'Enter query: What to select',
    });
  });

  it('resolves graph parameters and names undefined ones', () => {
    const nodes = {
      n: { kind: 'test.number', version: 1, params: { value: { param: 'start' }, sleepMs: { param: 'gone' } } },
    };
    const parameters = { start: { type: 'number', default: 4 } };
    expect(codesOf({ ...valid, nodes, edges: [], parameters })).toEqual(['params.undefined-parameter n sleepMs']);
    expect(
      codesOf({ ...valid, nodes, edges: [], parameters: { ...parameters, gone: { type: 'number', default: 'x' } } }),
    ).toEqual(['params.invalid n sleepMs']);
  });
});

describe('connecting', () => {
  const document = readGraphValue(valid, definitionOf).document;
  if (document === undefined) throw new Error('no document');
  it.each([
    ['split.train', 'scale.input', undefined],
    ['split.test', 'scale.input', 'held-out (test) rows'],
    ['clean.table', 'scale.input', 'held-out (test) rows'],
    ['scale.features', 'flights.input', 'takes a table'],
    ['clean.table', 'flights.input', 'cycle: clean → flights → split → clean'],
    ['clean.table', 'clean.input', 'has one already'],
    ['flights.table', 'split.input', 'already connected'],
    ['flights.nothing', 'split.input', 'no output "nothing"'],
    ['flights.table', 'nowhere.input', 'no node "nowhere"'],
    ['flights', 'split.input', 'does not name a port'],
  ])('%s → %s', (from, to, reason) => {
    const check = canConnect(document, definitionOf, from, to);
    if (reason === undefined) expect(check).toEqual({ ok: true });
    else expect(check).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('overrides', () => {
  it('reads JSON where it is JSON, else text', () => {
    expect(parseOverride('trees.learningRate=0.05')).toEqual({ node: 'trees', param: 'learningRate', value: 0.05 });
    expect(parseOverride('clean.query=select a=1')).toEqual({ node: 'clean', param: 'query', value: 'select a=1' });
    expect(parseOverride('n.list=["a"]')).toEqual({ node: 'n', param: 'list', value: ['a'] });
    expect(parseOverride('nothing')).toBeUndefined();
  });

  it('replaces params and lists unknown nodes', () => {
    const document = testGraph({ n: ['test.number', { value: 1 }] });
    const applied = applyOverrides(document, [
      { node: 'n', param: 'value', value: 2 },
      { node: 'constructor', param: 'value', value: 2 },
    ]);
    expect(applied.document.nodes['n']?.params).toEqual({ value: 2 });
    expect(applied.unknownNodes).toEqual(['constructor']);
    expect(document.nodes['n']?.params).toEqual({ value: 1 });
  });
});

it('writes a graph in its canonical order', () => {
  const document = testGraph({ b: ['test.sum', { z: 1, digits: 2 }, ['a.value']], a: ['test.number'] });
  expect(canonicalGraphText({ ...document, remark: 'kept' })).toBe(`{
  "format": "slipway/graph",
  "formatVersion": 1,
  "id": "test",
  "name": "Test",
  "nodes": {
    "a": {
      "kind": "test.number",
      "version": 1,
      "params": {}
    },
    "b": {
      "kind": "test.sum",
      "version": 1,
      "params": {
        "digits": 2,
        "z": 1
      }
    }
  },
  "edges": [
    {
      "from": "a.value",
      "to": "b.values"
    }
  ],
  "parameters": {},
  "groups": {},
  "layout": {
    "nodes": {},
    "frames": []
  },
  "remark": "kept"
}
`);
});
