import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { groupsOfNodes } from '../../../shared/graph/carry-groups.ts';
import { idSchema } from '../../../shared/graph/ids.ts';
import { readGraphText } from '../../../shared/graph/read-graph.ts';
import { resolveDataDir } from '../../store/data-dir.ts';
import { createGroupLibrary, type GroupLibrary } from '../../store/group-library.ts';
import type { Command, CommandContext } from '../command.ts';
import { textTable } from '../output.ts';
import { readGraphFile } from '../read-graph.ts';

export const groupsCommand: Command = {
  name: 'groups',
  summary:
    'Lists the groups kept for other graphs, shows a version of one, or saves a group of a graph as the next version.',
  actions: {
    list: '',
    show: 'NAME [--version N]',
    save: 'GRAPH GROUP [--name NAME]',
  },
  options: { version: { type: 'string' }, name: { type: 'string' } },
  optionHelp: {
    version: 'show: which one; default the newest',
    name: 'save: under this name; default the id of the group',
  },
  run(context) {
    const [action, first = '', second = ''] = context.positionals;
    const library = createGroupLibrary(resolveDataDir(context.dataDir));
    if (action === 'list') return list(context, library);
    return action === 'show' ? show(context, library, first) : save(context, library, first, second);
  },
};

async function list(context: CommandContext, library: GroupLibrary): Promise<number> {
  const groups = await library.list();
  const rows = groups.map(({ name, title, versions }) => [name, `version ${versions.at(-1)?.version ?? ''}`, title]);
  context.output.result({ groups }, rows.length === 0 ? 'No group is kept yet.' : textTable(rows));
  return 0;
}

async function show(context: CommandContext, library: GroupLibrary, name: string): Promise<number> {
  const text = context.text('version');
  if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text)) {
    throw new AppError('cli.usage', `--version ${text} is no version.`, { fix: 'Write it as 1, 2 …' });
  }
  const found = await library.get(requireName(name), text === undefined ? undefined : Number(text));
  context.output.result(found, JSON.stringify(found.content, null, 2));
  return 0;
}

async function save(context: CommandContext, library: GroupLibrary, path: string, id: string): Promise<number> {
  const file = await readGraphFile(path);
  const { document, diagnostics } = readGraphText(file.text, definitionOf);
  if (document === undefined) {
    throw new AppError('graph.invalid', `${file.path}: ${diagnostics[0]?.message ?? 'this is no graph.'}`);
  }
  const group = Object.hasOwn(document.groups, id) ? document.groups[id] : undefined;
  if (group === undefined) {
    const known = Object.keys(document.groups);
    throw new AppError('cli.usage', `The graph has no group “${id}”.`, {
      fix: known.length === 0 ? 'Collapse nodes into a group first.' : `Its groups are ${known.join(', ')}.`,
    });
  }
  const inner = groupsOfNodes(document, Object.values(group.nodes));
  const name = requireName(context.text('name') ?? id);
  const root = Object.hasOwn(inner, name) ? id : name;
  const saved = await library.save(name, { group: root, groups: { ...inner, [root]: group } });
  context.output.result(saved, `${saved.name}, version ${saved.version}`);
  return 0;
}

function requireName(name: string): string {
  const parsed = idSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw new AppError('cli.usage', `“${name}” is no name of a group.`, {
    fix: 'Use small letters, digits, - and _, at most 63.',
  });
}
