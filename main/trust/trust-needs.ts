import { definitionOf } from '../../nodes/catalog.ts';
import type { GraphDocument } from '../../shared/graph/document.ts';
import { expandGroups } from '../../shared/graph/expand-groups.ts';
import { expandVariants } from '../../shared/graph/expand-variants.ts';
import { isGroupKind } from '../../shared/graph/group-definition.ts';
import { secretNames } from '../../shared/node/secret.ts';
import { substituteParameters } from '../../shared/graph/graph-parameters.ts';

/** Something a node does that a graph from elsewhere may do only once it is trusted. */
export interface TrustNeed {
  node: string;
  kind: string;
  title: string;
  /** As a sentence without its subject: `connects to a database server`. */
  what: string;
  /** Even looking at its columns or asking whether its source has changed would do it. */
  onSight: boolean;
}

/**
 * Kinds that only read files (those outside the graph's folder are `outside-files.ts`), compute, and write into the data directory's artifacts. SQL is one read-only SELECT over
 * its inputs, held to that by DuckDB. A kind that is not listed here, such as one that runs code, needs trust.
 */
const harmless: ReadonlySet<string> = new Set([
  'data.file',
  'data.excel',
  'data.images',
  'data.sqlite',
  'data.sql',
  'data.split',
  'data.metrics',
  'data.expect',
  'data.select',
  'data.filter',
  'data.derive',
  'data.join',
  'data.union',
  'data.aggregate',
  'data.pivot',
  'data.compare',
  'data.unpivot',
  'data.window',
  'data.sort',
  'data.sample',
  'data.dedupe',
  'feature.bucketize',
  'feature.cross',
  'feature.datetime',
  'feature.encode',
  'feature.expression',
  'feature.hash',
  'feature.image',
  'feature.impute',
  'feature.join',
  'feature.polynomial',
  'feature.scale',
  'feature.select',
  'feature.service',
  'feature.shared-service',
  'feature.target',
  'feature.text',
  'feature.tokenize',
  'feature.view',
  'serve.adjust',
  'serve.batch',
  'serve.router',
  'train.anomaly',
  'train.cluster',
  'train.cnn',
  'train.calibrate',
  'train.cross-validate',
  'train.evaluate',
  'train.explain',
  'train.forecast',
  'train.forest',
  'train.gate',
  'train.linear',
  'train.mlp',
  'train.onnx',
  'train.pca',
  'train.recommend',
  'train.search',
  'train.trees',
  'monitor.drift',
  'monitor.performance',
  'monitor.system',
]);

const actions: Readonly<Record<string, { what: string; onSight: boolean }>> = {
  'data.http': { what: 'reads from a web address', onSight: true },
  'data.mysql': { what: 'connects to a database server', onSight: true },
  'data.postgres': { what: 'connects to a database server', onSight: true },
  'data.python': { what: 'runs a Python script, which may run code of any kind', onSight: true },
  'data.stream': { what: 'reads events sent to this engine', onSight: true },
  'data.s3': { what: 'reads from an object storage', onSight: true },
  'data.write-s3': { what: 'writes into an object storage', onSight: true },
  'data.write-file': { what: 'writes a file', onSight: false },
  'data.write-postgres': { what: 'writes into a database server', onSight: true },
  'data.write-sqlite': { what: 'writes into a database file', onSight: false },
  'monitor.retrain': { what: 'trains again and promotes models by itself', onSight: false },
  'train.python': { what: 'runs a Python script, which may run code of any kind', onSight: true },
  'train.ray': { what: 'runs a Python script, which may run code of any kind', onSight: true },
  'serve.endpoint': { what: 'opens a port that answers requests', onSight: false },
  'train.register': { what: 'changes the models registered here, which endpoints may serve', onSight: false },
};

/**
 * What a graph would do beyond computing on files, in the order of its nodes. Nodes inside groups count as they run, each
 * by its step id and with the values its group's node gives; so do variants, with their own settings.
 */
export function trustNeeds(document: GraphDocument): TrustNeed[] {
  return stepsOf(document).flatMap(({ id, kind, title, params }) => {
    const need = needOf(kind, params);
    return need === undefined ? [] : [{ node: id, kind, title, ...need }];
  });
}

/** The steps a graph would run, variants included, with the values their parameters have. */
export function stepsOf(
  document: GraphDocument,
): { id: string; kind: string; title: string; params: Record<string, unknown> }[] {
  const expanded = expandVariants(expandGroups(document, definitionOf), definitionOf);
  return Object.entries(expanded.document.nodes).flatMap(([id, node]) => {
    // One that could not be expanded never runs.
    if (isGroupKind(node.kind)) return [];
    const { params } = substituteParameters(node.params, document.parameters);
    return [{ id, kind: node.kind, title: node.title ?? definitionOf(node.kind)?.title ?? node.kind, params }];
  });
}

function needOf(kind: string, params: Record<string, unknown>): { what: string; onSight: boolean } | undefined {
  const secrets = secretNames(params);
  if (secrets.length > 0) return { what: `is given the secret ${secrets.join(', ')}`, onSight: true };
  if (Object.hasOwn(actions, kind)) return actions[kind];
  const receivers = [params['webhook'], params['email']].filter((to) => typeof to === 'string' && to !== '');
  if (receivers.length > 0) return { what: `sends alerts to ${receivers.join(' and ')}`, onSight: false };
  const path = params['path'];
  // Windows signs in to such a server with the person's own name.
  if (typeof path === 'string' && /^[\\/]{2}/.test(path.trim())) {
    return { what: `reads from the network (${path})`, onSight: true };
  }
  return harmless.has(kind) ? undefined : { what: `runs ${kind}, which may run code`, onSight: true };
}
