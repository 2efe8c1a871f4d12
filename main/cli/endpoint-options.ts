import { onlineUrlVariable } from '../features/online-reader.ts';
import { RedisOnline } from '../features/redis-online.ts';
import { resolve } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import { type KeyPolicy, keyPolicyFor } from '../serving/key-policy.ts';
import type { StartedEndpoint } from '../serving/endpoint-host.ts';
import type { ModelSource } from '../serving/model-source.ts';
import type { CommandContext } from './command.ts';
import type { Output } from './output.ts';
import { tlsFiles } from './tls-files.ts';

/** Where endpoints listen; shared by `up` and `serve`. */
export const servingOptions = {
  http: { type: 'string' },
  grpc: { type: 'string' },
  host: { type: 'string' },
  keys: { type: 'string' },
  online: { type: 'string' },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'cors-origin': { type: 'string', multiple: true },
} as const;

export const servingHelp = {
  http: 'port of the HTTP API; 0 = any free port, printed',
  grpc: 'port of the gRPC API; 0 = any free port, printed; without it there is no gRPC',
  host: 'address to listen on; default 127.0.0.1',
  keys: 'none or required; must be said for any other host than this machine',
  online: 'shared online store of features, redis://HOST:PORT; default SLIPWAY_ONLINE, else the embedded one',
  'tls-cert': 'certificate chain, PEM: HTTPS and gRPC over TLS; taken anew when it is renewed',
  'tls-key': 'its private key, PEM',
  'cors-origin': 'origin of web pages that may ask, e.g. https://app.example.com; may be repeated',
};

export interface ServingAddress {
  host: string | undefined;
  port: number | undefined;
  grpcPort: number | undefined;
  keys: KeyPolicy | undefined;
  tls: { certPath: string; keyPath: string } | undefined;
  corsOrigins: readonly string[];
}

/**
 * Makes `--online` the online store of this process and of those it starts. It goes through the environment, as in a pod,
 * since the address can carry a password. Errors: `cli.usage`.
 */
export function useOnlineStore(context: CommandContext): void {
  const url = context.text('online');
  if (url === undefined) return;
  new RedisOnline(url).close();
  process.env[onlineUrlVariable] = url;
}

export function servingOf(context: CommandContext): ServingAddress {
  useOnlineStore(context);
  const keys = context.text('keys');
  if (keys !== undefined && keys !== 'none' && keys !== 'required') {
    throw new AppError('cli.usage', `--keys is none or required, not ${keys}.`);
  }
  const host = context.text('host');
  // Said before anything runs for minutes.
  if (host !== undefined) keyPolicyFor(host, keys);
  return {
    host,
    port: portOption(context, 'http'),
    grpcPort: portOption(context, 'grpc'),
    keys,
    tls: tlsOf(context),
    corsOrigins: context.list('cors-origin').map(originOf),
  };
}

function tlsOf(context: CommandContext): ServingAddress['tls'] {
  const [cert, key] = [context.text('tls-cert'), context.text('tls-key')];
  // Said before anything runs for minutes, too.
  tlsFiles(cert, key);
  return cert !== undefined && key !== undefined ? { certPath: resolve(cert), keyPath: resolve(key) } : undefined;
}

/** Two servers of one command cannot share a port: throws `cli.usage`. 0 is any free port, so it may repeat. */
export function requireDifferentPorts(ports: Readonly<Record<string, number | undefined>>): void {
  const taken = new Map<number, string>();
  for (const [name, port] of Object.entries(ports)) {
    if (port === undefined || port === 0) continue;
    const other = taken.get(port);
    if (other !== undefined) {
      throw new AppError('cli.usage', `--${other} and --${name} both ask for port ${port}.`, {
        fix: 'Give each its own port; 0 takes any free one.',
      });
    }
    taken.set(port, name);
  }
}

/** `*`, or scheme, host and port as browsers send them. */
function originOf(text: string): string {
  if (text === '*') return text;
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url.origin;
  throw new AppError('cli.usage', `--cors-origin ${text} is no origin.`, {
    fix: 'For example https://app.example.com.',
  });
}

/** A port option: 0 to 65535. */
export function portOption(context: CommandContext, name: string): number | undefined {
  const text = context.text(name);
  if (text === undefined) return undefined;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
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
