import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { text as readAll } from 'node:stream/consumers';
import { AppError } from '../../../shared/errors/app-error.ts';
import { digestSchema } from '../../../shared/artifact/manifest.ts';
import { serviceLabel, serviceVersionSeparator } from '../../../shared/features/feature-service.ts';
import { type FeatureView, referenceSeparator } from '../../../shared/features/feature-view.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { nearMisses } from '../../../shared/text/near-misses.ts';
import { serviceCatalog } from '../../features/feature-catalog.ts';
import { findService } from '../../features/service-records.ts';
import { isoTime } from '../../features/cell-json.ts';
import { featureSkew } from '../../features/feature-skew.ts';
import { materialize } from '../../features/materialize.ts';
import { onlineUrl } from '../../features/online-reader.ts';
import { OnlineStore, type ViewSummary } from '../../features/online-store.ts';
import { pushRows } from '../../features/push-rows.ts';
import { RedisOnline } from '../../features/redis-online.ts';
import { type CatalogView, listViews } from '../../features/view-catalog.ts';
import { parseJsonBody } from '../../serving/json-body.ts';
import { artifactNotFound } from '../../store/artifact-store.ts';
import { createModelRegistry } from '../../store/model-registry.ts';
import type { Command, CommandContext } from '../command.ts';
import { refreshFeatures, startFeatureRefresh } from '../../engine/feature-refresh.ts';
import { untilStopped, useOnlineStore } from '../endpoint-options.ts';
import { withEngine } from '../open-engine.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { type OpenStore, withStore } from '../open-store.ts';
import { textTable } from '../output.ts';

/** A view as it was made, and as it is online; at least one of them is there. */
interface KnownView {
  name: string;
  made: CatalogView | undefined;
  online: ViewSummary | undefined;
}

const materializeMemoryBytes = 2 ** 30;

export const featuresCommand: Command = {
  name: 'features',
  summary:
    'Lists feature views and services, shows one, brings one online, pushes rows to it, or replays logged requests.',
  actions: {
    list: '',
    show: 'VIEW',
    services: '[NAME[@VERSION]]',
    materialize: 'VIEW|DIGEST [--online URL]',
    push: 'VIEW FILE.json|- [--online URL]',
    skew: '[VIEW]',
    refresh: 'GRAPH [--every SECONDS] [--online URL]',
  },
  options: { online: { type: 'string' }, every: { type: 'string' } },
  optionHelp: {
    every: 'seconds between refreshes; without it once',
    online: 'shared online store redis://HOST:PORT that materialize, push and refresh write to as well',
  },
  run: (context) => {
    useOnlineStore(context);
    if (context.positionals[0] === 'refresh') return refresh(context);
    return withStore(context, async (store) => {
      const onlineStore = OnlineStore.open(store.dataDir);
      try {
        return await act(context, store, onlineStore);
      } finally {
        onlineStore.close();
      }
    });
  },
};

/** Makes the views of a graph again from their sources and brings what changed online, once or until it is stopped. */
async function refresh(context: CommandContext): Promise<number> {
  const text = context.text('every');
  const seconds = text === undefined ? 0 : Number(text);
  if (!(seconds >= 0 && seconds <= 1e6)) throw new AppError('cli.usage', `--every ${text} is no number of seconds.`);
  const file = await readGraphFile(context.positionals[1]);
  const document = requireGraphJson(file);
  return withEngine(context, async (engine) => {
    const options = { engine, document, baseDir: file.baseDir, log: (line: string) => context.output.log(line) };
    const views = await refreshFeatures({ ...options, signal: context.signal });
    const lines = views.map(({ view, mode, rowsWritten }) =>
      mode === 'unchanged' ? `${view} is online as it is.` : `${view} is online: ${rowsWritten} rows written.`,
    );
    if (seconds > 0) {
      context.output.event({ type: 'features.refreshed', views });
      for (const line of lines) context.output.line(line);
      const loop = startFeatureRefresh({ ...options, everyMs: seconds * 1000 });
      await untilStopped(context.signal);
      loop.close();
    }
    context.output.result({ type: 'features.refreshed', views }, lines.join('\n'));
    return 0;
  });
}

async function act(context: CommandContext, store: OpenStore, online: OnlineStore): Promise<number> {
  const [action, given, file = ''] = context.positionals;
  const name = given ?? '';
  if (action === 'list') return list(context, await knownViews(store, online));
  if (action === 'services') return services(context, store, online, given);
  if (action === 'skew') return skew(context, store, given);
  if (action === 'show') return show(context, findView(await knownViews(store, online), name));
  if (action === 'materialize') return bringIn(context, store, online, name);
  return push(context, await knownViews(store, online), online, { name, file });
}

async function knownViews({ database, artifacts }: OpenStore, online: OnlineStore): Promise<KnownView[]> {
  const made = await listViews(database, artifacts);
  const summaries = online.summaries();
  const names = new Set([...made, ...summaries].map(({ view }) => view.name));
  return [...names].toSorted().map((name) => ({
    name,
    made: made.find(({ view }) => view.name === name),
    online: summaries.find(({ view }) => view.name === name),
  }));
}

function findView(views: readonly KnownView[], name: string): KnownView {
  const found = views.find((view) => view.name === name);
  if (found !== undefined) return found;
  const near = nearMisses(
    name,
    views.map((view) => view.name),
  );
  throw new AppError('features.not-found', `There is no feature view “${name}”.`, {
    fix: near.length === 0 ? 'Run a graph with a Feature view step.' : `Did you mean ${near.join(' or ')}?`,
  });
}

function definitionOf({ made, online }: KnownView): FeatureView | undefined {
  return made?.view ?? online?.view;
}

/** What `list` and `show` tell of a view; times in ISO 8601. */
function described(known: KnownView) {
  const { made, online } = known;
  return {
    name: known.name,
    ...definitionOf(known),
    artifact:
      made === undefined
        ? null
        : { digest: made.digest, rows: made.rowCount ?? null, graph: made.graphId, node: made.nodeId },
    online:
      online === undefined
        ? null
        : {
            rows: online.rows,
            newestEvent: online.newestEventUs === null ? null : isoTime(online.newestEventUs),
            materialized: online.materializedMs === null ? null : new Date(online.materializedMs).toISOString(),
            digest: online.digest,
            upToDate: made === undefined || online.digest === made.digest,
          },
  };
}

function list(context: CommandContext, views: readonly KnownView[]): number {
  const features = views.map(described);
  const rows = features.map((view) => [
    view.name,
    view.keys?.map(({ name }) => name).join(', ') || '(one for all)',
    `${view.features?.length ?? 0} features`,
    view.online === null
      ? 'not online'
      : `${view.online.rows.toLocaleString('en-US')} online${view.online.upToDate ? '' : ', a newer artifact is there'}`,
    view.owner ?? '',
  ]);
  context.output.result({ features }, rows.length === 0 ? 'No feature view has been made yet.' : textTable(rows));
  return 0;
}

function show(context: CommandContext, known: KnownView): number {
  const view = described(known);
  const rows = (view.features ?? []).map(({ name, type, size }) => [
    '',
    name,
    size === undefined ? type : `${type}[${size}]`,
  ]);
  const lines = [
    view.name,
    ...(view.description ? [view.description] : []),
    ...(view.owner ? [`Owner: ${view.owner}`] : []),
    `Keys: ${view.keys?.map(({ name, type }) => `${name} (${type})`).join(', ') || 'none, the same for everyone'}`,
    `Time: ${view.eventTimestamp}${view.createdTimestamp ? `, known from ${view.createdTimestamp} on` : ''}`,
    `Time to live: ${view.ttlSeconds ? `${view.ttlSeconds} s` : 'for ever'}`,
    view.online === null
      ? `Not online: slipway features materialize ${view.name}`
      : `Online: ${view.online.rows.toLocaleString('en-US')} rows, newest event ${view.online.newestEvent ?? 'none'}`,
    'Features:',
    textTable(rows),
  ];
  context.output.result({ feature: view }, lines.join('\n'));
  return 0;
}

async function bringIn(context: CommandContext, store: OpenStore, online: OnlineStore, name: string): Promise<number> {
  const { artifacts } = store;
  const digest = digestSchema.safeParse(name).data ?? (await madeDigest(store, online, name));
  const artifact = await artifacts.open(digest);
  if (artifact === undefined) throw artifactNotFound(digest);
  const started = performance.now();
  const workDir = await artifacts.createWorkDir();
  try {
    const result = await materialize({
      store: online,
      artifact,
      openArtifact: (earlier): Promise<InputArtifact | undefined> => artifacts.open(earlier),
      nowUs: nowUs(),
      duckDb: {
        threads: availableParallelism(),
        memoryBytes: materializeMemoryBytes,
        tempDir: workDir,
        signal: context.signal,
      },
    });
    await withRedis((redis) => redis.publish(online, result.view));
    const seconds = (performance.now() - started) / 1000;
    const text =
      result.mode === 'unchanged'
        ? `${result.view} is online as it is.`
        : `${result.view} is online: ${result.rowsWritten.toLocaleString('en-US')} rows written in ${seconds.toFixed(1)} s.`;
    context.output.result({ type: 'features.materialized', ...result, seconds }, text);
    return 0;
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

/** Versions of feature services with the models that use them; of one name, or one version. */
async function services(
  context: CommandContext,
  { database, artifacts }: OpenStore,
  online: OnlineStore,
  reference: string | undefined,
): Promise<number> {
  const versions = createModelRegistry(database).list();
  const all = await serviceCatalog({ artifacts, online, versions });
  const [asked] = reference?.split(serviceVersionSeparator) ?? [];
  if (reference !== undefined) {
    findService(
      reference,
      (name, version) => online.findService(name, version),
      () => online.listServices(),
    );
  }
  const found = all.filter(
    ({ service }) => reference === undefined || reference === serviceLabel(service) || reference === service.name,
  );
  const listed = found.map(({ service, graphId, nodeId, createdMs, updatedMs, models }) => ({
    name: service.name,
    version: service.version,
    description: service.description,
    owner: service.owner,
    features: service.views.flatMap(({ view, features }) =>
      features.map((feature) => `${view.name}${referenceSeparator}${feature}`),
    ),
    graph: graphId,
    node: nodeId,
    created: new Date(createdMs).toISOString(),
    updated: new Date(updatedMs).toISOString(),
    models,
  }));
  const rows = listed.map(({ models, features, owner, ...service }) => [
    serviceLabel(service),
    asked === undefined ? `${features.length} features` : features.join(', '),
    models.length === 0 ? 'no model' : models.map(({ name, version }) => `${name} v${version}`).join(', '),
    owner,
  ]);
  const none = 'No feature service has been made yet.';
  context.output.result({ services: listed }, rows.length === 0 ? none : textTable(rows));
  return 0;
}

/** Computes the features of logged requests again, as of their time. */
async function skew(context: CommandContext, store: OpenStore, view: string | undefined): Promise<number> {
  const { dataDir, database, artifacts } = store;
  const versions = createModelRegistry(database).list();
  const found = await featureSkew({
    dataDir,
    database,
    artifacts,
    versions,
    signal: context.signal,
    ...(view === undefined ? {} : { view }),
  });
  const rows = found.flatMap(({ view: name, endpoint, model, features }) =>
    features.map(({ feature, rows: count, equal, largestDifference }) => [
      endpoint,
      `${model.name} v${model.version}`,
      `${name}:${feature}`,
      count === 0 ? 'no requests' : `${((100 * equal) / count).toFixed(2)} % of ${count} equal`,
      largestDifference === null ? '' : `largest difference ${largestDifference}`,
    ]),
  );
  const none = 'No endpoint has logged requests with joined features.';
  context.output.result({ type: 'features.skew', skew: found }, rows.length === 0 ? none : textTable(rows));
  return 0;
}

async function madeDigest(store: OpenStore, online: OnlineStore, name: string): Promise<string> {
  const known = findView(await knownViews(store, online), name);
  if (known.made !== undefined) return known.made.digest;
  throw new AppError('features.not-found', `The view ${name} has only been pushed to: there is no artifact of it.`, {
    fix: 'Run the graph with its Feature view step.',
  });
}

async function push(
  context: CommandContext,
  views: readonly KnownView[],
  online: OnlineStore,
  { name, file }: { name: string; file: string },
): Promise<number> {
  const known = findView(views, name);
  const rows = parseRows(file === '-' ? await readAll(process.stdin) : await readText(file), file);
  // A view can be pushed to before it has ever been materialized.
  if (known.online === undefined && known.made !== undefined) online.create(known.made.view);
  const shared = await withRedis(async (redis) => {
    await redis.publish(online, name);
    return redis.push(name, rows, nowUs());
  });
  const result = shared ?? pushRows(online, name, rows, nowUs());
  const older = result.rows - result.stored;
  const text = `${result.stored} rows written${older === 0 ? '.' : `; ${older} are older than what is there.`}`;
  context.output.result({ type: 'features.pushed', view: name, ...result }, text);
  return 0;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('data.not-found', `The file ${file} cannot be read.`, { fix: 'Check the path.', cause });
  }
}

/** A JSON list of rows, or one row per line. */
function parseRows(text: string, file: string): Record<string, unknown>[] {
  const trimmed = text.trim();
  const list = trimmed.startsWith('[')
    ? trimmed
    : `[${trimmed
        .split('\n')
        .filter((line) => line.trim() !== '')
        .join(',')}]`;
  const rows = parseJsonBody(Buffer.from(list), () => true);
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row))) {
    return rows as Record<string, unknown>[];
  }
  throw new AppError('request.invalid', `${file === '-' ? 'The input' : file} is no list of rows.`, {
    fix: 'Write [{"COLUMN": value, …}, …], or one such object per line.',
  });
}

function nowUs(): bigint {
  return BigInt(Date.now()) * 1000n;
}

/** Does something with the shared online store; undefined without one. */
async function withRedis<T>(work: (redis: RedisOnline) => Promise<T>): Promise<T | undefined> {
  const url = onlineUrl(process.env);
  if (url === undefined) return undefined;
  const redis = new RedisOnline(url);
  try {
    return await work(redis);
  } finally {
    redis.close();
  }
}
