import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGraphMonitors } from '../../engine/graph-monitors.ts';
import { buildApp } from '../../launch/build.mjs';
import { createEndpointHost } from '../../serving/endpoint-host.ts';
import { createProfileCache } from '../../transport/profile-cache.ts';
import { startUiServer } from '../../transport/ui-server.ts';
import { createGraphTrust } from '../../trust/graph-trust.ts';
import type { Command } from '../command.ts';
import { portOption, untilStopped } from '../endpoint-options.ts';
import { withEngine } from '../open-engine.ts';

const defaultPort = 4680;
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export const uiCommand: Command = {
  name: 'ui',
  summary: 'Serves the app to a browser; the printed address carries the token it needs.',
  usage: '[--port 4680] [--host 127.0.0.1]',
  positionals: 0,
  options: { port: { type: 'string' }, host: { type: 'string' } },
  optionHelp: { port: `port, default ${defaultPort}; 0 = any free port`, host: 'address to listen on' },
  async run(context) {
    const port = portOption(context, 'port') ?? defaultPort;
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
      const shellOrigin = process.env['SLIPWAY_APP_ORIGIN'];
      const graphsDir = join(engine.dataDir, 'graphs');
      const server = await startUiServer({
        host: context.text('host') ?? '127.0.0.1',
        port,
        appDir: join(root, 'dist', 'renderer'),
        services: {
          engine,
          endpoints,
          monitors,
          profiles: createProfileCache(),
          trust: createGraphTrust({ dataDir: engine.dataDir, ownFolders: [graphsDir] }),
          graphsDir,
        },
        log: (text) => context.output.log(text),
        allowedOrigins: shellOrigin === undefined ? [] : [shellOrigin],
      });
      try {
        const url = `${server.url}#token=${server.token}`;
        if (process.env['SLIPWAY_STOP_WITH_STDIN'] === '1') stopWithStdin();
        context.output.event({ type: 'ui.ready', url });
        context.output.line(`Slipway is at ${url}`);
        await untilStopped(context.signal);
      } finally {
        monitors.close();
        await server.close();
        await endpoints.close();
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
