import { Agent, type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface Exchange {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as it is; several parts go out as chunks. */
  body?: string | Uint8Array | readonly Uint8Array[];
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** No answer within this time is a failure of the server. */
const timeoutMs = 30_000;

/** One HTTP/1.1 exchange with nothing added or taken away, on kept connections. */
export class HttpClient {
  readonly #base: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url: string) {
    this.#base = new URL(url);
  }

  send({ method = 'GET', path, headers = {}, body }: Exchange): Promise<Reply> {
    const send = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    const { hostname, port } = this.#base;
    const parts = body === undefined ? [] : Array.isArray(body) ? (body as readonly Uint8Array[]) : [body];
    const chunked = Array.isArray(body);
    const length =
      chunked || body === undefined ? {} : { 'content-length': String(Buffer.byteLength(parts[0] as string)) };
    return new Promise((resolve, reject) => {
      const request = send({
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        method,
        path: this.#base.pathname.replace(/\/$/, '') + path,
        headers: { ...length, ...headers },
        ...(this.#base.protocol === 'https:' ? {} : { agent: this.#agent }),
        timeout: timeoutMs,
      });
      let answered = false;
      request.on('response', (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      // A server may answer and close while a refused body is still being sent.
      request.on('error', (error) => {
        if (!answered) reject(error);
      });
      for (const part of parts) request.write(part);
      request.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
