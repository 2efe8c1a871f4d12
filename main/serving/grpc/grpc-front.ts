import { type Metadata, Server, type ServerDuplexStream, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { type ServerUnaryCall, type ServerWritableStream, status as grpcStatus } from '@grpc/grpc-js';
import { toAppError } from '../../../shared/errors/app-error.ts';
import { type ErrorCode, errorCodes } from '../../../shared/errors/codes.ts';
import { featureHeaderOf, requiredInputs } from '../enrich-request.ts';
import { recordRequest, runInference } from '../inference.ts';
import type { KeyScope } from '../../../shared/serving/endpoint-key.ts';
import { listenError } from '../listen-error.ts';
import { modelConfigJson, platforms } from '../model-config.ts';
import { readLoadParameters } from '../model-repository.ts';
import { maxBodyBytes } from '../read-body.ts';
import type { RequestTiming } from '../request-timing.ts';
import { extensions, isServerReady, type ServingContext, statisticsOf } from '../serving-context.ts';
import type { TlsFiles } from '../tls-files.ts';
import { traceRequest } from '../tracing/trace-request.ts';
import { sessionHeader, trackHeader } from '../traffic.ts';
import { readGrpcInferRequest, writeGrpcInferResponse } from './grpc-infer.ts';
import { type GrpcMessage, loadGrpcService } from './grpc-service.ts';

type Unary = ServerUnaryCall<GrpcMessage, GrpcMessage>;
type Handler = (request: GrpcMessage, call: Unary) => GrpcMessage | Promise<GrpcMessage>;

/** Methods that answer without a key. */
const openMethods: ReadonlySet<string> = new Set(['ServerLive', 'ServerReady', 'ModelReady']);

/** Methods that change what is served. */
const changes: ReadonlySet<string> = new Set(['RepositoryModelLoad', 'RepositoryModelUnload']);

/** Most inferences of one stream at a time; further messages wait in the connection. */
const maxStreamInFlight = 64;
const watchPeriodMs = 1_000;

/** `inference.GRPCInferenceService` and the standard health service. */
export class GrpcFront {
  readonly #context: ServingContext;
  readonly #tls: TlsFiles | null;
  readonly #server: Server;

  constructor(context: ServingContext, tls: TlsFiles | null = null) {
    this.#context = context;
    this.#tls = tls;
    this.#server = new Server({
      'grpc.max_receive_message_length': maxBodyBytes,
      'grpc.max_send_message_length': -1,
      'grpc.max_concurrent_streams': 1_024,
    });
    const handlers = Object.entries(this.#handlers()).map(([name, handle]) => [name, this.#unary(name, handle)]);
    this.#server.addService(loadGrpcService('./inference.proto', 'inference.GRPCInferenceService'), {
      ...Object.fromEntries(handlers),
      ModelStreamInfer: (call: ServerDuplexStream<GrpcMessage, GrpcMessage>) => this.#stream(call),
    });
    this.#server.addService(loadGrpcService('./health.proto', 'grpc.health.v1.Health'), {
      Check: (call: Unary, done: sendUnaryData<GrpcMessage>) => {
        const status = this.#health(call.request['service'] as string);
        if (status === undefined) done({ code: grpcStatus.NOT_FOUND, details: 'There is no such service.' });
        else done(null, { status });
      },
      Watch: (call: ServerWritableStream<GrpcMessage, GrpcMessage>) => this.#watchHealth(call),
    });
  }

  /** Resolves with the port. Errors: `port.in-use`, `params.invalid`. */
  listen(host: string, port: number): Promise<number> {
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    return new Promise((resolve, reject) => {
      this.#server.bindAsync(address, credentialsOf(this.#tls), (error, bound) => {
        if (error === null) {
          resolve(bound);
          return;
        }
        // The code of the system's error is only in the text.
        const code = /\b(EADDRINUSE|EACCES)\b/.exec(error.message)?.[1];
        reject(listenError(Object.assign(error, { code }), host, port));
      });
    });
  }

  /** Lets calls in flight end; the rest is cut off after `limitMs`. */
  close(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, limitMs);
      this.#server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #handlers(): Record<string, Handler> {
    const context = this.#context;
    const { models, repository, version } = context;
    const find = (request: GrpcMessage) => models.find(request['name'] as string, versionOf(request['version']));
    return {
      ServerLive: () => ({ live: true }),
      ServerReady: () => ({ ready: isServerReady(context) }),
      ModelReady: (request) => ({ ready: !context.draining && find(request).ready }),
      ServerMetadata: () => ({ name: 'slipway', version, extensions }),
      ModelMetadata: (request) => {
        const model = find(request);
        const { name, outputs } = model;
        const inputs = requiredInputs(model);
        const versions = models.versions(name).map((model) => model.version);
        return { name, versions, platform: platforms[model.form], inputs, outputs };
      },
      ModelInfer: (request, call) => this.#infer(request, call.metadata, abortOf(call)),
      ModelConfig: (request) => ({ config: modelConfigJson(find(request)) }),
      ModelStatistics: (request) => {
        const name = request['name'] as string;
        const chosen = name === '' ? undefined : name;
        return { model_stats: statisticsOf(context, chosen, versionOf(request['version'])) };
      },
      RepositoryIndex: async (request) => ({ models: await repository.index(request['ready'] === true) }),
      RepositoryModelLoad: async (request) => {
        const given = Object.entries(request['parameters'] as Record<string, GrpcMessage>).map(([key, value]) => [
          key,
          value[String(value['parameter_choice'])],
        ]);
        await repository.load(request['model_name'] as string, readLoadParameters(Object.fromEntries(given)));
        return {};
      },
      RepositoryModelUnload: async (request) => {
        await repository.unload(request['model_name'] as string);
        return {};
      },
    };
  }

  #unary(name: string, handle: Handler) {
    const answer = async (call: Unary, done: sendUnaryData<GrpcMessage>): Promise<void> => {
      let response: GrpcMessage;
      try {
        const key = openMethods.has(name) ? null : this.#authorize(name, call.metadata, call.getPeer());
        response = await handle(call.request, call);
        this.#auditCommand(name, call, key);
      } catch (error) {
        done(this.#failure(error));
        return;
      }
      done(null, response);
    };
    return (call: Unary, done: sendUnaryData<GrpcMessage>) => void answer(call, done);
  }

  async #infer(message: GrpcMessage, metadata: Metadata, signal: AbortSignal): Promise<GrpcMessage> {
    const startedMs = performance.now();
    const context = this.#context;
    const session = metadata.get(sessionHeader)[0]?.toString();
    const model = context.models.pick(
      message['model_name'] as string,
      versionOf(message['model_version']),
      metadata.get(trackHeader)[0]?.toString(),
      session,
    );
    model.hold();
    const trace = context.tracer?.begin(metadata.get('traceparent')[0]?.toString());
    const timing: RequestTiming = { startedMs, bodyMs: startedMs };
    let status = 200;
    let failure: ErrorCode | undefined;
    let answered = 0;
    try {
      const { request: given, raw } = readGrpcInferRequest(message, model.requestSpecs);
      if (given.id !== undefined) timing.id = given.id;
      const lookupMs = performance.now();
      const { request, uses } = await model.enrichTensors(given);
      if (uses.length > 0) {
        timing.featuresMs = performance.now() - lookupMs;
        timing.features = featureHeaderOf(uses);
      }
      const { rows, outputs } = await runInference(context, model, request, { signal, session, timing });
      answered = rows;
      return writeGrpcInferResponse(model, request.id, request.outputs, outputs, { raw, uses });
    } catch (error) {
      failure = toAppError(error).code;
      status = errorCodes[failure].httpStatus;
      throw error;
    } finally {
      model.release();
      timing.endedMs = performance.now();
      recordRequest(context, model, {
        status,
        rows: status === 200 ? answered : 0,
        timing,
        failure,
        traceId: trace?.traceId,
      });
      if (trace !== undefined) {
        traceRequest(context.tracer, trace, timing, { kind: 'infer', protocol: 'grpc', model, status, rows: answered });
      }
    }
  }

  /** Each message is answered on its own, in the order answers are ready; errors are messages, the stream goes on. */
  #stream(call: ServerDuplexStream<GrpcMessage, GrpcMessage>): void {
    try {
      this.#authorize('ModelStreamInfer', call.metadata, call.getPeer());
    } catch (error) {
      call.destroy(Object.assign(new Error(toAppError(error).message), this.#failure(error)));
      return;
    }
    const gone = new AbortController();
    call.on('cancelled', () => gone.abort());
    let inFlight = 0;
    let ended = false;
    const settle = () => {
      inFlight--;
      if (inFlight < maxStreamInFlight) call.resume();
      if (ended && inFlight === 0) call.end();
    };
    call.on('data', (message: GrpcMessage) => {
      if (++inFlight >= maxStreamInFlight) call.pause();
      this.#infer(message, call.metadata, gone.signal)
        .then(
          (response) => call.write({ infer_response: response }),
          (error: unknown) =>
            // The id tells the client which of its requests failed.
            call.write({ error_message: this.#failure(error).details, infer_response: { id: message['id'] } }),
        )
        .finally(settle);
    });
    call.on('end', () => {
      ended = true;
      if (inFlight === 0) call.end();
    });
  }

  /** SERVING or NOT_SERVING of the server, a service or a model; undefined for an unknown one. */
  #health(service: string): number | undefined {
    const { models } = this.#context;
    const isServer = service === '' || service === 'inference.GRPCInferenceService';
    if (!isServer && models.versions(service).length === 0) return undefined;
    const ready = isServer ? isServerReady(this.#context) : models.find(service, undefined).ready;
    return ready ? 1 : 2;
  }

  #watchHealth(call: ServerWritableStream<GrpcMessage, GrpcMessage>): void {
    const serviceUnknown = 3;
    let last: number | undefined;
    const look = () => {
      const status = this.#health(call.request['service'] as string) ?? serviceUnknown;
      if (status !== last) call.write({ status });
      last = status;
      if (this.#context.draining) {
        clearInterval(timer);
        call.end();
      }
    };
    const timer = setInterval(look, watchPeriodMs);
    call.on('cancelled', () => clearInterval(timer));
    look();
  }

  #auditCommand(name: string, call: Unary, key: string | null): void {
    if (!changes.has(name)) return;
    const target = call.request['model_name'] as string;
    this.#context.audit.write({ action: name, target, key, address: call.getPeer(), status: 200 });
  }

  /** The id of the key; null where none is needed. Errors: those of `KeyRing.authorize`. */
  #authorize(name: string, metadata: Metadata, address: string): string | null {
    const { keys, audit } = this.#context;
    if (keys === null) return null;
    try {
      return keys.authorize(metadata.get('authorization')[0]?.toString(), scopeOfMethod(name), Date.now());
    } catch (error) {
      audit.refused({ action: toAppError(error).code, target: name, key: null, address });
      throw error;
    }
  }

  #failure(error: unknown): { code: number; details: string } {
    const e = toAppError(error);
    if (e.code === 'internal.bug') this.#context.log('error', e.stack ?? e.message);
    const details = e.fix === undefined ? e.message : `${e.message} ${e.fix}`;
    return { code: codesByHttpStatus[errorCodes[e.code].httpStatus] ?? grpcStatus.INTERNAL, details };
  }
}

const codesByHttpStatus: Readonly<Record<number, number>> = {
  400: grpcStatus.INVALID_ARGUMENT,
  401: grpcStatus.UNAUTHENTICATED,
  403: grpcStatus.PERMISSION_DENIED,
  404: grpcStatus.NOT_FOUND,
  413: grpcStatus.INVALID_ARGUMENT,
  429: grpcStatus.RESOURCE_EXHAUSTED,
  499: grpcStatus.CANCELLED,
  501: grpcStatus.UNIMPLEMENTED,
  503: grpcStatus.UNAVAILABLE,
  507: grpcStatus.RESOURCE_EXHAUSTED,
};

/** A renewed certificate is taken at the next start: the gRPC library binds a port with one. */
function credentialsOf(tls: TlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const { cert, key } = tls.material;
  return ServerCredentials.createSsl(null, [{ cert_chain: cert, private_key: key }]);
}

/** Scope a key needs for a method. */
function scopeOfMethod(name: string): KeyScope {
  if (name === 'ModelInfer' || name === 'ModelStreamInfer') return 'infer';
  return changes.has(name) ? 'admin' : 'read';
}

/** Protobuf has no absent text: an empty version means any. */
function versionOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function abortOf(call: Unary): AbortSignal {
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  return gone.signal;
}
