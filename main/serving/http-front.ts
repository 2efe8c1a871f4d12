import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ViewUse } from '../features/enrichment.ts';
import { clientAddressHeader } from './fronts/front-protocol.ts';
import { bodyBudgetBytes, httpLimits, maxConnections } from './fronts/http-limits.ts';
import { requestColumns } from '../../shared/model/request-columns.ts';
import type { InputColumn, ModelManifest } from '../../shared/model/signature.ts';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../shared/errors/codes.ts';
import { ArrivalClock } from './arrival-clock.ts';
import { queueFull } from './batcher.ts';
import { compressAnswer } from './compress-answer.ts';
import { allowsOrigin, corsHeaders, preflightAnswer } from './cors.ts';
import { featureHeader, featureHeaderOf } from './enrich-request.ts';
import { headerValue } from './header-value.ts';
import { type Answer, answerOfError, errorAnswer } from './http-answer.ts';
import { answerCommand } from './http-commands.ts';
import { answerQuery } from './http-queries.ts';
import { readInferRequest } from './infer-request.ts';
import { writeInferResponse } from './infer-response.ts';
import { type InferenceOptions, recordRequest, runInference } from './inference.ts';
import { testRequestHeader } from '../../shared/serving/test-request-header.ts';
import { isLocalRequest } from './loopback.ts';
import { answerFormat, contentTypes, readPredictBody, requestFormat, writePredictions } from './predict-body.ts';
import { predictRows } from './predict-rows.ts';
import { BodyBudget, readBody } from './read-body.ts';
import { requestIdHeader } from './request-id.ts';
import { type RequestTiming, serverTiming, timingHeader } from './request-timing.ts';
import { type InferenceRoute, matchRoute, openRoutes, type Route, routeMethods, scopeOf } from './routes.ts';
import type { ServedModel } from './served-model.ts';
import type { ServingContext } from './serving-context.ts';
import type { TlsFiles } from './tls-files.ts';
import { traceRequest } from './tracing/trace-request.ts';
import { sessionHeader, trackHeader } from './traffic.ts';

/** Open Inference Protocol v2 over REST, the row interface, health and metrics. */
export class HttpFront {
  readonly server: Server;
  readonly #context: ServingContext;
  readonly #budget = new BodyBudget(bodyBudgetBytes);
  readonly #arrivals = new ArrivalClock();

  constructor(context: ServingContext, tls: TlsFiles | null = null) {
    this.#context = context;
    const handle = (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response);
    if (tls === null) {
      this.server = createServer(httpLimits, handle);
    } else {
      const server = createTlsServer({ ...httpLimits, ...tls.material, minVersion: 'TLSv1.2' }, handle);
      tls.onChange((material) => server.setSecureContext({ ...material, minVersion: 'TLSv1.2' }));
      this.server = server;
    }
    this.server.maxConnections = maxConnections;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    try {
      const route = matchRoute(request.url ?? '/');
      const isInference = route?.kind === 'infer' || route?.kind === 'predict';
      let answer =
        isInference && request.method === 'POST'
          ? await this.#handleInference(route, request, response, startedMs)
          : await this.#handleOther(route, request, response);
      const acceptEncoding = request.headers['accept-encoding'];
      if (typeof acceptEncoding === 'string') answer = await compressAnswer(answer, acceptEncoding);
      this.#send(request, response, answer);
    } catch (error) {
      // Nobody waits for this: what is thrown on would end the process.
      if (response.headersSent) response.destroy();
      else this.#send(request, response, answerOfError(error, this.#context.log));
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return;
    const length = typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length;
    const headers: Record<string, string | number> = {
      'content-type': answer.contentType,
      'content-length': length,
      ...answer.headers,
      ...corsHeaders(this.#context.corsOrigins, request.headers.origin),
    };
    // A stop waits for connections; and what is left of a large body that was refused unread ends with its connection.
    if (this.#context.draining || hasLongUnreadBody(request)) headers['connection'] = 'close';
    response.writeHead(answer.status, headers);
    response.end(answer.body);
  }

  async #handleOther(route: Route | undefined, request: IncomingMessage, response: ServerResponse): Promise<Answer> {
    try {
      if (route === undefined) {
        return errorAnswer(404, `There is nothing at ${(request.url ?? '').slice(0, 200)}.`);
      }
      const preflight = preflightAnswer(this.#context.corsOrigins, request, routeMethods[route.kind]);
      if (preflight !== undefined) return preflight;
      const allowed = routeMethods[route.kind];
      if (!allowed.includes(request.method ?? '')) {
        const answer = errorAnswer(405, `${request.method} is not allowed here; use ${allowed.join(' or ')}.`);
        return { ...answer, headers: { allow: allowed.join(', ') } };
      }
      const key = openRoutes.has(route.kind) ? null : this.#authorize(request, route);
      if (request.method !== 'POST') return await answerQuery(this.#context, route, request.headers.accept);
      const signal = goneSignal(response);
      const answer = await this.#withBody(request, (body) => answerCommand(this.#context, route, body, signal));
      this.#auditCommand(request, route, key, answer.status);
      return answer;
    } catch (error) {
      return answerOfError(error, this.#context.log);
    }
  }

  async #withBody<T>(request: IncomingMessage, use: (body: Buffer) => Promise<T>): Promise<T> {
    const body = await readBody(request, this.#budget);
    try {
      return await use(body);
    } finally {
      this.#budget.release(body.length);
    }
  }

  async #handleInference(
    route: InferenceRoute,
    request: IncomingMessage,
    response: ServerResponse,
    startedMs: number,
  ): Promise<Answer> {
    let model: ServedModel | undefined;
    let rows = 0;
    let answer: Answer;
    const isTest = request.headers[testRequestHeader] !== undefined;
    const trace = this.#context.tracer?.begin(headerOf(request, 'traceparent'));
    const wantsTiming = request.headers[timingHeader] !== undefined;
    const timing: RequestTiming = { startedMs };
    let failure: ErrorCode | undefined;
    try {
      this.#authorize(request, route);
      const session = headerOf(request, sessionHeader);
      const held = this.#context.models.pick(route.model, route.version, headerOf(request, trackHeader), session);
      model = held;
      held.hold();
      const lateMs = held.hasObjective ? this.#arrivals.lateMs() : 0;
      // In overload a refusal must cost little: before the body is read and parsed.
      if (!held.hasRoom(lateMs, session)) throw queueFull(held.queuedRows);
      const signal = goneSignal(response);
      const requestMs = Date.now();
      const result = await this.#withBody(request, async (body) => {
        timing.bodyMs = performance.now();
        const options = { signal, isTest, timing, session, arrivedMs: startedMs - lateMs };
        const answered =
          route.kind === 'infer'
            ? await infer(this.#context, held, body, request, options)
            : await predict(this.#context, held, body, request, options);
        if (!isTest) this.#logPayload(held, { requestMs, timing, request, body, answer: answered.answer });
        return answered;
      });
      rows = result.rows;
      answer = result.answer;
    } catch (error) {
      answer = answerOfError(error, this.#context.log);
      failure = toAppError(error).code;
    } finally {
      model?.release();
    }
    timing.endedMs = performance.now();
    if (model !== undefined) {
      recordRequest(this.#context, model, {
        status: answer.status,
        rows,
        timing,
        failure,
        isTest,
        traceId: trace?.traceId,
      });
    }
    if (trace !== undefined) {
      const ended = { kind: route.kind, protocol: 'http' as const, model, status: answer.status, rows };
      traceRequest(this.#context.tracer, trace, timing, ended);
    }
    if (!wantsTiming) return answer;
    return { ...answer, headers: { ...answer.headers, 'server-timing': serverTiming(timing) } };
  }

  #logPayload(
    model: ServedModel,
    {
      requestMs,
      timing,
      request,
      body,
      answer,
    }: { requestMs: number; timing: RequestTiming; request: IncomingMessage; body: Buffer; answer: Answer },
  ): void {
    const { payloadLog } = this.#context;
    if (payloadLog === null) return;
    const lengthOf = (value: unknown) => (value === undefined ? undefined : Number(value));
    const requestLength = lengthOf(request.headers['inference-header-content-length']);
    const given = request.headers['content-type'] ?? 'application/json';
    payloadLog.add({
      id: timing.id ?? randomUUID(),
      model,
      requestMs,
      request: {
        // Clients that send JSON as a form, as curl does, mean JSON.
        contentType:
          requestLength !== undefined
            ? 'application/octet-stream'
            : /csv|ndjson/.test(given)
              ? given
              : 'application/json',
        body,
        headerLength: requestLength,
      },
      response: {
        contentType: answer.contentType,
        body: answer.body,
        headerLength: lengthOf(answer.headers?.['inference-header-content-length']),
      },
    });
  }

  #auditCommand(request: IncomingMessage, route: Route, key: string | null, status: number): void {
    if (scopeOf(route, 'POST') !== 'admin') return;
    const target = 'model' in route ? route.model : undefined;
    this.#context.audit.write({
      action: route.kind,
      target,
      key,
      address: this.#addressOf(request),
      status,
    });
  }

  /** Of the client. Behind fronts only those can connect, and they say it. */
  #addressOf(request: IncomingMessage): string | null {
    const said = this.#context.fronts === null ? undefined : headerOf(request, clientAddressHeader);
    return said ?? request.socket.remoteAddress ?? null;
  }

  /** The id of the key; null where none is needed. Errors: `request.forbidden`, those of `KeyRing.authorize`. */
  #authorize(request: IncomingMessage, route: Route): string | null {
    const { headers } = request;
    const { keys, localOnly, audit, corsOrigins } = this.#context;
    const isAllowedOrigin = headers.origin !== undefined && allowsOrigin(corsOrigins, headers.origin);
    if (localOnly && !isLocalRequest(headers.host, isAllowedOrigin ? undefined : headers.origin)) {
      throw new AppError('request.forbidden', 'This endpoint answers requests to this machine itself only.', {
        fix: 'Send it to http://127.0.0.1 or http://localhost, or start the endpoint with --host and --keys.',
      });
    }
    if (keys === null) return null;
    try {
      return keys.authorize(headers.authorization, scopeOf(route, request.method ?? ''), Date.now());
    } catch (error) {
      const { code } = toAppError(error);
      audit.refused({ action: code, target: route.kind, key: null, address: this.#addressOf(request) });
      throw error;
    }
  }
}

/** Aborted when the client goes away before its answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableEnded) gone.abort();
  });
  return gone.signal;
}

async function infer(
  context: ServingContext,
  model: ServedModel,
  body: Buffer,
  request: IncomingMessage,
  options: InferenceOptions,
): Promise<{ rows: number; answer: Answer }> {
  const header = request.headers['inference-header-content-length'];
  const given = readInferRequest(body, typeof header === 'string' ? header : undefined, model.requestSpecs);
  if (options.timing !== undefined && given.id !== undefined) options.timing.id = given.id;
  const { request: inferRequest, uses } = await timed(options.timing, () => model.enrichTensors(given));
  const { rows, outputs } = await runInference(context, model, inferRequest, options);
  const response = writeInferResponse(model, inferRequest.id, inferRequest.outputs, outputs);
  const answer: Answer =
    response.headerLength === undefined
      ? { status: 200, contentType: 'application/json', body: response.body }
      : {
          status: 200,
          contentType: 'application/octet-stream',
          body: response.body,
          headers: { 'inference-header-content-length': response.headerLength },
        };
  return { rows, answer: withFeatures(answer, uses) };
}

async function predict(
  context: ServingContext,
  model: ServedModel,
  body: Buffer,
  { headers }: IncomingMessage,
  options: InferenceOptions,
): Promise<{ rows: number; answer: Answer }> {
  const format = requestFormat(headers['content-type']);
  const request = readPredictBody(body, format, columnsOf(model.manifest));
  const id = request.id ?? randomUUID();
  if (options.timing !== undefined) options.timing.id = id;
  const { rows, uses } = await timed(options.timing, () => model.enrichRows(request.rows));
  const predictions = await predictRows(context, model, rows, id, options);
  const answered = answerFormat(headers.accept, format);
  const about = { model_name: model.name, model_version: model.version, id };
  const answer: Answer = {
    status: 200,
    contentType: contentTypes[answered],
    body: writePredictions(answered, predictions, about),
    // Where the body has no place for it: the id that feedback is joined by.
    ...(answered === 'json' ? {} : { headers: { [requestIdHeader]: headerValue(id) } }),
  };
  return { rows: rows.length, answer: withFeatures(answer, uses) };
}

/** What a request may carry: keys of features beside the columns of the model. */
function columnsOf(manifest: ModelManifest | null): InputColumn[] {
  return manifest === null ? [] : [...manifest.inputs, ...requestColumns(manifest)];
}

/** Looks features up; a request that needs none has no time for it. */
async function timed<T extends { uses: readonly ViewUse[] }>(
  timing: RequestTiming | undefined,
  look: () => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  const found = await look();
  if (timing !== undefined && found.uses.length > 0) {
    timing.featuresMs = performance.now() - startedMs;
    timing.features = featureHeaderOf(found.uses);
  }
  return found;
}

function withFeatures(answer: Answer, uses: readonly ViewUse[]): Answer {
  if (uses.length === 0) return answer;
  return { ...answer, headers: { ...answer.headers, [featureHeader]: featureHeaderOf(uses) } };
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Bodies up to this size are read and dropped by the HTTP parser after their refusal. */
const maxDroppedBytes = 65_536;

function hasLongUnreadBody(request: IncomingMessage): boolean {
  const { headers } = request;
  if (request.complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > maxDroppedBytes;
}
