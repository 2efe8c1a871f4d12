import { join } from 'node:path';
import type { PredictionLogFolder } from '../../main/serving/prediction-log/prediction-log-writer.ts';
import type { FeatureView } from '../../shared/features/feature-view.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { testGraph } from '../fixtures/kinds/graph.ts';

/** What was told as done before the power went, and therefore has to be there afterwards. */
export type Acknowledged =
  | { what: 'run'; runId: string; digests: string[] }
  | { what: 'version'; version: number; digest: string }
  | { what: 'alias'; version: number }
  | { what: 'graph'; path: string; number: number }
  | { what: 'key'; id: string }
  | { what: 'setting'; number: number }
  | { what: 'event'; offset: number; id: string }
  | { what: 'prediction'; id: string }
  | { what: 'feedback'; id: string }
  | { what: 'feature'; id: string; value: number }
  | { what: 'experiment'; name: string };

export function places(dataDir: string) {
  return {
    settings: join(dataDir, 'shell.json'),
    stream: join(dataDir, 'streams', 's'),
    feedback: join(dataDir, 'serving', 'endpoint'),
    graphs: join(dataDir, 'graphs'),
  };
}

export function predictionFolder(dataDir: string): PredictionLogFolder {
  const root = join(dataDir, 'serving', 'endpoint', 'log');
  return {
    root,
    dir: join(root, 'm', '1'),
    columns: [{ side: 'input', name: 'n', tensor: 'n', kind: 'number', width: 1 }],
    about: { model: 'm', version: '1', classes: null },
    retentionDays: 30,
    maxBytes: null,
  };
}

export const pushedView: FeatureView = {
  name: 'v',
  keys: [{ name: 'k', type: 'string' }],
  eventTimestamp: 't',
  createdTimestamp: null,
  ttlSeconds: 0,
  features: [{ name: 'x', type: 'int64' }],
  description: '',
  owner: '',
};

/** Work that no other run did. */
export function runGraph(round: number, count: number): GraphDocument {
  const value = round * 10_000 + count;
  return testGraph({
    a: ['test.number', { value }],
    b: ['test.number', { value: -value }],
    c: ['test.sum', {}, ['a.value', 'b.value']],
  });
}

/** The number is its name. */
export function savedGraph(number: number): GraphDocument {
  return {
    format: 'slipway/graph',
    formatVersion: 1,
    id: 'saved',
    name: String(number),
    nodes: { rows: { kind: 'data.sql', version: 1, params: { query: `SELECT ${number} AS n` } } },
    edges: [],
    parameters: {},
    groups: {},
    layout: { nodes: {}, frames: [] },
  };
}
