import { definitionOf } from '../../../nodes/catalog.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { readGraphValue } from '../../../shared/graph/read-graph.ts';
import type { PlanService } from '../../../shared/plan/plan.ts';
import { registeredAlias, serveAndFollow } from '../../engine/follow-registration.ts';
import { endpointServices, planOf, startGraphEndpoint } from '../../engine/graph-endpoints.ts';
import { createGraphMonitors } from '../../engine/graph-monitors.ts';
import { createEndpointHost } from '../../serving/endpoint-host.ts';
import { startStreamServer } from '../stream-server.ts';
import type { Command } from '../command.ts';
import { diagnosticLines } from '../diagnostic-lines.ts';
import {
  announceEndpoint,
  servingHelp,
  portOption,
  requireDifferentPorts,
  servingOf,
  servingOptions,
  untilStopped,
} from '../endpoint-options.ts';
import { endpointsAnswer } from '../endpoint-health.ts';
import { exitCodeOf, followRun } from '../follow-run.ts';
import { withEngine } from '../open-engine.ts';
import { logOnly } from '../output.ts';
import { requireFreePort } from '../require-free-port.ts';
import { readGraphFile, requireGraphJson } from '../read-graph.ts';
import { serviceManagerOf } from '../service-manager.ts';

export const upCommand: Command = {
  name: 'up',
  summary: 'Runs a graph, then keeps its endpoints and monitors up until it is stopped.',
  usage:
    'GRAPH [--http PORT] [--grpc PORT] [--streams PORT] [--host HOST] [--keys none|required] [--tls-cert FILE --tls-key FILE]',
  positionals: 1,
  options: { ...servingOptions, streams: { type: 'string' } },
  optionHelp: {
    ...servingHelp,
    streams:
      'port that takes events at /streams/NAME/events; 0 = any free port, printed; without it events come from sources only',
  },
  async run(context) {
    const file = await readGraphFile(context.positionals[0]);
    const document = requireGraphJson(file);
    const streamsPort = portOption(context, 'streams');
    const services = endpointsOf(document);
    const serving = servingOf(context);
    requireDifferentPorts({ http: serving.port, grpc: serving.grpcPort, streams: streamsPort });
    const manager = serviceManagerOf({ env: process.env, log: (text) => context.output.log(text) });
    return withEngine(context, async (engine) => {
      const host = serving.host ?? '127.0.0.1';
      await requireFreePort(host, serving.port ?? Number(services[0]?.params['port'] ?? 0));
      if (serving.grpcPort !== undefined) await requireFreePort(host, serving.grpcPort);
      // Before the run, so that events can come while it goes on.
      const streams =
        streamsPort === undefined
          ? undefined
          : await startStreamServer({
              dataDir: engine.dataDir,
              host,
              port: streamsPort,
              keys: serving.keys,
              tls: serving.tls,
              log: (text) => context.output.log(text),
            });
      manager.status(`Running ${file.path}`);
      const { runId, diagnostics } = await engine.startRun({ document, baseDir: file.baseDir, source: 'up' });
      for (const line of diagnosticLines(diagnostics)) context.output.log(line);
      // The first JSON line of `up` is endpoint.ready.
      const finished = await followRun(engine, runId, logOnly(context.output), context.signal);
      // Streams that are kept up may have no events yet; a window that closes runs the graph again.
      if (finished.status !== 'succeeded' && (services.length > 0 || context.signal.aborted)) {
        await streams?.close();
        context.output.result(finished, `Run ${runId} ${finished.status}.`);
        return exitCodeOf(finished);
      }
      const endpoints = createEndpointHost({
        dataDir: engine.dataDir,
        log: (_level, text) => context.output.log(text),
      });
      const monitors = createGraphMonitors({
        engine,
        host: endpoints,
        log: (text) => context.output.log(text),
        onAlert: (alert) =>
          context.output.event({ ...alert, type: alert.resolvedMs === null ? 'alert.opened' : 'alert.resolved' }),
        onLoopEvent: (event) => context.output.event({ ...event, type: `loop.${event.type}` }),
      });
      try {
        for (const [index, service] of services.entries()) {
          const start = {
            document,
            baseDir: file.baseDir,
            nodeId: service.id,
            host: serving.host,
            // One port cannot serve two endpoints: only the first takes the one that was asked for.
            port: index === 0 ? serving.port : 0,
            grpcPort: index === 0 || serving.grpcPort === undefined ? serving.grpcPort : 0,
            keys: serving.keys,
            tls: serving.tls,
            corsOrigins: serving.corsOrigins,
            log: (_level: 'info' | 'warn', text: string) => context.output.log(text),
          };
          const started = await startGraphEndpoint(engine, endpoints, start);
          monitors.attach(started, start);
          announceEndpoint(context.output, started, endpoints.models(started.id));
          const alias = await registeredAlias(engine, endpoints, started);
          if (alias === undefined) continue;
          // So a rollback by another process goes live, and is not undone by a restart that trains nothing new.
          await serveAndFollow({
            engine,
            host: endpoints,
            endpoint: started,
            start,
            alias,
            onSwap: (model) => context.output.event({ type: 'endpoint.swapped', models: [model] }),
            log: (text) => context.output.log(text),
            signal: context.signal,
          });
        }
        if (streams !== undefined) {
          context.output.event({ type: 'streams.ready', http: streams.url });
          context.output.line(`Events are taken at ${streams.url}/streams/NAME/events`);
          if (streams.newKey !== undefined) context.output.log(`Key, shown only now: ${streams.newKey}`);
        }
        manager.ready(`${services.length} endpoint(s) up`, () => endpointsAnswer(endpoints));
        await untilStopped(context.signal);
      } finally {
        await manager.stopping();
        const alertsSent = monitors.close();
        await streams?.close();
        await endpoints.close();
        await alertsSent;
      }
      return 0;
    });
  },
};

/** May be none for a graph whose streams are kept up. */
function endpointsOf(document: unknown): PlanService[] {
  const plan = planOf(document);
  const services = plan === undefined ? [] : endpointServices(plan);
  const hasStream = plan?.steps.some(({ kind, params }) => kind === 'data.stream' && params['source'] !== 'replay');
  if (services.length > 0 || hasStream === true) return services;
  const first = readGraphValue(document, definitionOf).diagnostics.find(({ severity }) => severity === 'error');
  if (first !== undefined) {
    const code = first.code === 'graph.too-new' || first.code === 'graph.too-large' ? first.code : 'graph.invalid';
    throw new AppError(code, `Nothing of the graph can be kept up: ${first.message}`, {
      fix: first.fix,
      nodeId: first.node,
    });
  }
  throw new AppError('graph.invalid', 'The graph has no endpoint or stream to keep up.', {
    fix: 'Add a Serve node or a Stream, or use slipway run.',
  });
}
