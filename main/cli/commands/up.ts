import { AppError } from '../../../shared/errors/app-error.ts';
import type { PlanService } from '../../../shared/plan/plan.ts';
import { endpointServices, planOf, startGraphEndpoint } from '../../engine/graph-endpoints.ts';
import { createGraphMonitors } from '../../engine/graph-monitors.ts';
import { createEndpointHost } from '../../serving/endpoint-host.ts';
import type { Command } from '../command.ts';
import { diagnosticLines } from '../diagnostic-lines.ts';
import { announceEndpoint, servingHelp, servingOf, servingOptions, untilStopped } from '../endpoint-options.ts';
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
  usage: 'GRAPH [--http PORT] [--grpc PORT] [--host HOST] [--keys none|required] [--tls-cert FILE --tls-key FILE]',
  positionals: 1,
  options: servingOptions,
  optionHelp: servingHelp,
  async run(context) {
    const file = await readGraphFile(context.positionals[0]);
    const document = requireGraphJson(file);
    const services = endpointsOf(document);
    const serving = servingOf(context);
    const manager = serviceManagerOf({ env: process.env, log: (text) => context.output.log(text) });
    return withEngine(context, async (engine) => {
      const host = serving.host ?? '127.0.0.1';
      await requireFreePort(host, serving.port ?? Number(services[0]?.params['port'] ?? 0));
      if (serving.grpcPort !== undefined) await requireFreePort(host, serving.grpcPort);
      manager.status(`Running ${file.path}`);
      const { runId, diagnostics } = await engine.startRun({ document, baseDir: file.baseDir, source: 'up' });
      for (const line of diagnosticLines(diagnostics)) context.output.log(line);
      // The first JSON line of `up` is endpoint.ready.
      const finished = await followRun(engine, runId, logOnly(context.output), context.signal);
      if (finished.status !== 'succeeded') {
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
        }
        manager.ready(`${services.length} endpoint(s) up`, () => endpointsAnswer(endpoints));
        await untilStopped(context.signal);
      } finally {
        await manager.stopping();
        monitors.close();
        await endpoints.close();
      }
      return 0;
    });
  },
};

function endpointsOf(document: unknown): PlanService[] {
  const plan = planOf(document);
  const services = plan === undefined ? [] : endpointServices(plan);
  if (services.length > 0) return services;
  throw new AppError('graph.invalid', 'The graph has no endpoint to keep up.', {
    fix: 'Add a Serve node, or use slipway run.',
  });
}
