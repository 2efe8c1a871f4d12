import { once } from 'node:events';
import { AppError } from '../../../shared/errors/app-error.ts';
import { openCluster } from '../../cluster/api/cluster-client.ts';
import { forwardPort } from '../../cluster/api/port-forward.ts';
import { placedObjects } from '../../cluster/apply-bundle.ts';
import { podsOfEndpoint } from '../../cluster/forward-endpoint.ts';
import { buildOverlay, overlayFolder } from '../../cluster/kustomize.ts';
import type { Command } from '../command.ts';
import { requireDir } from './apply.ts';

export const forwardCommand: Command = {
  name: 'forward',
  summary: 'Opens a port of this machine that leads to an endpoint in a cluster, until it is ended.',
  usage: 'DIR [--endpoint NAME] [--port PORT] [--context CONTEXT] [--namespace NAMESPACE]',
  positionals: 1,
  options: {
    endpoint: { type: 'string' },
    port: { type: 'string' },
    context: { type: 'string' },
    namespace: { type: 'string' },
  },
  optionHelp: {
    endpoint: 'name of its Deployment; not needed where there is one only',
    port: 'of this machine; default 0, any free one',
    context: 'of the kubeconfig; default is its current one',
    namespace: 'where the bundle is, instead of where the overlay says',
  },
  async run(context) {
    const port = Number(context.text('port') ?? 0);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new AppError('cli.usage', `--port "${context.text('port')}" is not a port.`, { fix: 'Use 0 to 65535.' });
    }
    const objects = await buildOverlay(overlayFolder(requireDir(context.positionals[0])));
    const endpoint = podsOfEndpoint(objects, context.text('endpoint'));
    const client = openCluster(context.text('context'));
    const { namespace } = placedObjects(client, objects, context.text('namespace'));
    const forwarded = await forwardPort({ ...endpoint, context: context.text('context'), namespace, port });
    try {
      context.output.event({ type: 'forward.ready', url: forwarded.url, endpoint: endpoint.name, namespace });
      context.output.line(`${endpoint.name} answers at ${forwarded.url}; end with Ctrl+C.`);
      if (!context.signal.aborted) await once(context.signal, 'abort');
    } finally {
      await forwarded.close();
    }
    context.output.result({ type: 'forward.ended', url: forwarded.url }, 'Ended.');
    return 0;
  },
};
