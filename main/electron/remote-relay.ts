import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type AddressInfo, connect as connectPlain, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ConnectResult, RemoteEngine } from '../../shared/rpc/shell-contract.ts';

const connectTimeoutMs = 10_000;
/** Answers 401 to a wrong token and needs no body. */
const probePath = '/api/2.0/mlflow/experiments/get?experiment_id=0';

/** A way to a remote engine: the window speaks to a port of this machine, the relay to the engine, by TLS where it can. */
export interface RemoteRelay {
  /** `ws://127.0.0.1:PORT/rpc` */
  readonly url: string;
  close(): void;
}

/**
 * Says whether the certificate may be used: an authority vouches for it, or it is the pinned one. Of that one a person has
 * compared the fingerprint, so its dates and names say nothing more.
 */
function isTrusted(socket: TLSSocket, shown: ShownCertificate, pinned: string | undefined): boolean {
  return pinned === undefined ? socket.authorized : shown.fingerprint !== '' && shown.fingerprint === pinned;
}

interface ShownCertificate {
  /** SHA-256; empty where none was shown. */
  fingerprint: string;
  /** When it ended; null while it is valid. */
  expiredMs: number | null;
}

/** What the other side has shown; once for each connection, since Node gives its certificate only once. */
function shownCertificate(socket: TLSSocket): ShownCertificate {
  const certificate = socket.getPeerX509Certificate();
  const endMs = Date.parse(certificate?.validTo ?? '');
  return { fingerprint: certificate?.fingerprint256 ?? '', expiredMs: endMs < Date.now() ? endMs : null };
}

function isLoopbackName(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

/** Opens a checked connection; rejects with a message for a person. */
function open(url: URL, fingerprint: string | undefined): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  return new Promise((resolve, reject) => {
    const options = { host, port };
    const socket =
      url.protocol === 'https:'
        ? // Checked below, since a pinned certificate need not be vouched for.
          connectTls({ ...options, servername: /^[\d.:]+$/.test(host) ? '' : host, rejectUnauthorized: false })
        : connectPlain(options);
    const timer = setTimeout(() => socket.destroy(new Error('it does not answer')), connectTimeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      if (url.protocol === 'https:') {
        const shown = shownCertificate(socket as TLSSocket);
        if (!isTrusted(socket as TLSSocket, shown, fingerprint)) {
          socket.destroy();
          reject(new UntrustedCertificate(shown));
          return;
        }
      }
      resolve(socket);
    });
  });
}

class UntrustedCertificate extends Error {
  readonly shown: ShownCertificate;

  constructor(shown: ShownCertificate) {
    super('its certificate is not trusted');
    this.shown = shown;
  }
}

/** Whether an engine answers there, with a certificate that may be trusted, and takes the token. */
export async function checkRemoteEngine(engine: RemoteEngine): Promise<ConnectResult> {
  const url = URL.parse(engine.url);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { status: 'failed', message: 'The address has to begin with https:// or http://.' };
  }
  if (url.protocol === 'http:' && engine.plain !== true && !isLoopbackName(url.hostname)) {
    return { status: 'not-encrypted' };
  }
  try {
    const socket = await open(url, engine.fingerprint);
    const status = await probe(url, engine.token, socket);
    if (status === 401 || status === 403) return { status: 'failed', message: 'The engine refuses the token.' };
    if (status >= 500 || status === 404) {
      return { status: 'failed', message: `Something else than an engine answers there (${status}).` };
    }
    return { status: 'connected' };
  } catch (error) {
    if (error instanceof UntrustedCertificate) {
      return { status: engine.fingerprint === undefined ? 'untrusted' : 'changed', ...error.shown };
    }
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'failed', message: `${url.host} cannot be reached: ${message}.` };
  }
}

/** Status of one request with the token, over a connection that is open already. */
function probe(url: URL, token: string, socket: Socket): Promise<number> {
  const request = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    request(new URL(probePath, url), {
      createConnection: () => socket,
      headers: { authorization: `Bearer ${token}` },
      timeout: connectTimeoutMs,
    })
      .on('response', (response) => {
        response.resume();
        response.on('end', () => socket.destroy());
        resolve(response.statusCode ?? 0);
      })
      .on('timeout', () => socket.destroy(new Error('it does not answer')))
      .on('error', reject)
      .end();
  });
}

/**
 * Listens on loopback and passes each connection on, checking the certificate every time. `onUntrusted` is called for the
 * first one that is refused, since the window only sees that nobody answers.
 */
export function openRemoteRelay(
  engine: RemoteEngine,
  { log, onUntrusted }: { log: (text: string) => void; onUntrusted: () => void },
): Promise<RemoteRelay> {
  const url = new URL(engine.url);
  let told = false;
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    sockets.add(near);
    near.on('close', () => sockets.delete(near));
    near.on('error', () => near.destroy());
    open(url, engine.fingerprint).then(
      (far) => {
        far.on('error', () => near.destroy());
        far.on('close', () => near.destroy());
        near.on('close', () => far.destroy());
        far.pipe(near);
        near.pipe(far);
      },
      (error: unknown) => {
        log(`Remote engine: ${error instanceof Error ? error.message : String(error)}`);
        near.destroy();
        if (!(error instanceof UntrustedCertificate) || told) return;
        told = true;
        onUntrusted();
      },
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `ws://127.0.0.1:${port}/rpc`,
        close() {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      });
    });
  });
}
