import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, normalize, sep } from 'node:path';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { AppError } from '../../shared/errors/app-error.ts';
import { streamsFolder } from '../compute/streams/streams-folder.ts';
import { createStreamIngest } from '../streams/stream-ingest.ts';
import { isLocalRequest, isLoopback } from '../serving/loopback.ts';
import { engineRouter } from './engine-router.ts';
import { createMlflowHandler } from './mlflow/mlflow-handler.ts';
import type { Services } from './services.ts';
import { contentTypeOf } from '../../shared/app/content-type.ts';

/** A graph may have 32 MiB; frames and a margin come on top. */
const maxMessageBytes = 40 * 1024 * 1024;
const maxConnections = 64;

/** No remote content and no inline script; styles may be inline since React Flow positions nodes by style attributes. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface UiServerOptions {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** Folder of the built app; undefined serves the RPC only. */
  appDir: string | undefined;
  services: Services;
  log: (text: string) => void;
  /** Origins besides the server's own that may open the RPC, e.g. the desktop shell's. */
  allowedOrigins?: readonly string[];
  /** Else random. */
  token?: string;
  /** Certificate and private key, PEM; without them the server speaks plain HTTP. */
  tls?: TlsFiles;
}

export interface TlsFiles {
  cert: string;
  key: string;
}

export interface UiServer {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  close(): Promise<void>;
}

/**
 * HTTP server of the app: static files without a token (they hold no data), the engine RPC at `/rpc` as WebSocket with
 * the token as subprotocol `slipway.TOKEN`, MLflow's REST below `/api/2.0/mlflow/` with the token as Bearer. Throws `port.in-use`.
 */
export async function startUiServer(options: UiServerOptions): Promise<UiServer> {
  const token = options.token ?? randomBytes(24).toString('base64url');
  const handler = new RPCHandler(engineRouter);
  const mlflow = createMlflowHandler(options.services.engine.database);
  const ingest = createStreamIngest({ streamsDir: streamsFolder(options.services.engine.dataDir) });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: (protocols) => [...protocols].find((name) => name.startsWith('slipway.')) ?? false,
  });

  /** A page of another site that resolves its name to this machine still sends its own name as Host. */
  function hostAllowed(request: IncomingMessage): boolean {
    return !isLoopback(options.host) || isLocalRequest(request.headers.host, undefined);
  }

  function originAllowed(request: IncomingMessage): boolean {
    const origin = request.headers.origin;
    if (origin === undefined) return true;
    if (options.allowedOrigins?.includes(origin)) return true;
    try {
      return new URL(origin).host === request.headers.host;
    } catch {
      return false;
    }
  }

  function tokenValid(request: IncomingMessage): boolean {
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((entry) => entry.trim());
    const bearer = request.headers.authorization?.replace(/^Bearer /, '');
    const given = protocols.find((entry) => entry.startsWith('slipway.'))?.slice('slipway.'.length) ?? bearer ?? '';
    const a = Buffer.from(given);
    const b = Buffer.from(token);
    return a.length === b.length && timingSafeEqual(a, b);
  }

  function refuse(socket: Duplex, status: string): void {
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handleRequest(request, response).catch((error: unknown) => {
      options.log(`Request ${request.url} failed: ${String(error)}`);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  };
  const server = options.tls === undefined ? createServer(onRequest) : createTlsServer(options.tls, onRequest);
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;

  async function handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Content-Security-Policy', contentSecurityPolicy);
    if (!hostAllowed(request)) return void response.writeHead(421).end();
    const url = targetOf(request);
    if (url === null) return void response.writeHead(400).end();
    const path = url.pathname;
    if (mlflow.handles(path)) {
      if (!originAllowed(request)) return void response.writeHead(403).end();
      if (!tokenValid(request)) return void response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
      return mlflow.answer(request, response, url);
    }
    const stream = /^\/streams\/([^/]+)\/events$/.exec(path)?.[1];
    if (stream !== undefined) {
      if (request.method !== 'POST') return void response.writeHead(405, { Allow: 'POST' }).end();
      if (!originAllowed(request)) return void response.writeHead(403).end();
      if (!tokenValid(request)) return void response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end();
      return ingest.handle(stream, request, response);
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    }
    if (path === '/healthz') return void response.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok');
    if (options.appDir === undefined) return void response.writeHead(404).end();
    await sendFile(options.appDir, path === '/' ? '/index.html' : path, request, response);
  }

  server.on('upgrade', (request, socket, head) => {
    // From here on nothing else listens: a connection that breaks would end the engine.
    socket.on('error', (error) => options.log(`Connection error: ${error.message}`));
    if (targetOf(request)?.pathname !== '/rpc') return refuse(socket, '404 Not Found');
    if (!hostAllowed(request) || !originAllowed(request)) return refuse(socket, '403 Forbidden');
    if (!tokenValid(request)) return refuse(socket, '401 Unauthorized');
    if (sockets.clients.size >= maxConnections) return refuse(socket, '503 Service Unavailable');
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', (error) => options.log(`Connection error: ${error.message}`));
      handler
        .upgrade(ws, { context: options.services })
        .catch((error: unknown) => options.log(`RPC failed: ${String(error)}`));
    });
  });

  await listen(server, options.port, options.host);
  const { port } = server.address() as AddressInfo;
  const shownHost = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${shownHost}:${port}/`,
    port,
    token,
    async close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await ingest.close();
    },
  };
}

/** Null for a request target that is no URL: anyone may send one. */
function targetOf(request: IncomingMessage): URL | null {
  return URL.parse(request.url ?? '/', 'http://localhost');
}

/** Throws `port.in-use` or `environment.missing` instead of the raw socket error. */
function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        reject(
          new AppError('port.in-use', `Port ${port} on ${host} is in use.`, {
            fix: 'Choose another with --port, or --port 0 for any free port.',
            cause: error,
          }),
        );
        return;
      }
      reject(
        new AppError('environment.missing', `Cannot listen on ${host}:${port} (${error.code}).`, {
          fix: 'Choose another --host or --port.',
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => resolve());
  });
}

async function sendFile(dir: string, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return void response.writeHead(400).end();
  }
  const full = normalize(join(dir, decoded));
  if (!full.startsWith(dir + sep) || decoded.includes('\0')) return void response.writeHead(404).end();
  const info = await stat(full).catch(() => undefined);
  if (!info?.isFile()) return void response.writeHead(404).end();
  // Names of built assets carry a hash of their content; the page itself must be asked for again.
  const cache = decoded.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  response.writeHead(200, {
    'Content-Type': contentTypeOf(full),
    'Content-Length': info.size,
    'Cache-Control': cache,
  });
  if (request.method === 'HEAD') return void response.end();
  createReadStream(full)
    .on('error', () => response.destroy())
    .pipe(response);
}
