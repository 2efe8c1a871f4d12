import { randomBytes } from 'node:crypto';
import {
  attributesOf,
  type OtlpSpan,
  readTraceparent,
  spansOf,
  type TraceContext,
  type TracedRequest,
} from './otlp-spans.ts';

/** Spans waiting to be sent; more are counted and dropped: tracing must not hold up requests nor grow. */
const maxWaiting = 8_192;
const maxPerSend = 2_048;
const sendEveryMs = 2_000;
const sendTimeoutMs = 10_000;

export interface TracerOptions {
  /** Base of OTLP over HTTP; spans go to `/v1/traces` below it. */
  url: string;
  headers: Record<string, string>;
  /** Share of requests that bring no decision of their own, 0 to 1. */
  ratio: number;
  serviceName: string;
  version: string;
  log(level: 'warn', text: string): void;
}

/** Sends spans of requests to an OpenTelemetry collector, in the JSON form of OTLP over HTTP. */
export class Tracer {
  readonly #options: TracerOptions;
  #waiting: OtlpSpan[] = [];
  #dropped = 0;
  #failing = false;
  readonly #timer: NodeJS.Timeout;

  constructor(options: TracerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), sendEveryMs);
    this.#timer.unref();
  }

  /**
   * As the environment variables of OpenTelemetry say (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`,
   * `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER_ARG`, `OTEL_SERVICE_NAME`); undefined without an endpoint.
   */
  static fromEnvironment(
    env: NodeJS.ProcessEnv,
    version: string,
    log: (level: 'warn', text: string) => void,
  ): Tracer | undefined {
    const own = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
    const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    if (env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return undefined;
    const url = own ?? (base === undefined || base === '' ? undefined : `${base.replace(/\/+$/, '')}/v1/traces`);
    if (url === undefined || url === '') return undefined;
    if (URL.parse(url) === null) {
      log('warn', `No traces: ${url} is no address.`);
      return undefined;
    }
    const ratio = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
    return new Tracer({
      url,
      headers: headersOf(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
      ratio: ratio >= 0 && ratio <= 1 ? ratio : 1,
      serviceName: env['OTEL_SERVICE_NAME'] ?? 'slipway',
      version,
      log,
    });
  }

  /** Spans that were never sent. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Where the spans of a request hang; undefined where it is not traced. The caller's own decision counts first. */
  begin(traceparent: string | undefined): TraceContext | undefined {
    const parent = readTraceparent(traceparent);
    if (parent !== undefined) return parent.sampled ? parent : undefined;
    if (Math.random() >= this.#options.ratio) return undefined;
    return { traceId: randomBytes(16).toString('hex'), parentSpanId: '' };
  }

  end(request: TracedRequest): void {
    const spans = spansOf(request);
    if (this.#waiting.length + spans.length > maxWaiting) {
      this.#dropped += spans.length;
      return;
    }
    this.#waiting.push(...spans);
  }

  /** Sends what waits; never throws. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const spans = this.#waiting.splice(0, maxPerSend);
      const reason = await this.#send(spans);
      if (reason === undefined) {
        this.#failing = false;
        continue;
      }
      this.#dropped += spans.length;
      // Said once, not every two seconds.
      if (!this.#failing) this.#options.log('warn', `Traces cannot be sent to ${this.#options.url}: ${reason}.`);
      this.#failing = true;
      return;
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #send(spans: readonly OtlpSpan[]): Promise<string | undefined> {
    const { url, headers, serviceName, version } = this.#options;
    const attributes = attributesOf({ 'service.name': serviceName, 'service.version': version });
    const scopeSpans = [{ scope: { name: 'slipway.serving', version }, spans }];
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans }] }),
        signal: AbortSignal.timeout(sendTimeoutMs),
      });
      await answer.arrayBuffer();
      return answer.ok ? undefined : `status ${answer.status}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

/** `key=value,key=value`, values percent-encoded. */
function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at <= 0) continue;
    const value = pair.slice(at + 1).trim();
    try {
      headers[pair.slice(0, at).trim()] = decodeURIComponent(value);
    } catch {
      headers[pair.slice(0, at).trim()] = value;
    }
  }
  return headers;
}
