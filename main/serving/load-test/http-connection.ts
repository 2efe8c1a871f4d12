import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Larger response heads end the connection. */
const maxHeadBytes = 65_536;

/** Where requests go: `http:` or `https:`. */
export interface LoadTarget {
  host: string;
  port: number;
  tls: boolean;
}

interface Waiting {
  /** `reusable`: the connection takes another request. */
  answered(status: number, reusable: boolean): void;
  failed(): void;
}

/**
 * A kept HTTP/1.1 connection for load generators: one request at a time, given as ready bytes; of the answer only the
 * status is read and the body skipped. Costs a few µs per request, which a general client does not.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #waiting: Waiting | undefined;
  #received: Buffer = Buffer.alloc(0);
  /** Bytes of the body still to come; undefined while the head is read, −1 for a chunked one. */
  #bodyLeft: number | undefined;
  #status = 0;
  #closes = false;
  /** Called once when the connection can take no more requests. */
  onClose: () => void = () => undefined;

  constructor(target: LoadTarget) {
    const address = { host: target.host, port: target.port };
    this.#socket = target.tls ? connectTls({ ...address, servername: target.host }) : connect(address);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', () => this.#end());
    this.#socket.on('close', () => this.#end());
  }

  /** Only when no request is on its way. */
  send(request: Buffer, waiting: Waiting): void {
    this.#waiting = waiting;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #end(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    const { onClose } = this;
    this.onClose = () => undefined;
    onClose();
    this.#socket.destroy();
    waiting?.failed();
  }

  #receive(chunk: Buffer): void {
    if (this.#bodyLeft === undefined) {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
      const headEnd = this.#received.indexOf('\r\n\r\n');
      if (headEnd === -1) {
        if (this.#received.length > maxHeadBytes) this.#end();
        return;
      }
      const head = this.#received.toString('latin1', 0, headEnd);
      this.#status = Number(head.slice(9, 12));
      this.#closes = /\r\nconnection: *close/i.test(head);
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      const rest = this.#received.subarray(headEnd + 4);
      this.#received = Buffer.alloc(0);
      if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#bodyLeft = -1;
      else this.#bodyLeft = Number(length ?? 0);
      this.#body(rest);
      return;
    }
    this.#body(chunk);
  }

  #body(bytes: Buffer): void {
    if (this.#bodyLeft === -1) {
      // The last chunk is "0" and an empty line; bodies are skipped, so only the end of what came matters.
      this.#received = Buffer.concat([this.#received.subarray(-8), bytes]);
      if (!this.#received.subarray(-7).toString('latin1').endsWith('0\r\n\r\n')) return;
    } else {
      this.#bodyLeft = (this.#bodyLeft ?? 0) - bytes.length;
      if (this.#bodyLeft > 0) return;
    }
    this.#bodyLeft = undefined;
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.#closes) this.#end();
    waiting?.answered(this.#status, !this.#closes);
  }
}

/** The HTTP/1.1 bytes of a POST on a kept connection. */
export function postBytes(url: URL, body: Buffer, headers: Record<string, string>): Buffer {
  const all = { host: url.host, 'content-length': String(body.length), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`), body]);
}

export function targetOf(url: URL): LoadTarget {
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls };
}
