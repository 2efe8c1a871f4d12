import { resolve } from 'node:path';
import { driftNode } from '../../../nodes/monitor/drift/definition.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { bringOnline } from '../../features/bring-online.ts';
import { createEndpointMonitor, type EndpointMonitor } from '../../monitoring/endpoint-monitor.ts';
import { createEndpointHost, type EndpointHost } from '../../serving/endpoint-host.ts';
import { isModelRepository, type ModelSource, modelSourcesAt } from '../../serving/model-source.ts';
import { makeDataDir, resolveDataDir } from '../../store/data-dir.ts';
import type { Command, CommandContext } from '../command.ts';
import { fleetHelp, fleetOf, fleetOptions } from '../fleet-options.ts';
import { followAliases } from '../follow-aliases.ts';
import {
  announceEndpoint,
  requireDifferentPorts,
  servingHelp,
  servingOf,
  servingOptions,
  untilStopped,
} from '../endpoint-options.ts';
import { registeredModel, withRegistry } from '../model-argument.ts';

/** How soon a moved alias is noticed. */
const aliasPeriodMs = 5_000;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serves a registered model, an ONNX file, or a folder of models in the layout NAME/VERSION/model.onnx.',
  usage:
    'MODEL… [--name NAME] [--wait] [--objective MS] [--replicas MIN-MAX] [--memory-budget MIB] [--load start|on-demand] [--http PORT] [--grpc PORT] [--host HOST] [--keys none|required] [--tls-cert FILE --tls-key FILE]',
  positionals: Number.POSITIVE_INFINITY,
  options: {
    ...servingOptions,
    ...fleetOptions,
    name: { type: 'string' },
    wait: { type: 'boolean' },
    objective: { type: 'string' },
  },
  optionHelp: {
    ...servingHelp,
    ...fleetHelp,
    name: 'name to serve the model under',
    wait: 'wait until the model is registered, as a pod does that starts with the run',
    objective: 'p99 latency in ms to keep in overload, by refusing requests; default 50',
  },
  async run(context) {
    const model = context.positionals[0];
    if (model === undefined) {
      throw new AppError('cli.usage', 'Name a model: models:/NAME@ALIAS, a file FILE.onnx or a folder.');
    }
    const serving = servingOf(context);
    requireDifferentPorts({ http: serving.port, grpc: serving.grpcPort });
    const objectiveP99Ms = objectiveOf(context);
    const fleet = fleetOf(context);
    const models = model.startsWith('models:/')
      ? await registeredModels(context)
      : await modelSourcesAt(model, context.text('name'));
    const dataDir = resolveDataDir(context.dataDir);
    makeDataDir(dataDir);
    const host = createEndpointHost({
      dataDir,
      log: (_level, text) => context.output.log(text),
    });
    let monitor: EndpointMonitor | undefined;
    try {
      const [first] = models;
      const start = {
        graphId: 'serve',
        nodeId: 'endpoint',
        name: first?.name ?? 'models',
        models,
        ...(await repositoryOf(model)),
        http: { port: serving.port ?? 0, ...(serving.host === undefined ? {} : { host: serving.host }) },
        grpcPort: serving.grpcPort,
        keys: serving.keys,
        tls: serving.tls,
        corsOrigins: serving.corsOrigins,
        objectiveP99Ms,
        ...fleet,
      };
      const started = await host.startModels(start);
      if (first?.referencePath != null && first.manifest !== null) {
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
      await host.close();
    }
    return 0;
  },
};

function objectiveOf(context: CommandContext): number {
  const text = context.text('objective') ?? '50';
  const milliseconds = Number(text);
  if (text.trim() !== '' && milliseconds > 0 && milliseconds <= 60_000) return milliseconds;
  throw new AppError('cli.usage', `--objective ${text} is no latency.`, { fix: 'Give milliseconds, up to 60000.' });
}

/** A folder of models is served as a repository: its models can be loaded and unloaded. */
async function repositoryOf(model: string): Promise<{ repositoryDir?: string }> {
  const isFolder = !model.startsWith('models:/') && (await isModelRepository(model));
  return isFolder ? { repositoryDir: resolve(model) } : {};
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
