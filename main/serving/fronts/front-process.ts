import {
  Agent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { AppError, toWireError } from '../../../shared/errors/app-error.ts';
import { keepCompiledCode } from '../../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../../product/memory-at-rest.ts';
import { compressAnswer } from '../compress-answer.ts';
import { type Answer, answerOfError } from '../http-answer.ts';
import { BodyBudget, readBody } from '../read-body.ts';
import { TlsFiles } from '../tls-files.ts';
import { clientAddressHeader, type FrontCommand, type FrontMessage, type FrontStart } from './front-protocol.ts';
import { bodyBudgetBytes, httpLimits } from './http-limits.ts';

/**
 * A process that holds the connections of clients: it ends TLS, reads requests, bears slow clients, and takes the work of
 * compression from the serving process, which it asks over a private socket. Everything that has to be known in one place
 * (keys and quotas, queues, caches, traffic rules, logs) stays there.
 */

/** Between the two the address of the client is added, and nothing that concerns one connection only goes on. */
const hopHeaders = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);
const reportMs = 50;

const agent = new Agent({ keepAlive: true });
const budget = new BodyBudget(bodyBudgetBytes);
const load = { connections: 0, taken: 0, outstanding: 0, requests: 0, cpuUs: 0 };
let reported = '';
let server: Server | undefined;
let socketPath = '';
let draining = false;
let isTls = false;

function send(message: FrontMessage): void {
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

async function start(message: FrontStart): Promise<void> {
  socketPath = message.socketPath;
  isTls = message.tls !== null;
  const handle = (request: IncomingMessage, response: ServerResponse) => void forward(request, response);
  if (message.tls === null) {
    server = createServer(httpLimits, handle);
  } else {
    const files = await TlsFiles.open(message.tls, (level, text) => send({ type: 'log', level, text }));
    const tlsServer = createTlsServer({ ...httpLimits, ...files.material, minVersion: 'TLSv1.2' }, handle);
    files.onChange((material) => tlsServer.setSecureContext({ ...material, minVersion: 'TLSv1.2' }));
    server = tlsServer;
  }
  setInterval(report, reportMs).unref();
  keepCompiledCode();
  giveBackMemoryAtRest();
  send({ type: 'ready' });
}

function report(): void {
  const { user, system } = process.cpuUsage();
  const state = `${load.taken}/${load.connections}/${load.outstanding}/${load.requests}`;
  if (state === reported) return;
  reported = state;
  load.cpuUs = user + system;
  send({ type: 'load', load });
}

function take(socket: Socket | undefined): void {
  load.taken++;
  // A client may be gone before its connection gets here.
  if (socket === undefined || server === undefined) return;
  load.connections++;
  socket.once('close', () => {
    load.connections--;
  });
  server.emit('connection', socket);
  // It was held back until here; TLS reads by itself.
  if (!isTls) socket.resume();
}

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  load.outstanding++;
  load.requests++;
  const gone = new AbortController();
  response.once('close', () => {
    load.outstanding--;
    if (!response.writableEnded) gone.abort();
  });
  let answer: Answer & { close?: boolean };
  try {
    answer = await ask(request, gone.signal);
  } catch (error) {
    answer = answerOfError(error, (_level, text) => send({ type: 'log', level: 'warn', text }));
  }
  const accepted = request.headers['accept-encoding'];
  if (typeof accepted === 'string') answer = { ...answer, ...(await compressAnswer(answer, accepted)) };
  if (response.destroyed) return;
  const length = typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length;
  const headers: Record<string, string | number> = { 'content-type': answer.contentType, ...answer.headers };
  // An answer without a body has no length of its own: 204.
  if (answer.status !== 204) headers['content-length'] = length;
  if (draining || answer.close === true) headers['connection'] = 'close';
  response.writeHead(answer.status, headers);
  response.end(answer.body);
}

/** The answer of the serving process. Errors: those of `readBody`, `serve.not-ready`, `run.cancelled`. */
async function ask(request: IncomingMessage, signal: AbortSignal): Promise<Answer & { close: boolean }> {
  const isCoded = request.headers['content-encoding'] !== undefined;
  const body = isCoded ? await readBody(request, budget) : undefined;
  try {
    return await asked(request, body, signal);
  } finally {
    if (body !== undefined) budget.release(body.length);
  }
}

function asked(
  request: IncomingMessage,
  body: Buffer | undefined,
  signal: AbortSignal,
): Promise<Answer & { close: boolean }> {
  const headers: Record<string, string | string[] | number> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || hopHeaders.has(name) || name === 'accept-encoding' || name === clientAddressHeader)
      continue;
    if (body !== undefined && (name === 'content-encoding' || name === 'content-length')) continue;
    headers[name] = value;
  }
  headers[clientAddressHeader] = request.socket.remoteAddress ?? '';
  if (body !== undefined) headers['content-length'] = body.length;
  return new Promise((resolve, reject) => {
    const asking = httpRequest(
      { socketPath, agent, method: request.method, path: request.url, headers, signal, setHost: false },
      (answered) => {
        const chunks: Buffer[] = [];
        answered.on('data', (chunk: Buffer) => chunks.push(chunk));
        answered.on('error', reject);
        answered.on('end', () => {
          const { 'content-type': contentType = '', connection, ...others } = answered.headers;
          const kept: Record<string, string | number> = {};
          for (const [name, value] of Object.entries(others)) {
            const isOwn = hopHeaders.has(name) || name === 'content-length' || name === 'date';
            if (!isOwn && value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
          }
          resolve({
            status: answered.statusCode ?? 500,
            contentType,
            headers: kept,
            body: Buffer.concat(chunks),
            close: connection === 'close',
          });
        });
      },
    );
    asking.on('error', (cause) => {
      reject(
        signal.aborted
          ? new AppError('run.cancelled', 'The client went away.')
          : new AppError('serve.not-ready', 'The serving process does not answer.', {
              fix: 'Try again shortly.',
              cause,
            }),
      );
    });
    if (body === undefined) request.pipe(asking);
    else asking.end(body);
  });
}

/** Ends with the last connection; the serving process does not wait longer than for its own. */
function drain(): void {
  draining = true;
  server?.closeIdleConnections();
  setInterval(() => {
    report();
    server?.closeIdleConnections();
    if (load.outstanding === 0) process.exit(0);
  }, 20);
}

process.on('message', (message: FrontCommand, handle) => {
  switch (message.type) {
    case 'start':
      start(message).catch((error: unknown) => send({ type: 'failed', error: toWireError(error) }));
      return;
    case 'connection':
      take(handle as Socket | undefined);
      return;
    case 'drain':
      drain();
  }
});
// The serving process is gone: there is nobody to ask.
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
