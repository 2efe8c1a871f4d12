import { existsSync } from 'node:fs';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type ModelForm, modelFormOfMeta } from '../../../shared/model/model-form.ts';
import type { ModelVersion } from '../../../shared/rpc/engine-contract.ts';
import { modelSourcesAt } from '../../serving/model-source.ts';
import type { ArtifactStore } from '../../store/artifact-store.ts';
import type { ModelRegistry } from '../../store/model-registry.ts';
import { modelCard } from '../../tracking/model-card.ts';
import { ModelCatalog } from '../../tracking/model-catalog.ts';
import { compareModels, type ModelDifference } from '../../tracking/model-diff.ts';
import { readModelFacts } from '../../tracking/model-facts.ts';
import type { Command, CommandContext } from '../command.ts';
import { trustEstimator } from '../../compute/python/estimator-trust.ts';
import { withStore } from '../open-store.ts';
import { textTable } from '../output.ts';

const championAlias = 'champion';
export const modelsCommand: Command = {
  name: 'models',
  summary:
    'Lists registered models, promotes, approves or archives versions, rolls back, writes cards, compares two versions, lets Python load one from elsewhere.',
  actions: {
    list: '',
    show: 'NAME',
    promote: 'NAME VERSION [--alias ALIAS]',
    rollback: 'NAME [--alias ALIAS]',
    history: 'NAME',
    approve: 'NAME VERSION [--by PERSON] [--note TEXT]',
    reject: 'NAME VERSION [--by PERSON] [--note TEXT]',
    archive: 'NAME VERSION',
    restore: 'NAME VERSION',
    card: 'NAME[@ALIAS|/VERSION]',
    trust: 'NAME[@ALIAS|/VERSION]|FOLDER [VERSION]',
    diff: 'NAME/VERSION NAME/VERSION',
  },
  options: { alias: { type: 'string' }, by: { type: 'string' }, note: { type: 'string' } },
  optionHelp: {
    alias: `alias to move; default ${championAlias}`,
    by: 'who approves or rejects; default the user of this machine',
    note: 'why',
  },
  run: (context) =>
    withStore(context, async ({ database, artifacts }) => {
      const catalog = new ModelCatalog(database);
      const { registry } = catalog;
      const [action = '', name = '', version = ''] = context.positionals;
      if (action === 'trust')
        return trustModel(context, catalog, artifacts, version === '' ? name : `${name}/${version}`);
      if (action === 'list') return showVersions(context, await withForms(artifacts, registry.list()));
      if (action === 'show') return showVersions(context, await withForms(artifacts, versionsOf(registry, name)));
      if (action === 'card') {
        const card = modelCard(await readModelFacts(catalog, artifacts, name));
        context.output.result({ card }, card.trimEnd());
        return 0;
      }
      if (action === 'diff') {
        const before = await readModelFacts(catalog, artifacts, name);
        const difference = compareModels(before, await readModelFacts(catalog, artifacts, version));
        context.output.result({ difference }, showDifference(difference));
        return 0;
      }
      const alias = context.text('alias') ?? championAlias;
      if (action === 'history') return showHistory(context, registry, name);
      if (action === 'rollback') {
        const model = registry.rollback(name, alias);
        context.output.result({ model }, `${name}@${alias} is version ${model.version} again.`);
        return 0;
      }
      const number = Number(version);
      if (!Number.isInteger(number)) {
        throw new AppError('cli.usage', `Say which version, e.g. models ${action} ${name} 2.`);
      }
      return changeVersion(context, registry, { action, name, alias, version: number });
    }),
};

function versionsOf(registry: ModelRegistry, name: string): ModelVersion[] {
  const versions = registry.list(name);
  if (versions.length > 0) return versions;
  throw new AppError('model.not-found', `There is no model ${name} in the registry.`, {
    fix: 'See: slipway models list',
  });
}

type VersionWithForm = ModelVersion & { form: ModelForm };

async function withForms(artifacts: ArtifactStore, versions: readonly ModelVersion[]): Promise<VersionWithForm[]> {
  return Promise.all(
    versions.map(async (version) => {
      const artifact = await artifacts.open(version.digest);
      return { ...version, form: modelFormOfMeta(artifact?.manifest.meta ?? {}) };
    }),
  );
}

/** The person takes the responsibility for a Python object from elsewhere: loading it runs the code in it. */
async function trustModel(
  context: CommandContext,
  catalog: ModelCatalog,
  artifacts: ArtifactStore,
  reference: string,
): Promise<number> {
  const [source] = /[\\/]/.test(reference) && existsSync(reference) ? await modelSourcesAt(reference) : [];
  const manifest =
    source === undefined ? (await readModelFacts(catalog, artifacts, reference)).manifest : source.manifest;
  if (manifest?.python === undefined) {
    context.output.result(
      { model: reference, form: 'onnx' },
      `${reference} is ONNX: it runs no code that needs trust.`,
    );
    return 0;
  }
  const { type, interpreter } = manifest.python;
  const trust = trustEstimator(manifest.python, 'consented');
  const how = trust.how === 'trained' ? 'It was trained here.' : `${interpreter} may load ${type} from now on.`;
  context.output.result({ model: reference, form: 'python', trust }, `${reference}: ${how}`);
  return 0;
}

function showVersions(context: CommandContext, models: VersionWithForm[]): number {
  const rows = models.map((model) => [
    model.name,
    `version ${model.version}`,
    model.aliases.map((alias) => `@${alias}`).join(' '),
    stateOf(model),
    model.form === 'python' ? 'Python' : '',
    Object.entries(model.metrics)
      .map(([metric, value]) => `${metric} ${value.toPrecision(4)}`)
      .join(', '),
  ]);
  context.output.result({ models }, rows.length === 0 ? 'No model is registered yet.' : textTable(rows));
  return 0;
}

function stateOf({ archivedMs, approval }: ModelVersion): string {
  if (archivedMs !== null) return 'archived';
  return approval === null || approval.state === 'approved' ? '' : approval.state;
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

function changeVersion(
  context: CommandContext,
  registry: ModelRegistry,
  { action, name, alias, version }: { action: string; name: string; alias: string; version: number },
): number {
  const done = (model: ModelVersion, text: string): number => {
    context.output.result({ model }, text);
    return 0;
  };
  if (action === 'promote') {
    return done(registry.setAlias(name, alias, version), `${name}@${alias} is now version ${version}.`);
  }
  if (action === 'archive' || action === 'restore') {
    const archived = action === 'archive';
    return done(
      registry.archive(name, version, archived),
      `Version ${version} of ${name} is ${archived ? 'archived: no alias can name it' : 'back from the archive'}.`,
    );
  }
  const approved = action === 'approve';
  const person = context.text('by') ?? process.env['USER'] ?? process.env['USERNAME'] ?? '';
  if (person.trim() === '') throw new AppError('cli.usage', 'Say who decides, with --by PERSON.');
  const model = registry.decide(name, version, { approved, person, note: context.text('note') ?? '' });
  const effect = approved ? `approved: ${model.approval?.alias ?? ''} names it` : 'rejected: no alias names it';
  return done(model, `Version ${version} of ${name} is ${effect}.`);
}

function showHistory(context: CommandContext, registry: ModelRegistry, name: string): number {
  versionsOf(registry, name);
  const moves = registry.history(name);
  const rows = moves.map(({ alias, version, movedMs, isRollback }) => [
    movedMs === null ? 'before' : new Date(movedMs).toISOString(),
    `@${alias}`,
    version === 0 ? 'taken away' : `version ${version}`,
    isRollback ? 'rolled back' : '',
  ]);
  context.output.result({ moves }, rows.length === 0 ? 'No alias has been moved yet.' : textTable(rows));
  return 0;
}
