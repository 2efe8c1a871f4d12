import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type RequestOptions, request as httpsRequest } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { AppError } from '../../../shared/errors/app-error.ts';
import { ApiFailure, type ApiStatus } from './api-failure.ts';
import { chooseContext } from './kube-contexts.ts';

export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** E.g. `/api/v1/namespaces/x/pods`. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal | undefined;
}

export interface ClusterClient {
  readonly context: string;
  readonly server: string;
  /** Of the context; `default` where it names none. */
  readonly namespace: string;
  /** Throws ApiFailure for an error answer; `cluster.unreachable` or `cluster.credentials` without one. */
  json<T = unknown>(request: ApiRequest): Promise<T>;
  /** Lines of an answer that goes on, e.g. of a watch or a log. Errors as for `json`. */
  lines(request: ApiRequest): AsyncGenerator<string, void, undefined>;
}

const answerTimeoutMs = 30_000;
/** Longer than any watch the client asks for; a sleeping machine's connection ends here. */
const silenceTimeoutMs = 300_000;
const maxAnswerBytes = 64 * 1024 * 1024;

/** A client for a context of the kubeconfig. Throws `cluster.config`. */
export function openCluster(context: string | undefined, env: NodeJS.ProcessEnv = process.env): ClusterClient {
  const config = chooseContext(context, env);
  const server = config.getCurrentCluster()?.server ?? '';

  async function send(request: ApiRequest, timeoutMs: number): Promise<IncomingMessage> {
    const url = new URL(server.replace(/\/+$/, '') + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const options = await authorized(config);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    options.method = request.method ?? 'GET';
    options.headers = {
      // The library sets them as an object.
      ...(options.headers as Record<string, string> | undefined),
      accept: 'application/json',
      ...(body === undefined
        ? {}
        : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
    };
    options.timeout = timeoutMs;
    if (request.signal !== undefined) options.signal = request.signal;
    return new Promise((resolve, reject) => {
      const sent = (url.protocol === 'http:' ? httpRequest : httpsRequest)(url, options, resolve);
      sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      sent.on('error', (error) => reject(request.signal?.aborted === true ? error : unreachable(server, error)));
      sent.end(body);
    });
  }

  async function* lines(request: ApiRequest): AsyncGenerator<string, void, undefined> {
    const response = await send(request, silenceTimeoutMs);
    if ((response.statusCode ?? 500) >= 400) throw failureOf(response, await textOf(response, server));
    response.setEncoding('utf8');
    let rest = '';
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        rest += chunk;
        if (rest.length > maxAnswerBytes) throw new Error('a line is too long');
        const ended = rest.split('\n');
        rest = ended.pop() ?? '';
        yield* ended;
      }
    } catch (error) {
      throw request.signal?.aborted === true ? error : unreachable(server, error);
    } finally {
      response.destroy();
    }
    if (rest !== '') yield rest;
  }

  return {
    context: config.currentContext,
    server,
    namespace: config.getContextObject(config.currentContext)?.namespace ?? 'default',
    json: async <T>(request: ApiRequest) => {
      const response = await send(request, answerTimeoutMs);
      const text = await textOf(response, server);
      if ((response.statusCode ?? 500) >= 400) throw failureOf(response, text);
      return JSON.parse(text) as T;
    },
    lines,
  };
}

/** TLS and credentials of the context; exec plugins and OIDC run inside. */
async function authorized(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'cluster.credentials',
      `The context "${config.currentContext}" gives no credentials: ${reason}.`,
      {
        fix: 'Sign in again with the tool that wrote the kubeconfig.',
        cause: error,
      },
    );
  }
  return options;
}

async function textOf(response: IncomingMessage, server: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxAnswerBytes) throw new Error('the answer is larger than 64 MiB');
      chunks.push(chunk);
    }
  } catch (error) {
    throw unreachable(server, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOf(response: IncomingMessage, text: string): ApiFailure {
  let status: ApiStatus = { message: text.slice(0, 500) };
  try {
    status = JSON.parse(text) as ApiStatus;
  } catch {
    // A proxy in between answers in its own words.
  }
  return new ApiFailure(response.statusCode ?? 500, status);
}

function unreachable(server: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  const code = (cause as { code?: unknown } | null)?.code;
  if (code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED') {
    return new AppError(
      'cluster.unreachable',
      `The certificate of the cluster at ${server} is not valid now: ${reason}.`,
      {
        fix: `Check the clock of this machine (it says ${new Date().toISOString()}); if it is right, renew the certificate.`,
        cause,
      },
    );
  }
  return new AppError('cluster.unreachable', `The cluster at ${server} cannot be reached: ${reason}.`, {
    fix: 'Check the network, the VPN and the server of the context.',
    cause,
  });
}
