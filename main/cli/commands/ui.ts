import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellOrigin } from '../../../shared/app/shell-origin.ts';
import type { TrafficReplay } from '../../monitoring/traffic-replay.ts';
import { createEndpointFollowing } from '../../engine/endpoint-following.ts';
import { createGraphMonitors } from '../../engine/graph-monitors.ts';
import { buildApp } from '../../launch/build.mjs';
import { createEndpointHost } from '../../serving/endpoint-host.ts';
import { LoadTests } from '../../serving/load-test/load-tests.ts';
import { advertiseEngine } from '../../transport/advertise.ts';
import { createRowOrders } from '../../compute/duckdb/row-order.ts';
import { createProfileCache } from '../../transport/profile-cache.ts';
import { startUiServer } from '../../transport/ui-server.ts';
import { createGraphTrust } from '../../trust/graph-trust.ts';
import { readOrMakeToken } from '../access-token.ts';
import type { Command } from '../command.ts';
import { tlsFiles } from '../tls-files.ts';
import { portOption, untilStopped } from '../endpoint-options.ts';
import { withEngine } from '../open-engine.ts';

const defaultPort = 4680;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export const uiCommand: Command = {
  name: 'ui',
  summary: 'Serves the app to a browser; the printed address carries the token it needs.',
  usage: '[--port 4680] [--host 127.0.0.1] [--token-file FILE] [--advertise] [--tls-cert FILE --tls-key FILE]',
  positionals: 0,
  options: {
    port: { type: 'string' },
    host: { type: 'string' },
    'token-file': { type: 'string' },
    advertise: { type: 'boolean' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
  },
  optionHelp: {
    port: `port, default ${defaultPort}; 0 = any free port`,
    host: 'address to listen on',
    'token-file': 'keep the token in this file, so that it stays the same; made when it is not there',
    advertise: 'let the desktop app find this engine on the local network (multicast DNS)',
    'tls-cert': 'certificate (PEM): the app is served over TLS',
    'tls-key': 'its private key (PEM)',
  },
  async run(context) {
    const port = portOption(context, 'port') ?? defaultPort;
    const tls = tlsFiles(context.text('tls-cert'), context.text('tls-key'));
    const tokenFile = context.text('token-file');
    const token = tokenFile === undefined ? undefined : readOrMakeToken(tokenFile);
    buildApp();
    return withEngine(context, async (engine) => {
      const endpoints = createEndpointHost({
        dataDir: engine.dataDir,
        log: (_level, text) => context.output.log(text),
      });
      const monitors = createGraphMonitors({
        engine,
        host: endpoints,
        log: (text) => context.output.log(text),
      });
      const following = createEndpointFollowing({ engine, host: endpoints, log: (text) => context.output.log(text) });
      const graphsDir = join(engine.dataDir, 'graphs');
      const replays = new Map<string, TrafficReplay>();
      const loadTests = new LoadTests();
      const server = await startUiServer({
        host: context.text('host') ?? '127.0.0.1',
        port,
        appDir: join(root, 'dist', 'renderer'),
        services: {
          engine,
          endpoints,
          monitors,
          following,
          replays,
          loadTests,
          profiles: createProfileCache(),
          rowOrders: createRowOrders(),
          trust: createGraphTrust({ dataDir: engine.dataDir, ownFolders: [graphsDir] }),
          graphsDir,
        },
        log: (text) => context.output.log(text),
        allowedOrigins: [shellOrigin],
        ...(tls === undefined ? {} : { tls }),
        ...(token === undefined ? {} : { token }),
      });
      const silence = context.flag('advertise')
        ? advertiseEngine({
            port: server.port,
            tls: tls !== undefined,
            log: (text) => context.output.log(text),
          })
        : () => undefined;
      try {
        const url = `${server.url}#token=${server.token}`;
        if (process.env['SLIPWAY_STOP_WITH_STDIN'] === '1') stopWithStdin();
        context.output.event({ type: 'ui.ready', url });
        context.output.line(`Slipway is at ${url}`);
        await untilStopped(context.signal);
      } finally {
        for (const replay of replays.values()) replay.stop();
        silence();
        const alertsSent = monitors.close();
        await following.close();
        await server.close();
        await loadTests.close();
        await endpoints.close();
        await alertsSent;
      }
      return 0;
    });
  },
};

/** The shell that started this engine holds the other end of stdin; when it is gone, however it ended, so is the pipe. */
function stopWithStdin(): void {
  process.stdin.on('close', () => process.kill(process.pid, 'SIGTERM'));
  process.stdin.on('error', () => undefined);
  process.stdin.resume();
}
