import { AppError } from '../../shared/errors/app-error.ts';
import { type KeyPolicy, keyPolicyFor } from '../serving/api-keys.ts';
import type { StartedEndpoint } from '../serving/endpoint-host.ts';
import type { ModelSource } from '../serving/model-source.ts';
import type { CommandContext } from './command.ts';
import type { Output } from './output.ts';

/** Where endpoints listen; shared by `up` and `serve`. */
export const servingOptions = {
  http: { type: 'string' },
  grpc: { type: 'string' },
  host: { type: 'string' },
  keys: { type: 'string' },
} as const;

export const servingHelp = {
  http: 'port of the HTTP API; 0 = any free port, printed',
  grpc: 'port of the gRPC API; 0 = any free port, printed; without it there is no gRPC',
  host: 'address to listen on; default 127.0.0.1',
  keys: 'none or required; must be said for any other host than this machine',
};

export interface ServingAddress {
  host: string | undefined;
  port: number | undefined;
  grpcPort: number | undefined;
  keys: KeyPolicy | undefined;
}

export function servingOf(context: CommandContext): ServingAddress {
  const keys = context.text('keys');
  if (keys !== undefined && keys !== 'none' && keys !== 'required') {
    throw new AppError('cli.usage', `--keys is none or required, not ${keys}.`);
  }
  const host = context.text('host');
  // Said before anything runs for minutes.
  if (host !== undefined) keyPolicyFor(host, keys);
  return { host, port: portOption(context, 'http'), grpcPort: portOption(context, 'grpc'), keys };
}

/** A port option: 0 to 65535. */
export function portOption(context: CommandContext, name: string): number | undefined {
  const text = context.text(name);
  if (text === undefined) return undefined;
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new AppError('cli.usage', `--${name} ${text} is no port.`, { fix: 'Use 0 to 65535; 0 takes any free one.' });
}

export function announceEndpoint(output: Output, endpoint: StartedEndpoint, models: readonly ModelSource[]): void {
  const names = models.map(({ name, version }) => ({ name, version }));
  output.event({ type: 'endpoint.ready', http: endpoint.http, grpc: endpoint.grpc, models: names });
  const grpc = endpoint.grpc === null ? '' : `, gRPC at ${endpoint.grpc}`;
  output.line(
    `${names.map(({ name, version }) => `${name} version ${version}`).join(', ')} at ${endpoint.http}${grpc}`,
  );
  if (endpoint.newKey !== undefined) output.log(`Key, shown only now: ${endpoint.newKey}`);
}

export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
