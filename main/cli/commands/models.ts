import { AppError } from '../../../shared/errors/app-error.ts';
import type { ModelVersion } from '../../../shared/rpc/engine-contract.ts';
import type { ModelRegistry } from '../../store/model-registry.ts';
import { modelCard } from '../../tracking/model-card.ts';
import { ModelCatalog } from '../../tracking/model-catalog.ts';
import { compareModels, type ModelDifference } from '../../tracking/model-diff.ts';
import { readModelFacts } from '../../tracking/model-facts.ts';
import type { Command, CommandContext } from '../command.ts';
import { withStore } from '../open-store.ts';
import { textTable } from '../output.ts';

const championAlias = 'champion';
const actions = ['list', 'show', 'promote', 'rollback', 'card', 'diff'];

export const modelsCommand: Command = {
  name: 'models',
  summary:
    'Lists registered models, shows one, promotes a version or rolls back, writes its card, compares two versions.',
  usage:
    'list | show NAME | promote NAME VERSION [--alias ALIAS] | rollback NAME [--alias ALIAS] | card NAME[@ALIAS|/VERSION] | diff NAME/VERSION NAME/VERSION',
  positionals: 3,
  options: { alias: { type: 'string' } },
  optionHelp: { alias: `alias to move; default ${championAlias}` },
  run: (context) =>
    withStore(context, async ({ database, artifacts }) => {
      const catalog = new ModelCatalog(database);
      const { registry } = catalog;
      const [action = 'list', name, version] = context.positionals;
      if (!actions.includes(action)) {
        throw new AppError('cli.usage', `There is no "models ${action}".`, { fix: 'See: slipway models --help' });
      }
      const extra = action === 'list' ? name : ['promote', 'diff'].includes(action) ? undefined : version;
      if (extra !== undefined) {
        throw new AppError('cli.usage', `"models ${action}" does not take "${extra}".`, {
          fix: 'See: slipway models --help',
        });
      }
      if (action === 'list') return showVersions(context, registry.list());
      if (name === undefined) throw new AppError('cli.usage', `"models ${action}" needs a model's name.`);
      if (action === 'show') return showVersions(context, versionsOf(registry, name));
      if (action === 'card') {
        const card = modelCard(await readModelFacts(catalog, artifacts, name));
        context.output.result({ card }, card.trimEnd());
        return 0;
      }
      if (action === 'diff') {
        if (version === undefined)
          throw new AppError('cli.usage', 'Name two versions, e.g. models diff NAME/1 NAME/2.');
        const before = await readModelFacts(catalog, artifacts, name);
        const difference = compareModels(before, await readModelFacts(catalog, artifacts, version));
        context.output.result({ difference }, showDifference(difference));
        return 0;
      }
      const alias = context.text('alias') ?? championAlias;
      if (action === 'promote') return moveAlias(context, registry, name, alias, Number(version));
      return rollback(context, registry, name, alias);
    }),
};

function versionsOf(registry: ModelRegistry, name: string): ModelVersion[] {
  const versions = registry.list(name);
  if (versions.length > 0) return versions;
  throw new AppError('model.not-found', `There is no model ${name} in the registry.`, {
    fix: 'See: slipway models list',
  });
}

function showVersions(context: CommandContext, models: ModelVersion[]): number {
  const rows = models.map((model) => [
    model.name,
    `version ${model.version}`,
    model.aliases.map((alias) => `@${alias}`).join(' '),
    Object.entries(model.metrics)
      .map(([metric, value]) => `${metric} ${value.toPrecision(4)}`)
      .join(', '),
  ]);
  context.output.result({ models }, rows.length === 0 ? 'No model is registered yet.' : textTable(rows));
  return 0;
}

function showDifference({ sameContent, metrics, params, inputs, trainingRows, sources }: ModelDifference): string {
  if (sameContent) return 'Both are the same model.';
  const shown = (value: unknown) => (value === undefined ? '—' : JSON.stringify(value));
  const rows = [
    ...Object.entries({ metric: metrics, param: params, input: inputs, training: trainingRows }).flatMap(
      ([what, differences]) =>
        differences.map(({ name, before, after }) => [what, name, shown(before), '→', shown(after)]),
    ),
    ...sources.removed.map((digest) => ['data', '', digest.slice(0, 12), '→', '—']),
    ...sources.added.map((digest) => ['data', '', '—', '→', digest.slice(0, 12)]),
  ];
  return rows.length === 0 ? 'Nothing that is recorded differs.' : textTable(rows);
}

function moveAlias(
  context: CommandContext,
  registry: ModelRegistry,
  name: string,
  alias: string,
  version: number,
): number {
  if (!Number.isInteger(version)) throw new AppError('cli.usage', 'Say which version, e.g. models promote NAME 2.');
  const model = registry.setAlias(name, alias, version);
  context.output.result({ model }, `${name}@${alias} is now version ${model.version}.`);
  return 0;
}

/** The newest version older than the one the alias names. */
function rollback(context: CommandContext, registry: ModelRegistry, name: string, alias: string): number {
  const current = registry.resolve(`models:/${name}@${alias}`);
  const previous = registry.list(name).find((candidate) => candidate.version < current.version);
  if (previous === undefined) {
    throw new AppError('model.not-found', `${name} has no version before ${current.version}.`);
  }
  return moveAlias(context, registry, name, alias, previous.version);
}
