import { z } from 'zod';
import type { ModelCatalog, RegisteredModel } from '../../tracking/model-catalog.ts';
import type { TrackingStore } from '../../tracking/tracking-store.ts';
import { integer, key, list, nextPageToken, parseFields, readPageToken, tag, text } from './fields.ts';
import { matchesLike } from './like-pattern.ts';
import { MlflowError } from './mlflow-error.ts';
import type { MlflowRoutes } from './route.ts';

const modelName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must match [a-z0-9][a-z0-9_-]{0,62}');
const aliasName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must match [a-z0-9][a-z0-9_-]{0,62}')
  .refine((alias) => !/^v\d+$/.test(alias), 'is reserved for versions');
const version = integer.refine((value) => value >= 1, 'must be at least 1');
const named = z.object({ name: z.string() });
const versioned = named.extend({ version });
const described = z.string().max(5000);

export function modelRoutes(models: ModelCatalog, tracking: TrackingStore): MlflowRoutes {
  const versionJson = (name: string, number: number) => {
    const found = models.version(name, number);
    return {
      name,
      version: String(number),
      creation_timestamp: found.createdMs,
      last_updated_timestamp: found.createdMs,
      description: found.description,
      current_stage: 'None',
      source: `models:/${name}/${number}`,
      run_id: tracking.trainingOfModel(found.digest) ?? '',
      status: 'READY',
      tags: tagsJson(found.tags),
      aliases: found.aliases,
    };
  };
  const modelJson = (model: RegisteredModel) => ({
    name: model.name,
    description: model.description,
    creation_timestamp: model.createdMs,
    last_updated_timestamp: model.updatedMs,
    tags: tagsJson(model.tags),
    aliases: model.aliases.map(({ alias, version: number }) => ({ alias, version: String(number) })),
    latest_versions: model.versions.slice(0, 1).map((latest) => versionJson(model.name, latest.version)),
  });
  const latest = (input: unknown) => {
    const fields = parseFields(named.extend({ stages: list(z.string()) }), input);
    const [newest] = models.get(fields.name).versions;
    const isAsked = fields.stages === undefined || fields.stages.length === 0 || fields.stages.includes('None');
    return { model_versions: newest === undefined || !isAsked ? [] : [versionJson(fields.name, newest.version)] };
  };
  return {
    'POST registered-models/create': (input) => {
      const fields = parseFields(
        z.object({ name: modelName, description: described.default(''), tags: z.array(tag).default([]) }),
        input,
      );
      if (models.has(fields.name)) {
        throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${fields.name}) already exists.`);
      }
      models.create(fields.name, fields.description);
      for (const { key: name, value } of fields.tags) models.setTag(fields.name, 0, name, value);
      return { registered_model: modelJson(models.get(fields.name)) };
    },
    'POST registered-models/rename': (input) => {
      const fields = parseFields(named.extend({ new_name: modelName }), input);
      if (models.has(fields.new_name)) {
        throw new MlflowError('RESOURCE_ALREADY_EXISTS', `Registered Model (name=${fields.new_name}) already exists.`);
      }
      models.rename(fields.name, fields.new_name);
      return { registered_model: modelJson(models.get(fields.new_name)) };
    },
    'PATCH registered-models/update': (input) => {
      const fields = parseFields(named.extend({ description: described.default('') }), input);
      models.describe(fields.name, fields.description);
      return { registered_model: modelJson(models.get(fields.name)) };
    },
    'DELETE registered-models/delete': (input) => {
      models.delete(parseFields(named, input).name);
      return {};
    },
    'GET registered-models/get': (input) => ({
      registered_model: modelJson(models.get(parseFields(named, input).name)),
    }),
    'GET registered-models/search': (input) => {
      const fields = parseFields(
        z.object({
          filter: z.string().optional(),
          max_results: integer.default(100),
          page_token: z.string().optional(),
        }),
        input,
      );
      const isWanted = nameFilter(fields.filter);
      const names = models.names().filter(isWanted);
      const offset = readPageToken(fields.page_token);
      const page = names.slice(offset, offset + limited(fields.max_results, 1000));
      return {
        registered_models: page.map((name) => modelJson(models.get(name))),
        ...nextPageToken(offset, page.length, names.length),
      };
    },
    'GET registered-models/get-latest-versions': latest,
    'POST registered-models/get-latest-versions': latest,
    'POST registered-models/set-tag': (input) => {
      const fields = parseFields(named.extend({ key, value: text }), input);
      models.setTag(fields.name, 0, fields.key, fields.value);
      return {};
    },
    'DELETE registered-models/delete-tag': (input) => {
      const fields = parseFields(named.extend({ key }), input);
      models.deleteTag(fields.name, 0, fields.key);
      return {};
    },
    'POST registered-models/alias': (input) => {
      const fields = parseFields(versioned.extend({ alias: aliasName }), input);
      models.registry.setAlias(fields.name, fields.alias, fields.version);
      return {};
    },
    'DELETE registered-models/alias': (input) => {
      const fields = parseFields(named.extend({ alias: z.string() }), input);
      models.deleteAlias(fields.name, fields.alias);
      return {};
    },
    'GET registered-models/alias': (input) => {
      const fields = parseFields(named.extend({ alias: z.string() }), input);
      const found = models.registry.resolve(`models:/${fields.name}@${fields.alias}`);
      return { model_version: versionJson(found.name, found.version) };
    },
    'POST model-versions/create': (input) => {
      const fields = parseFields(
        named.extend({
          source: z.string(),
          run_id: z.string().optional(),
          description: described.default(''),
          tags: z.array(tag).default([]),
        }),
        input,
      );
      if (!models.has(fields.name)) {
        throw new MlflowError('RESOURCE_DOES_NOT_EXIST', `Registered Model with name=${fields.name} not found.`);
      }
      const source = sourceVersion(models, tracking, fields.source);
      const { version: number } = models.registry.register({
        name: fields.name,
        alias: undefined,
        digest: source.digest,
        runId: source.runId,
        graphId: source.graphId,
        metrics: source.metrics,
        parity: source.parity,
      });
      if (fields.description !== '') models.describeVersion(fields.name, number, fields.description);
      for (const { key: name, value } of fields.tags) models.setTag(fields.name, number, name, value);
      return { model_version: versionJson(fields.name, number) };
    },
    'PATCH model-versions/update': (input) => {
      const fields = parseFields(versioned.extend({ description: described.default('') }), input);
      models.describeVersion(fields.name, fields.version, fields.description);
      return { model_version: versionJson(fields.name, fields.version) };
    },
    'DELETE model-versions/delete': (input) => {
      const fields = parseFields(versioned, input);
      models.deleteVersion(fields.name, fields.version);
      return {};
    },
    'GET model-versions/get': (input) => {
      const fields = parseFields(versioned, input);
      return { model_version: versionJson(fields.name, fields.version) };
    },
    'GET model-versions/search': (input) => {
      const fields = parseFields(
        z.object({
          filter: z.string().optional(),
          max_results: integer.default(10_000),
          page_token: z.string().optional(),
        }),
        input,
      );
      const all = models.registry.list().filter(({ name }) => nameFilter(fields.filter)(name));
      const offset = readPageToken(fields.page_token);
      const page = all.slice(offset, offset + limited(fields.max_results, 200_000));
      return {
        model_versions: page.map(({ name, version: number }) => versionJson(name, number)),
        ...nextPageToken(offset, page.length, all.length),
      };
    },
    'GET model-versions/get-download-uri': (input) => {
      const fields = parseFields(versioned, input);
      models.version(fields.name, fields.version);
      return { artifact_uri: `models:/${fields.name}/${fields.version}` };
    },
    'POST model-versions/transition-stage': () => {
      throw new MlflowError('INVALID_PARAMETER_VALUE', 'Stages are not supported. Set an alias, e.g. “champion”.');
    },
    'POST model-versions/set-tag': (input) => {
      const fields = parseFields(versioned.extend({ key, value: text }), input);
      models.setTag(fields.name, fields.version, fields.key, fields.value);
      return {};
    },
    'DELETE model-versions/delete-tag': (input) => {
      const fields = parseFields(versioned.extend({ key }), input);
      models.deleteTag(fields.name, fields.version, fields.key);
      return {};
    },
  };
}

/** A version is made of a model that is here: of another version, or of what a training made. */
function sourceVersion(models: ModelCatalog, tracking: TrackingStore, source: string) {
  if (source.startsWith('models:/')) return models.registry.resolve(source);
  const training = /^runs:\/([0-9a-f]{32})(?:\/|$)/.exec(source)?.[1];
  const found = training === undefined ? undefined : tracking.training(training);
  if (found?.modelDigest == null) {
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `The source “${source}” is no model of this store: use models:/NAME/VERSION or runs:/ID of a training.`,
    );
  }
  return {
    digest: found.modelDigest,
    runId: found.runId,
    graphId: tracking.experiment(found.experimentId).name,
    metrics: Object.fromEntries(Object.values(found.metrics).map(({ key: name, value }) => [name, value])),
    parity: null,
  };
}

/** `name = 'x'`, `name LIKE '%x%'` or `name ILIKE …`; no filter lets all through. */
function nameFilter(filter: string | undefined): (name: string) => boolean {
  if (filter === undefined || filter.trim() === '') return () => true;
  const match = /^\s*name\s*(=|like|ilike)\s*'((?:[^']|'')*)'\s*$/i.exec(filter);
  const operator = match?.[1]?.toLowerCase();
  const value = match?.[2]?.replaceAll("''", "'");
  if (operator === undefined || value === undefined) {
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      "Models can be filtered by name = '…', LIKE '…' or ILIKE '…' only.",
    );
  }
  if (operator === '=') return (name) => name === value;
  if (operator === 'like') return (name) => matchesLike(name, value);
  const pattern = value.toLowerCase();
  return (name) => matchesLike(name.toLowerCase(), pattern);
}

function limited(asked: number, largest: number): number {
  if (asked >= 1 && asked <= largest) return asked;
  throw new MlflowError('INVALID_PARAMETER_VALUE', `max_results must be between 1 and ${largest}, got ${asked}.`);
}

function tagsJson(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([name, value]) => ({ key: name, value }));
}
