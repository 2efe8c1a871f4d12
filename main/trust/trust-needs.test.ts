import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import { secretNames } from '../../shared/node/secret.ts';
import { trustNeeds } from './trust-needs.ts';

function graph(nodes: Record<string, unknown>, more: Record<string, unknown> = {}): GraphDocument {
  const value = {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'g',
    name: 'G',
    nodes,
    edges: [],
    parameters: {},
    groups: {},
    ...more,
  };
  const { document } = readGraphValue({ layout: { nodes: {}, frames: [] }, ...value }, definitionOf);
  if (document === undefined) throw new Error('The graph of the test is no graph.');
  return document;
}

const node = (kind: string, params: Record<string, unknown> = {}): unknown => ({ kind, version: 1, params });

describe('trustNeeds', () => {
  it('lets files, read-only SQL, features and training be', () => {
    const nodes = {
      file: node('data.file', { path: '/data/x.csv' }),
      sql: node('data.sql', { query: 'SELECT 1' }),
      scale: node('feature.scale'),
      trees: node('train.trees'),
      drift: node('monitor.drift'),
    };
    expect(trustNeeds(graph(nodes))).toEqual([]);
  });

  it('names what code, databases, endpoints and the registry would do', () => {
    const nodes = {
      script: node('data.python', { code: 'import os' }),
      later: node('train.something-new'),
      db: node('data.postgres'),
      register: node('train.register'),
      endpoint: node('serve.endpoint'),
      retrain: node('monitor.retrain'),
      drift: node('monitor.drift', { webhook: 'https://evil.example/' }),
    };
    const needs = trustNeeds(graph(nodes));
    expect(Object.fromEntries(needs.map((need) => [need.node, need.onSight]))).toEqual({
      script: true,
      later: true,
      db: true,
      register: false,
      endpoint: false,
      retrain: false,
      drift: false,
    });
    expect(needs.find((need) => need.node === 'script')?.what).toContain('may run code');
  });

  it('lets transforms be, and names what reaches outside or writes', () => {
    const kinds = ['select', 'filter', 'derive', 'join', 'union', 'aggregate', 'pivot', 'unpivot', 'window', 'sort'];
    for (const kind of [...kinds, 'sample', 'dedupe', 'excel', 'images']) {
      expect(trustNeeds(graph({ step: node(`data.${kind}`) })), kind).toEqual([]);
    }
    const onSight = { http: true, mysql: true, s3: true, python: true, 'write-s3': true, 'write-postgres': true };
    for (const [kind, sight] of Object.entries({ ...onSight, 'write-file': false, 'write-sqlite': false })) {
      expect(trustNeeds(graph({ step: node(`data.${kind}`) })), kind).toMatchObject([{ onSight: sight }]);
    }
  });

  it('sees secrets, also through graph parameters and deep inside params', () => {
    expect(secretNames({ a: [{ b: { secret: 'KEY' } }, { secret: 'KEY' }, { secret: 5 }] })).toEqual(['KEY']);
    const [need] = trustNeeds(
      graph({ file: node('data.file', { path: 'x.csv', options: { key: { secret: 'KEY' } } }) }),
    );
    expect(need).toMatchObject({ node: 'file', what: 'is given the secret KEY', onSight: true });
  });

  it('sees network shares and nodes inside groups', () => {
    const [share] = trustNeeds(graph({ file: node('data.file', { path: '\\\\evil.example\\share\\x.csv' }) }));
    expect(share?.what).toContain('reads from the network');
    const group = { nodes: { inner: node('data.python') }, edges: [], inputs: {}, outputs: {} };
    const used = graph({ box: node('graph.group', { group: 'python' }) }, { groups: { python: group } });
    expect(trustNeeds(used).map((need) => need.node)).toEqual(['box--inner']);
    expect(trustNeeds(graph({}, { groups: { python: group } }))).toEqual([]);
  });

  it('sees what a variant of a node would do', () => {
    const file = {
      kind: 'data.file',
      version: 1,
      params: { path: 'a.csv' },
      variants: { far: { path: '\\\\evil\\x.csv' } },
    };
    expect(trustNeeds(graph({ file })).map((need) => need.node)).toEqual(['file--far']);
  });

  it('sees what a group is given by its node', () => {
    const group = {
      nodes: { inner: node('data.file', { path: { param: 'source' } }) },
      edges: [],
      inputs: {},
      outputs: {},
      parameters: { source: { type: 'string', default: 'rows.csv' } },
    };
    const nodes = { box: node('graph.group', { group: 'read', source: '\\\\evil.example\\share\\x.csv' }) };
    const [share] = trustNeeds(graph(nodes, { groups: { read: group } }));
    expect(share).toMatchObject({ node: 'box--inner', what: expect.stringContaining('reads from the network') });
  });
});
