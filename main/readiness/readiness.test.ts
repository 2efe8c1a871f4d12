import { describe, expect, it } from 'vitest';
import { readGraphValue } from '../../shared/graph/read-graph.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import type { StepState } from '../../shared/plan/plan.ts';
import { readinessMarkdown } from '../../shared/readiness/readiness-markdown.ts';
import { definitionOf } from '../../nodes/catalog.ts';
import type { ReadinessFacts } from './facts.ts';
import { readinessOf } from './readiness.ts';

const node = (kind: string, params: Record<string, unknown> = {}) => ({ kind, version: 1, params });

function document(extra: Record<string, unknown> = {}): GraphDocument {
  const read = readGraphValue(
    {
      format: 'slipway/graph',
      formatVersion: 1,
      id: 'g',
      name: 'G',
      nodes: {
        file: node('data.file', { path: 'a.csv' }),
        split: node('data.split'),
        scale: node('feature.scale'),
        model: node('train.linear', { label: 'y' }),
        evaluate: node('train.evaluate'),
        register: node('train.register', { name: 'm' }),
        endpoint: node('serve.endpoint'),
      },
      edges: [
        { from: 'file.table', to: 'split.input' },
        { from: 'split.train', to: 'scale.input' },
        { from: 'scale.features', to: 'model.features' },
        { from: 'model.model', to: 'evaluate.model' },
        { from: 'split.test', to: 'evaluate.table' },
        { from: 'model.model', to: 'register.model' },
        { from: 'evaluate.report', to: 'register.report' },
        { from: 'register.model', to: 'endpoint.model' },
      ],
      parameters: {},
      groups: {},
      layout: { nodes: {}, frames: [] },
      ...extra,
    },
    definitionOf,
  );
  if (!read.document) throw new Error('The test graph cannot be read.');
  return read.document;
}

function step(id: string, hit: boolean, ranBefore = hit): StepState {
  return {
    id,
    kind: 'x',
    key: null,
    hit,
    reasons: [],
    changed: [],
    ranBefore,
    estimate: { seconds: null, memoryBytes: null, outputBytes: null },
    outputs: {},
  };
}

const stepIds = ['file', 'split', 'scale', 'model', 'evaluate', 'register'];

function facts(change: Partial<ReadinessFacts> = {}): ReadinessFacts {
  return {
    document: document(),
    diagnostics: [],
    steps: new Map(stepIds.map((id) => [id, step(id, false)])),
    results: new Map(),
    lineages: new Map([['evaluate.table', 'test']]),
    versions: [],
    modelTags: new Map(),
    lastRun: undefined,
    ...change,
  };
}

const ran = facts({
  steps: new Map(stepIds.map((id) => [id, step(id, true)])),
  results: new Map([
    [
      'evaluate.report',
      {
        type: 'report',
        rowCount: undefined,
        timeMs: 1_700_000_000_000,
        meta: { metrics: { rocAuc: 0.71234 }, parity: { rows: 900, maxAbsDifference: 2e-7, passed: true }, leaks: 0 },
      },
    ],
  ]),
});

const stateOf = (of: ReadinessFacts, id: string) => readinessOf(of).items.find((item) => item.id === id)?.state;

describe('readinessOf', () => {
  it('finds nothing run, and says what would show it', () => {
    const never = facts();
    expect(stateOf(never, 'run.complete')).toBe('missing');
    expect(stateOf(never, 'model.evaluated')).toBe('missing');
    expect(stateOf(never, 'model.parity')).toBe('missing');
    expect(stateOf(never, 'model.untouched-rows')).toBe('met');
    for (const kind of ['monitor.drift', 'monitor.performance', 'monitor.retrain']) {
      expect(readinessOf(never).items.find((item) => item.id === `${kind}/endpoint`)?.action?.step).toEqual({
        type: 'add',
        kind,
        from: 'endpoint.requests',
      });
    }
  });

  it('meets items by results, with their date', () => {
    const item = readinessOf(ran).items.find(({ id }) => id === 'model.parity');
    expect(item?.state).toBe('met');
    expect(item?.evidence?.timeMs).toBe(1_700_000_000_000);
    expect(readinessOf(ran).items.find(({ id }) => id === 'model.evaluated')?.evidence?.text).toBe('rocAuc 0.7123');
  });

  it('calls evidence of an earlier graph stale', () => {
    const edited = { ...ran, steps: new Map(stepIds.map((id) => [id, step(id, false, true)])) };
    expect(stateOf(edited, 'model.parity')).toBe('stale');
    expect(stateOf(edited, 'run.complete')).toBe('stale');
  });

  it('does not take unequal scores or training rows for evidence', () => {
    const report = ran.results.get('evaluate.report');
    if (!report) throw new Error('There is no report.');
    const differs = { ...report, meta: { ...report.meta, parity: { rows: 900, passed: false } } };
    expect(stateOf({ ...ran, results: new Map([['evaluate.report', differs]]) }, 'model.parity')).toBe('missing');
    const leaky = { ...report, meta: { ...report.meta, leaks: 2 } };
    expect(stateOf({ ...ran, results: new Map([['evaluate.report', leaky]]) }, 'model.leaks')).toBe('missing');
    expect(stateOf(ran, 'model.leaks')).toBe('met');
    expect(stateOf({ ...ran, lineages: new Map([['evaluate.table', 'train']]) }, 'model.untouched-rows')).toBe(
      'missing',
    );
  });

  it('asks for expectations on every source', () => {
    expect(readinessOf(ran).items.find(({ id }) => id === 'data.expect/file')?.action?.step).toEqual({
      type: 'add',
      kind: 'data.expect',
      from: 'file.table',
      between: true,
    });
  });

  it('leads to the aliases and the owner of a model that is registered, and to a run before that', () => {
    const stepOf = (of: ReadinessFacts, start: string) =>
      readinessOf(of).items.find(({ id }) => id.startsWith(start))?.action?.step;
    for (const start of ['model.rollback/', 'model.owner/']) {
      expect(stepOf(ran, start)).toEqual({ type: 'run', to: 'register' });
    }
    const first = { name: 'm', version: 3, aliases: ['champion'], createdMs: 1 } as ReadinessFacts['versions'][number];
    const once = { ...ran, versions: [first] };
    expect(stepOf(once, 'model.rollback/')).toEqual({ type: 'model', name: 'm', version: 3, at: 'aliases' });
    expect(stepOf(once, 'model.owner/')).toEqual({ type: 'model', name: 'm', version: 3, at: 'owner' });
    const owned = { ...once, modelTags: new Map([['m', { owner: 'Ada' }]]) };
    expect(stepOf(owned, 'model.owner/')).toEqual({ type: 'model', name: 'm', version: 3, at: 'runbook' });
  });

  it('counts waived items neither as met nor as missing, and keeps the reason', () => {
    const before = readinessOf(ran);
    const waived = {
      ...ran,
      document: document({ readiness: { waived: { 'data.expect/file': 'Checked upstream' } } }),
    };
    const after = readinessOf(waived);
    expect(after.total).toBe(before.total - 1);
    expect(after.met).toBe(before.met);
    expect(after.items.find(({ id }) => id === 'data.expect/file')?.evidence?.text).toBe('Checked upstream');
  });

  it('scores the share that is met', () => {
    const report = readinessOf(ran);
    expect(report.score).toBe(Math.floor((100 * report.met) / report.total));
    expect(report.items).toHaveLength(report.total);
  });
});

describe('readinessMarkdown', () => {
  it('lists what is missing before what is met', () => {
    const text = readinessMarkdown('G', readinessOf(ran));
    expect(text).toContain('# Readiness of G');
    expect(text.indexOf('**missing**')).toBeLessThan(text.indexOf('| met |'));
    expect(text).toContain('2023-11-14 22:13 UTC');
  });
});
