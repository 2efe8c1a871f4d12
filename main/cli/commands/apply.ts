import { AppError } from '../../../shared/errors/app-error.ts';
import { openCluster } from '../../cluster/api/cluster-client.ts';
import { type ApplyResult, applyBundle, placedObjects } from '../../cluster/apply-bundle.ts';
import { type ClusterEvent, followBundle } from '../../cluster/follow-bundle.ts';
import { buildOverlay, overlayFolder } from '../../cluster/kustomize.ts';
import type { Command } from '../command.ts';

export const applyCommand: Command = {
  name: 'apply',
  summary: 'Applies a bundle to a cluster by server-side apply, and shows what its steps are doing.',
  usage: 'DIR [--context CONTEXT] [--namespace NAMESPACE] [--dry-run] [--watch]',
  positionals: 1,
  options: {
    context: { type: 'string' },
    namespace: { type: 'string' },
    'dry-run': { type: 'boolean' },
    watch: { type: 'boolean' },
  },
  optionHelp: {
    context: 'of the kubeconfig; default is its current one',
    namespace: 'where to, instead of where the overlay says',
    'dry-run': 'let the cluster check everything and change nothing',
    watch: 'show the state of every step until the run has ended',
  },
  async run(context) {
    const folder = overlayFolder(requireDir(context.positionals[0]));
    const objects = await buildOverlay(folder);
    const client = openCluster(context.text('context'));
    const options = { namespace: context.text('namespace'), dryRun: context.flag('dry-run') };
    context.output.log(`Applying ${folder} to ${client.context} (${client.server})`);
    const result = await applyBundle(client, objects, {
      ...options,
      signal: context.signal,
      onProgress: (object) => {
        context.output.event({ type: 'object.applied', ...object });
        context.output.line(`  ${object.kind}/${object.name} ${object.action}`);
      },
    });
    if (!context.flag('watch') || options.dryRun || result.conflicts.length > 0) {
      context.output.result(result, describe(result));
      return result.conflicts.length > 0 ? 1 : 0;
    }
    let run: Extract<ClusterEvent, { type: 'run.status' }> | undefined;
    const placed = placedObjects(client, objects, options.namespace);
    const events = followBundle(client, placed.objects, { namespace: placed.namespace, signal: context.signal });
    for await (const event of events) {
      context.output.event(event);
      const line = lineOf(event);
      if (line !== undefined) context.output.line(line);
      if (event.type === 'run.status') run = event;
    }
    const status = run === undefined ? null : { state: run.state, reason: run.reason };
    context.output.result({ ...result, run: status }, `${describe(result)}\nRun: ${status?.state ?? 'none'}`);
    if (context.signal.aborted) return 130;
    return status === null || status.state === 'succeeded' ? 0 : 1;
  },
};

export function requireDir(dir: string | undefined): string {
  if (dir !== undefined) return dir;
  throw new AppError('cli.usage', 'No folder was given.', { fix: 'Name the folder that slipway export wrote.' });
}

function describe(result: ApplyResult): string {
  if (result.conflicts.length > 0) {
    return [
      result.dryRun
        ? 'Others manage fields of the bundle:'
        : 'Others manage fields of the bundle; they were left alone:',
      ...result.conflicts.map((entry) => `  ${entry.kind}/${entry.name} ${entry.field} is managed by ${entry.manager}`),
      'Remove the field from the overlay, or ask its manager to give it up.',
    ].join('\n');
  }
  const counts = new Map<string, number>();
  for (const { action } of result.applied) counts.set(action, (counts.get(action) ?? 0) + 1);
  const parts = [...counts].map(([action, count]) => `${count} ${action}`);
  if (result.pruned.length > 0) parts.push(`${result.pruned.length} removed`);
  return [
    ...(result.dryRun ? result.applied.map((object) => `  ${object.kind}/${object.name} ${object.action}`) : []),
    ...result.pruned.map((object) => `  ${object.kind}/${object.name} removed`),
    `${result.dryRun ? 'Would apply' : 'Applied'} ${result.bundle} to namespace ${result.namespace}: ${parts.join(', ')}.`,
  ].join('\n');
}

function lineOf(event: ClusterEvent): string | undefined {
  switch (event.type) {
    case 'connection':
      return event.lost ? '  connection lost; trying again' : '  connected again';
    case 'step.status': {
      const why = [event.reason, event.fix].filter((text) => text !== null).join(' ');
      return `  ${event.id} ${event.state}${why === '' ? '' : `: ${why}`}`;
    }
    case 'step.log':
      return event.lines.map((line) => `    ${line}`).join('\n');
    case 'endpoint.status':
      return `  endpoint ${event.name}: ${event.ready} of ${event.wanted} ready${event.reason === null ? '' : `: ${event.reason}`}`;
    case 'run.status':
      return `  run ${event.state}${event.reason === null ? '' : `: ${event.reason}`}`;
  }
}
