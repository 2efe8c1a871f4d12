import { stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { exportContextOf } from '../../cluster/context-of-graph.ts';
import { supportedTargets } from '../../cluster/supported-targets.ts';
import { listTemplates, readTemplate } from '../../engine/templates.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';

export const templatesCommand: Command = {
  name: 'templates',
  summary: 'Lists the sample graphs, or writes a copy of one.',
  actions: {
    list: '',
    new: 'NAME [--out FILE]',
  },
  options: { out: { type: 'string' } },
  optionHelp: { out: 'file to write; default NAME.slipway.json here' },
  run(context) {
    const [action = '', name = ''] = context.positionals;
    return action === 'list' ? list(context) : create(context, name);
  },
};

async function list(context: CommandContext): Promise<number> {
  const templates = (await listTemplates()).map((template) => {
    const graph = readGraphText(template.text, definitionOf);
    const description = graph.document?.['description'];
    return {
      name: template.id,
      title: graph.document?.name ?? template.id,
      description: typeof description === 'string' ? description : '',
      targets: ['local', ...supportedTargets(exportContextOf(graph))],
    };
  });
  const text = textTable(templates.map((entry) => [entry.name, entry.targets.join(', '), entry.description]));
  context.output.result({ templates }, text);
  return 0;
}

async function create(context: CommandContext, name: string): Promise<number> {
  const template = await readTemplate(name);
  const path = resolve(context.text('out') ?? `${name}.slipway.json`);
  if ((await stat(path).catch(() => undefined)) !== undefined) {
    throw new AppError('cli.usage', `${path} exists already.`, { fix: 'Choose another file with --out.' });
  }
  await writeFile(path, template.text).catch((cause: unknown) => {
    throw new AppError('cli.usage', `${path} cannot be written (${(cause as NodeJS.ErrnoException).code}).`, {
      fix: 'Name a file in a folder that exists and can be written, with --out.',
      cause,
    });
  });
  context.output.result({ path }, `Wrote ${path}`);
  return 0;
}
