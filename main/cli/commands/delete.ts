import { openCluster } from '../../cluster/api/cluster-client.ts';
import { deleteBundle } from '../../cluster/delete-bundle.ts';
import { buildOverlay, overlayFolder } from '../../cluster/kustomize.ts';
import type { Command } from '../command.ts';
import { requireDir } from './apply.ts';

export const deleteCommand: Command = {
  name: 'delete',
  summary: 'Deletes what was applied of a bundle, its volume of results included; the namespace stays.',
  usage: 'DIR [--context CONTEXT] [--namespace NAMESPACE]',
  positionals: 1,
  options: { context: { type: 'string' }, namespace: { type: 'string' } },
  optionHelp: {
    context: 'of the kubeconfig; default is its current one',
    namespace: 'where it was applied, instead of where the overlay says',
  },
  async run(context) {
    const objects = await buildOverlay(overlayFolder(requireDir(context.positionals[0])));
    const client = openCluster(context.text('context'));
    const result = await deleteBundle(client, objects, {
      namespace: context.text('namespace'),
      signal: context.signal,
    });
    const lines = result.deleted.map((object) => `  ${object.kind}/${object.name} deleted`);
    const summary =
      lines.length === 0
        ? `Nothing of ${result.bundle} is in namespace ${result.namespace}.`
        : `Deleted ${lines.length} objects of ${result.bundle}. The namespace ${result.namespace} stays.`;
    context.output.result({ applied: [], conflicts: [], ...result }, [...lines, summary].join('\n'));
    return 0;
  },
};
