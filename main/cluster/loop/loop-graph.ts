import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { KubernetesObject } from '../bundle.ts';
import type { ExportContext } from '../export-context.ts';
import { labelsOf, type Names } from '../names.ts';

/** A ConfigMap holds at most 1 MiB together with its metadata. */
const maxGraphBytes = 1_000_000;

/** The graph's document as monitors and retraining read it. Throws `export.unsupported` when it is too large. */
export function loopGraph(context: ExportContext, names: Names): KubernetesObject {
  const { graphText: text } = context;
  if (text === undefined) throw new AppError('internal.bug', 'The document of the graph is not at hand.');
  if (Buffer.byteLength(text) > maxGraphBytes) {
    throw new AppError('export.unsupported', 'The graph is larger than a ConfigMap can hold (1 MiB).', {
      fix: 'Split the graph, or move long parameters into files.',
    });
  }
  const digest = bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 8);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `${names.graph}-graph-${digest}`, labels: labelsOf(names.graph, 'monitor', context.version) },
    immutable: true,
    data: { 'graph.slipway.json': text },
  };
}
