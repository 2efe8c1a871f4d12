import { readFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toAppError } from '../../shared/errors/app-error.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import { streamsFolder } from '../compute/streams/streams-folder.ts';
import { type KeyPolicy, keyPolicyFor } from '../serving/key-policy.ts';
import { ensureKeys } from '../serving/keys/key-file.ts';
import { KeyRing } from '../serving/keys/key-ring.ts';
import { listenError } from '../serving/listen-error.ts';
import { isLocalRequest, isLoopback } from '../serving/loopback.ts';
import { createStreamIngest } from '../streams/stream-ingest.ts';

export interface StreamServer {
  readonly url: string;
  /** A key made just now, to be shown once. */
  readonly newKey: string | undefined;
  close(): Promise<void>;
}

/**
 * Takes events at `POST /streams/NAME/events` for a graph that is up without the app. Keys as for endpoints, with the
 * scope `write`; without them only requests that were meant for this machine are answered. Throws `port.in-use`, `serve.host-needs-keys`.
 */
export async function startStreamServer(options: {
  dataDir: string;
  host?: string | undefined;
  port: number;
  keys?: KeyPolicy | undefined;
  log(text: string): void;
  /** Files in PEM: HTTPS in place of HTTP. */
  tls?: { certPath: string; keyPath: string } | undefined;
}): Promise<StreamServer> {
  const { dataDir, port, host = '127.0.0.1' } = options;
  const policy = keyPolicyFor(host, options.keys);
  const made = policy === 'required' ? await ensureKeys(dataDir) : undefined;
  const keys = made === undefined ? undefined : await KeyRing.open(made.path, (_level, text) => options.log(text));
  const ingest = createStreamIngest({ streamsDir: streamsFolder(dataDir) });

  const answer = (request: IncomingMessage, response: ServerResponse): Promise<void> | undefined => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const { origin, authorization, host: named } = request.headers;
    const refuse = (status: number, headers: Record<string, string> = {}) => {
      response.writeHead(status, headers).end();
      return undefined;
    };
    if (path === '/healthz') return refuse(200);
    const stream = /^\/streams\/([^/]+)\/events$/.exec(path)?.[1];
    if (stream === undefined) return refuse(404);
    if (request.method !== 'POST') return refuse(405, { Allow: 'POST' });
    if (keys === undefined && isLoopback(host) && !isLocalRequest(named, origin)) return refuse(403);
    try {
      keys?.authorize(authorization, 'write', Date.now());
    } catch (error) {
      const { code, message, fix } = toAppError(error);
      response.writeHead(errorCodes[code].httpStatus, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ code, message, fix }));
      return undefined;
    }
    return ingest.handle(stream, request, response);
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const server =
    options.tls === undefined
      ? createServer(onRequest)
      : createTlsServer(
          { cert: await readFile(options.tls.certPath), key: await readFile(options.tls.keyPath) },
          onRequest,
        );
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    newKey: made?.newSecret,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await keys?.close();
      await ingest.close();
    },
  };
}
