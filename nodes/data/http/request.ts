import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { createWriteStream } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '../../../shared/errors/app-error.ts';

const mostRedirects = 5;
const attempts = 4;
/** Longest that a server may ask to wait. */
const longestWaitS = 60;

const privateAddresses = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  privateAddresses.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96],
] as const) {
  privateAddresses.addSubnet(net, bits, 'ipv6');
}

/** Whether an address is of this machine or of a network that is not the internet. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  const family = isIP(address);
  if (family === 0) return true;
  // The other spelling of a mapped address: ::ffff:7f00:1.
  if (family === 6 && /^::ffff:/i.test(address)) return true;
  return privateAddresses.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

export interface Requests {
  /** Headers that go to any host. */
  plain: Readonly<Record<string, string>>;
  /** Headers that go to the first origin only. */
  secret: Readonly<Record<string, string>>;
  /** The address a person wrote: its host may be private. */
  first: URL;
  privateHosts: boolean;
  signal: AbortSignal;
  /** What is left for all answers together; counted down. */
  budget: { bytes: number };
}

export interface Answer {
  url: URL;
  headers: IncomingHttpHeaders;
}

/**
 * The answer to a GET (or HEAD), its body in the file at `path`, unpacked. Follows redirects and asks again where the server
 * wants that. Errors: `data.connection`, `data.unreadable`.
 */
export async function fetchTo(requests: Requests, url: URL, path: string | undefined): Promise<Answer> {
  let target = url;
  let redirects = 0;
  for (let attempt = 1; ; ) {
    const response = await send(requests, target, path === undefined ? 'HEAD' : 'GET');
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    if (status >= 300 && status < 400 && location !== undefined) {
      response.resume();
      redirects++;
      if (redirects > mostRedirects) throw failed(target, 'redirects more than five times');
      target = nextUrl(target, location);
      continue;
    }
    const waitS = Number(response.headers['retry-after'] ?? 2 ** (attempt - 1) / 2);
    if ((status === 429 || status === 503) && attempt < attempts && waitS <= longestWaitS) {
      response.resume();
      attempt++;
      await sleep(waitS * 1000, undefined, { signal: requests.signal });
      continue;
    }
    if (status !== 200) {
      response.resume();
      throw statusError(target, status);
    }
    if (path !== undefined) await save(requests, target, response, path);
    return { url: target, headers: response.headers };
  }
}

/** The address a link or a redirect leads to. Errors: `data.unreadable`. */
export function nextUrl(from: URL, link: string): URL {
  if (!URL.canParse(link, from.href)) throw failed(from, `leads to “${link.slice(0, 200)}”, which is no address`);
  const next = new URL(link, from.href);
  if (next.protocol !== 'http:' && next.protocol !== 'https:')
    throw failed(from, `leads to ${next.protocol}, not to the web`);
  if (from.protocol === 'https:' && next.protocol === 'http:') throw failed(from, 'leads from https to http');
  return next;
}

function send(requests: Requests, url: URL, method: 'GET' | 'HEAD'): Promise<IncomingMessage> {
  const own = url.origin === requests.first.origin;
  const guarded = !requests.privateHosts && url.hostname !== requests.first.hostname;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (guarded && isIP(host) !== 0 && isPrivateAddress(host)) throw intoPrivate(url);
  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      if (guarded && found.some(({ address }) => isPrivateAddress(address))) return callback(intoPrivate(url), '', 0);
      const [first] = found;
      if (options.all === true) return callback(null, found);
      return callback(null, first?.address ?? '', first?.family);
    });
  };
  return new Promise((resolve, reject) => {
    const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = start(url, {
      method,
      headers: {
        'user-agent': 'slipway',
        accept: '*/*',
        'accept-encoding': 'gzip, deflate, br',
        ...requests.plain,
        ...(own ? requests.secret : {}),
      },
      lookup: guardedLookup,
      signal: requests.signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', (error) => reject(error instanceof AppError ? error : connectionError(requests, url, error)));
    outgoing.end();
  });
}

async function save(requests: Requests, url: URL, response: IncomingMessage, path: string): Promise<void> {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  const unpack = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }[
    encoding
  ];
  const { budget } = requests;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      budget.bytes -= chunk.length;
      if (budget.bytes < 0) done(failed(url, 'gives more data than the limit', 'Raise the limit, or ask for less.'));
      else done(null, chunk);
    },
  });
  try {
    const file = createWriteStream(path);
    if (unpack === undefined) await pipeline(response, counted, file, { signal: requests.signal });
    else await pipeline(response, unpack(), counted, file, { signal: requests.signal });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw connectionError(requests, url, error);
  }
}

function failed(url: URL, what: string, fix = 'Check the address.'): AppError {
  return new AppError('data.unreadable', `${shown(url)} ${what}.`, { fix, details: { field: 'url' } });
}

/** Without what may be a secret. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function intoPrivate(url: URL): AppError {
  return failed(
    url,
    'is in a private network, and the address that led there is elsewhere',
    'Turn private hosts on if that is right.',
  );
}

function statusError(url: URL, status: number): AppError {
  const refused = status === 401 || status === 403;
  const passing = status === 429 || status >= 500;
  return new AppError(passing ? 'data.connection' : 'data.unreadable', `${shown(url)} answers with status ${status}.`, {
    fix: refused ? 'Check the token and headers.' : passing ? 'Run again later.' : 'Check the address.',
    details: { field: refused ? 'token' : 'url', status },
  });
}

function connectionError(requests: Requests, url: URL, cause: unknown): AppError {
  const { reason } = requests.signal as { reason?: unknown };
  if (requests.signal.aborted) {
    if (reason instanceof DOMException && reason.name === 'TimeoutError') {
      return new AppError('step.timeout', `${shown(url)} did not answer in time.`, { fix: 'Raise the time limit.' });
    }
    return new AppError('run.cancelled', 'Cancelled.');
  }
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new AppError('data.connection', `The connection to ${shown(url)} failed (${code}).`, {
    fix: 'Check that the server can be reached from this machine, then run again.',
    cause,
  });
}
