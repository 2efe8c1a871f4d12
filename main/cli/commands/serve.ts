import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { driftNode } from '../../../nodes/monitor/drift/definition.ts';
import { endpointNode } from '../../../nodes/serve/endpoint/definition.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { type EndpointParams, payloadLogOf, queueSettingsOf, requestLogOf } from '../../engine/endpoint-settings.ts';
import { aliasPeriodMs, followAliases } from '../../engine/follow-aliases.ts';
import { bringOnline } from '../../features/bring-online.ts';
import { createEndpointMonitor, type EndpointMonitor } from '../../monitoring/endpoint-monitor.ts';
import { type Replica, startReplica } from '../../monitoring/replicas/replica.ts';
import { createEndpointHost, type EndpointHost, type StartedEndpoint } from '../../serving/endpoint-host.ts';
import {
  artifactModelSource,
  isModelRepository,
  type ModelSource,
  modelSourcesAt,
} from '../../serving/model-source.ts';
import type { PredictionLogOptions } from '../../serving/prediction-log/prediction-log.ts';
import type { ArtifactDriver } from '../../store/artifact-driver.ts';
import { artifactNotFound, createArtifactStore } from '../../store/artifact-store.ts';
import { makeDataDir, resolveDataDir } from '../../store/data-dir.ts';
import { provideTemporaryFolder } from '../../store/temporary-folder.ts';
import type { Command, CommandContext } from '../command.ts';
import { fleetHelp, fleetOf, fleetOptions } from '../fleet-options.ts';
import {
  announceEndpoint,
  requireDifferentPorts,
  servingHelp,
  servingOf,
  servingOptions,
  untilStopped,
} from '../endpoint-options.ts';
import { registeredModel, withRegistry } from '../model-argument.ts';
import { requestsStoreOf, sharedStoreOf } from '../shared-store.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serves a registered model, an ONNX file, or a folder of models in the layout NAME/VERSION/model.onnx.',
  usage:
    'MODEL… [--name NAME] [--wait] [--objective MS] [--settings JSON] [--poll SECONDS] [--request-log off|sampled|full] [--redact COLUMN]… [--monitored] [--replicas MIN-MAX] [--memory-budget MIB] [--load start|on-demand] [--http PORT] [--grpc PORT] [--host HOST] [--keys none|required] [--tls-cert FILE --tls-key FILE]',
  positionals: Number.POSITIVE_INFINITY,
  options: {
    ...servingOptions,
    ...fleetOptions,
    name: { type: 'string' },
    wait: { type: 'boolean' },
    objective: { type: 'string' },
    settings: { type: 'string' },
    poll: { type: 'string' },
    monitored: { type: 'boolean' },
    'request-log': { type: 'string' },
    redact: { type: 'string', multiple: true },
  },
  optionHelp: {
    ...servingHelp,
    ...fleetHelp,
    name: 'name to serve the model under',
    wait: 'wait until the model is registered, as a pod does that starts with the run',
    objective: 'p99 latency in ms to keep in overload, by refusing requests; default 50',
    settings: 'params of an Endpoint node as JSON, e.g. {"maxBatchRows": 128}',
    poll: 'seconds between looks at a folder of models: what is new or changed is loaded, what has gone is unloaded; default never',
    'request-log':
      'off, sampled (up to 1,000 rows per second, above that a share) or full: rows and predictions as Parquet in the data directory, see `slipway requests`; default off',
    redact: 'column that is never written to the request log; may be repeated',
    monitored:
      'put requests and labels into the store of SLIPWAY_STORE, and show what `slipway monitor` finds there; for one of several replicas',
  },
  async run(context) {
    const model = context.positionals[0];
    if (model === undefined) {
      throw new AppError('cli.usage', 'Name a model: models:/NAME@ALIAS, a file FILE.onnx or a folder.');
    }
    const serving = servingOf(context);
    requireDifferentPorts({ http: serving.port, grpc: serving.grpcPort });
    const settings = settingsOf(context);
    const objectiveP99Ms = objectiveOf(context) ?? settings.objectiveP99Ms;
    const predictionLog = logOf(context, settings);
    const stores = context.flag('monitored')
      ? { models: sharedStoreOf(context), requests: requestsStoreOf(context) }
      : undefined;
    const fleet = fleetOf(context);
    const models = model.startsWith('models:/')
      ? await registeredModels(context)
      : await modelSourcesAt(model, context.text('name'));
    const dataDir = resolveDataDir(context.dataDir);
    makeDataDir(dataDir);
    await provideTemporaryFolder(dataDir);
    const host = createEndpointHost({
      dataDir,
      log: (_level, text) => context.output.log(text),
    });
    let monitor: EndpointMonitor | undefined;
    let replica: Replica | undefined;
    try {
      const [first] = models;
      const start = {
        graphId: 'serve',
        nodeId: 'endpoint',
        name: first?.name ?? 'models',
        models,
        ...(await repositoryOf(context, model)),
        http: { port: serving.port ?? 0, ...(serving.host === undefined ? {} : { host: serving.host }) },
        grpcPort: serving.grpcPort,
        keys: serving.keys,
        tls: serving.tls,
        corsOrigins: serving.corsOrigins,
        objectiveP99Ms,
        owner: settings.owner,
        onCall: settings.onCall,
        ...queueSettingsOf(settings),
        ...payloadLogOf({ ...settings, redactColumns: [...settings.redactColumns, ...context.list('redact')] }),
        predictionLog,
        ...fleet,
      };
      const started = await host.startModels(start);
      if (stores !== undefined) replica = joinReplicas(context, host, started, stores);
      else if (first?.referencePath != null && first.manifest !== null) {
        monitor = watchDrift(host, started.id, (text) => context.output.log(text));
      }
      announceEndpoint(context.output, started, models);
      if (model.startsWith('models:/')) {
        void followAliases({
          served: models.map(({ digest }) => digest),
          resolve: () => registeredDigests(context),
          async swap() {
            const newest = await registeredModels(context);
            await host.startModels({ ...start, models: newest });
            context.output.event({
              type: 'endpoint.swapped',
              models: newest.map(({ name, version }) => ({ name, version })),
            });
          },
          periodMs: aliasPeriodMs,
          log: (text) => context.output.log(text),
          signal: context.signal,
        });
      }
      await untilStopped(context.signal);
    } finally {
      monitor?.close();
      // What is still open becomes a file when the endpoint ends.
      await host.close();
      await replica?.close();
    }
    return 0;
  },
};

function settingsOf(context: CommandContext): EndpointParams {
  const text = context.text('settings') ?? '{}';
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new AppError('cli.usage', '--settings is no JSON.', { fix: 'For example {"maxBatchRows": 128}.' });
  }
  const parsed = endpointNode.params.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('cli.usage', `--settings: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`, {
    fix: 'Give params as an Endpoint node has them.',
  });
}

/** None unless it is asked for; of a monitored endpoint there is always one: monitors read nothing else. */
function logOf(context: CommandContext, settings: EndpointParams): PredictionLogOptions | undefined {
  const mode = context.text('request-log');
  if (mode !== undefined && mode !== 'off' && mode !== 'sampled' && mode !== 'full') {
    throw new AppError('cli.usage', `--request-log is off, sampled or full, not ${mode}.`);
  }
  const redactColumns = [...settings.redactColumns, ...context.list('redact')];
  const isMonitored = context.flag('monitored');
  if (isMonitored && mode === 'off') {
    throw new AppError('cli.usage', 'A monitored endpoint needs its request log.', { fix: 'Leave --request-log off.' });
  }
  const usual = isMonitored ? (settings.requestLog === 'full' ? 'full' : 'sampled') : 'off';
  return requestLogOf({ ...settings, requestLog: mode ?? usual, redactColumns });
}

function joinReplicas(
  context: CommandContext,
  host: EndpointHost,
  endpoint: StartedEndpoint,
  stores: { models: ArtifactDriver; requests: ArtifactDriver },
): Replica {
  const store = createArtifactStore(stores.models);
  return startReplica({
    host,
    endpointId: endpoint.id,
    name: endpoint.name,
    replica: `${hostname()}-${process.pid}`,
    stateDir: join(resolveDataDir(context.dataDir), 'serving', endpoint.graphId, endpoint.nodeId),
    driver: stores.requests,
    async openModel({ model, version }) {
      const artifact = await store.open(model);
      if (artifact === undefined) throw artifactNotFound(model);
      return artifactModelSource({
        name: endpoint.name,
        version: String(version),
        digest: model,
        dir: artifact.path('.'),
      });
    },
    log: (text) => context.output.log(text),
    ...replicaPeriod(),
  });
}

/** How often a replica talks to the store. */
function replicaPeriod(): { periodMs?: number } {
  const seconds = Number(process.env['SLIPWAY_REPLICA_SECONDS'] ?? '');
  return seconds > 0 ? { periodMs: seconds * 1000 } : {};
}

function objectiveOf(context: CommandContext): number | undefined {
  const text = context.text('objective');
  if (text === undefined) return undefined;
  const milliseconds = Number(text);
  if (text.trim() !== '' && milliseconds > 0 && milliseconds <= 60_000) return milliseconds;
  throw new AppError('cli.usage', `--objective ${text} is no latency.`, { fix: 'Give milliseconds, up to 60000.' });
}

/** A folder of models is served as a repository: its models can be loaded and unloaded. */
async function repositoryOf(
  context: CommandContext,
  model: string,
): Promise<{ repositoryDir?: string; repositoryPollMs?: number }> {
  const isFolder = !model.startsWith('models:/') && (await isModelRepository(model));
  const text = context.text('poll');
  if (text === undefined) return isFolder ? { repositoryDir: resolve(model) } : {};
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 86_400)) {
    throw new AppError('cli.usage', `--poll ${text} is no time.`, { fix: 'Give seconds from 0.1, for example 5.' });
  }
  if (!isFolder) throw new AppError('cli.usage', '--poll is for a folder of models.');
  return { repositoryDir: resolve(model), repositoryPollMs: seconds * 1_000 };
}

/** A monitor with the default parameters of its kind: what is served without a graph reports drift too. */
function watchDrift(host: EndpointHost, endpointId: string, log: (text: string) => void): EndpointMonitor {
  const { windowRows, minimumRows, alpha } = driftNode.params.parse({});
  return createEndpointMonitor({
    nodeId: 'drift',
    endpointId,
    host,
    windowRows,
    minimumRows,
    alpha,
    log: (_level, text) => log(text),
  });
}

/** Several versions may be given; they are then served under the name of the first, which answers by default. */
async function registeredModels(context: CommandContext): Promise<ModelSource[]> {
  const sources: ModelSource[] = [];
  for (const uri of context.positionals) {
    if (!uri.startsWith('models:/')) {
      throw new AppError('cli.usage', `${uri} is no registered model; only versions of one can be served together.`);
    }
    // The views that a model was trained on go online with it.
    const source = await registeredModel(context, uri, context.text('name'), async ({ manifest }, artifacts) => {
      await bringOnline({
        joined: manifest?.joined,
        dataDir: resolveDataDir(context.dataDir),
        artifacts,
        log: (_level, text) => context.output.log(text),
        signal: context.signal,
      });
    });
    const name = sources[0]?.name ?? source.name;
    if (source.name !== name) throw new AppError('cli.usage', `${uri} is no version of ${name}.`);
    if (sources.some(({ version }) => version === source.version)) continue;
    sources.push(source);
  }
  return sources;
}

/** What the registry names now, without opening anything. */
async function registeredDigests(context: CommandContext): Promise<string[]> {
  return Promise.all(
    context.positionals.map((uri) => withRegistry(context, async ({ resolve }) => (await resolve(uri)).digest)),
  );
}
