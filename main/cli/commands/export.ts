import { resolve } from 'node:path';
import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { exportContextOf } from '../../cluster/context-of-graph.ts';
import { exportTargets, renderBundle } from '../../cluster/targets.ts';
import { writeBundle } from '../../cluster/write-bundle.ts';
import type { Command } from '../command.ts';
import { readGraphFile } from '../read-graph.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes the bundle that runs the graph on a cluster. Runs nothing; the same graph gives the same bytes.',
  usage: 'GRAPH --target TARGET --out DIR',
  options: { target: { type: 'string' }, out: { type: 'string' } },
  optionHelp: {
    target: `one of: ${exportTargets.map((target) => target.id).join(', ')}`,
    out: 'folder to write to; files of the bundle are replaced',
  },
  async run(context) {
    const target = context.text('target');
    const out = context.text('out');
    if (target === undefined || out === undefined) {
      throw new AppError('cli.usage', 'Both --target and --out are needed.', { fix: 'See: slipway export --help' });
    }
    const file = await readGraphFile(context.positionals[0]);
    const bundle = renderBundle(target, exportContextOf(readGraphText(file.text, definitionOf)));
    await writeBundle(bundle, resolve(out));
    const lines = [
      `Wrote ${bundle.files.length} files to ${out}:`,
      ...bundle.files.map((written) => `  ${written.path}`),
      `Objects: ${bundle.objects.map((object) => `${object.kind}/${object.name}`).join(', ')}`,
    ];
    context.output.result({ files: bundle.files.map(({ path }) => path), objects: bundle.objects }, lines.join('\n'));
    return 0;
  },
};
