import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AppError, toAppError } from '../../shared/errors/app-error.ts';
import { errorCodes } from '../../shared/errors/codes.ts';
import type { ActivityRecorder } from './activity-recorder.ts';
import { carriesKey } from './api-keys.ts';
import type { DriftReadings } from './drift-readings.ts';
import { readInferRequest } from './infer-request.ts';
import { writeInferResponse } from './infer-response.ts';
import { parseJsonBody } from './json-body.ts';
import { isLocalRequest } from './loopback.ts';
import { metricsPage } from './metrics-page.ts';
import type { ModelTable } from './model-table.ts';
import {
  decodePredictions,
  encodePredictRows,
  type Prediction,
  predictOutputs,
  readPredictRequest,
} from './predict-rows.ts';
import { BodyBudget, readBody } from './read-body.ts';
import { matchRoute, openRoutes, type Route, routeMethods } from './routes.ts';
import type { ServedModel } from './served-model.ts';
import type { TensorSpec } from './tensor.ts';

export interface HttpFrontOptions {
  models: ModelTable;
  /** SHA-256 of the accepted keys, hex; null: no key is needed. */
  keyHashes: readonly string[] | null;
  /** The server listens on a loopback address without keys: only requests for this machine are answered. */
  localOnly: boolean;
  activity: ActivityRecorder;
  drift: DriftReadings;
  /** Product version, for the server metadata. */
  version: string;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

/** Bytes of all request bodies held at a time. */
const bodyBudgetBytes = 512 * 2 ** 20;
const headTimeoutMs = 15_000;
const requestTimeoutMs = 120_000;
const keepAliveMs = 75_000;
const maxHeadBytes = 16_384;

interface Answer {
  status: number;
  contentType: string;
  body: string | Buffer;
  headers?: Record<string, string | number>;
}

/** Open Inference Protocol v2 over REST, the row interface, health and metrics. */
export class HttpFront {
  readonly server: Server;
  readonly #options: HttpFrontOptions;
  readonly #budget = new BodyBudget(bodyBudgetBytes);
  #draining = false;

  constructor(options: HttpFrontOptions) {
    this.#options = options;
    this.server = createServer(
      {
        maxHeaderSize: maxHeadBytes,
        headersTimeout: headTimeoutMs,
        requestTimeout: requestTimeoutMs,
        keepAliveTimeout: keepAliveMs,
      },
      (request, response) => void this.#handle(request, response),
    );
  }

  /** From now on readiness is 503, so that balancers send nothing new; requests are still answered. */
  drain(): void {
    this.#draining = true;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedMs = performance.now();
    const route = matchRoute(request.url ?? '/');
    let answer: Answer;
    if (route !== undefined && (route.kind === 'infer' || route.kind === 'predict') && request.method === 'POST') {
      answer = await this.#handleInference(route, request, response, startedMs);
    } else {
      answer = this.#handleQuery(route, request);
    }
    this.#send(request, response, answer);
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return;
    const length = typeof answer.body === 'string' ? Buffer.byteLength(answer.body) : answer.body.length;
    const headers: Record<string, string | number> = {
      'content-type': answer.contentType,
      'content-length': length,
      ...answer.headers,
    };
    // A stop waits for connections; and what is left of a body that was refused unread ends with its connection.
    if (this.#draining || hasUnreadBody(request)) headers['connection'] = 'close';
    response.writeHead(answer.status, headers);
    response.end(answer.body);
  }

  #handleQuery(route: Route | undefined, request: IncomingMessage): Answer {
    try {
      if (route === undefined) {
        return errorAnswer(404, `There is nothing at ${(request.url ?? '').slice(0, 200)}.`);
      }
      const allowed = routeMethods[route.kind];
      if (!allowed.includes(request.method ?? '')) {
        const answer = errorAnswer(405, `${request.method} is not allowed here; use ${allowed.join(' or ')}.`);
        return { ...answer, headers: { allow: allowed.join(', ') } };
      }
      if (!openRoutes.has(route.kind)) this.#authorize(request);
      return this.#query(route);
    } catch (error) {
      return this.#errorAnswer(error);
    }
  }

  #query(route: Route): Answer {
    const { models, version, drift } = this.#options;
    switch (route.kind) {
      case 'live':
        return json(200, { live: true });
      case 'ready': {
        const ready = !this.#draining && models.all().every((model) => model.ready);
        return json(ready ? 200 : 503, { ready });
      }
      case 'server':
        return json(200, { name: 'slipway', version, extensions: ['binary_tensor_data'] });
      case 'metrics':
        return {
          status: 200,
          contentType: 'text/plain; version=0.0.4; charset=utf-8',
          body: metricsPage(models.all(), drift.all()),
        };
      case 'model-list':
        return json(200, {
          models: models.all().map((model) => ({ name: model.name, version: model.version, ready: model.ready })),
        });
      case 'model': {
        const model = models.find(route.model, route.version);
        return json(200, {
          name: model.name,
          versions: models.versions(model.name).map((other) => other.version),
          platform: 'onnxruntime_onnx',
          inputs: model.inputs.map(tensorMetadata),
          outputs: model.outputs.map(tensorMetadata),
        });
      }
      case 'model-ready': {
        const model = models.find(route.model, route.version);
        const ready = !this.#draining && model.ready;
        return json(ready ? 200 : 503, { name: model.name, ready });
      }
      case 'infer':
      case 'predict':
        throw new Error(`${route.kind} is no query`);
    }
  }

  async #handleInference(
    route: Extract<Route, { model: string }>,
    request: IncomingMessage,
    response: ServerResponse,
    startedMs: number,
  ): Promise<Answer> {
    let model: ServedModel | undefined;
    let bodyBytes = 0;
    let rows = 0;
    let answer: Answer;
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableEnded) gone.abort();
    });
    try {
      this.#authorize(request);
      model = this.#options.models.find(route.model, route.version);
      const body = await readBody(request, this.#budget);
      bodyBytes = body.length;
      const result =
        route.kind === 'infer'
          ? await infer(model, body, request, gone.signal)
          : await predictOverHttp(model, body, gone.signal);
      rows = result.rows;
      answer = result.answer;
    } catch (error) {
      answer = this.#errorAnswer(error);
    } finally {
      this.#budget.release(bodyBytes);
    }
    if (model !== undefined) this.#record(model, answer.status, startedMs, rows);
    return answer;
  }

  #record(model: ServedModel, status: number, startedMs: number, rows: number): void {
    const durationMs = performance.now() - startedMs;
    model.requestsByCode.set(status, (model.requestsByCode.get(status) ?? 0) + 1);
    model.durationSeconds.observe(durationMs / 1000);
    this.#options.activity.record(durationMs, rows, status !== 200);
  }

  /** Errors: `request.forbidden`, `auth.required`. */
  #authorize({ headers }: IncomingMessage): void {
    const { keyHashes, localOnly } = this.#options;
    if (localOnly && !isLocalRequest(headers.host, headers.origin)) {
      throw new AppError('request.forbidden', 'This endpoint answers requests to this machine itself only.', {
        fix: 'Send it to http://127.0.0.1 or http://localhost, or start the endpoint with --host and --keys.',
      });
    }
    if (keyHashes === null || carriesKey(headers.authorization, keyHashes)) return;
    throw new AppError('auth.required', 'A key is needed.', { fix: 'Send the header "Authorization: Bearer KEY".' });
  }

  #errorAnswer(error: unknown): Answer {
    const e = toAppError(error);
    if (e.code === 'internal.bug') this.#options.log('error', e.stack ?? e.message);
    const { httpStatus } = errorCodes[e.code];
    const answer = errorAnswer(httpStatus, e.fix === undefined ? e.message : `${e.message} ${e.fix}`);
    if (httpStatus === 503) return { ...answer, headers: { 'retry-after': 1 } };
    if (httpStatus === 401) return { ...answer, headers: { 'www-authenticate': 'Bearer' } };
    return answer;
  }
}

async function infer(
  model: ServedModel,
  body: Buffer,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<{ rows: number; answer: Answer }> {
  const header = request.headers['inference-header-content-length'];
  const inferRequest = readInferRequest(body, typeof header === 'string' ? header : undefined, model);
  const rows = model.rowsOf(inferRequest.inputs);
  const outputs = await model.infer({
    inputs: inferRequest.inputs,
    outputs: inferRequest.outputs.map((output) => output.name),
    parameterKey: inferRequest.parameterKey,
    rows,
    signal,
  });
  model.requestLog.add(inferRequest.inputs, outputs, rows, Date.now());
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
  return { rows, answer };
}

async function predictOverHttp(
  model: ServedModel,
  body: Buffer,
  signal: AbortSignal,
): Promise<{ rows: number; answer: Answer }> {
  const request = readPredictRequest(parseJsonBody(body, () => false));
  const predictions = await predictRows(model, request.rows, signal);
  const answer = json(200, {
    predictions: predictions.map(({ label, value, scores }) => (value === null ? { label, scores } : { value })),
    model_name: model.name,
    model_version: model.version,
    id: request.id ?? randomUUID(),
  });
  return { rows: request.rows.length, answer };
}

/** Predictions for rows of raw column values. Errors: `request.invalid`, those of `ServedModel.infer`. */
export async function predictRows(
  model: ServedModel,
  rows: readonly Record<string, unknown>[],
  signal?: AbortSignal,
): Promise<Prediction[]> {
  const { manifest } = model;
  if (manifest === null) {
    throw new AppError('request.invalid', `Model "${model.name}" takes tensors only: its columns are not known.`, {
      fix: `Use POST /v2/models/${model.name}/infer.`,
    });
  }
  const inputs = encodePredictRows(rows, manifest);
  const outputs = await model.infer({
    inputs,
    outputs: predictOutputs(manifest),
    parameterKey: '',
    rows: rows.length,
    signal,
  });
  model.requestLog.add(inputs, outputs, rows.length, Date.now());
  return decodePredictions(outputs, manifest);
}

function hasUnreadBody(request: IncomingMessage): boolean {
  const { headers } = request;
  if (request.complete) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function tensorMetadata(spec: TensorSpec): { name: string; datatype: string; shape: number[] } {
  return { name: spec.name, datatype: spec.datatype, shape: spec.shape };
}

function json(status: number, body: unknown): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}

function errorAnswer(status: number, message: string): Answer {
  return json(status, { error: message });
}
