import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { AppError } from '../../../shared/errors/app-error.ts';

/** A bucket of an S3-compatible storage, as a step names it. */
export interface BucketAddress {
  bucket: string;
  region: string;
  /** Empty: Amazon S3. Another one is asked in path style. */
  endpoint: string;
}

export interface BucketCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export interface BucketObject {
  key: string;
  etag: string;
  sizeBytes: number;
}

export interface ObjectFacts extends BucketObject {
  lastModified: string;
  /** Of `x-amz-meta-*`. */
  metadata: Record<string, string>;
}

export interface Bucket {
  /** Objects below a prefix, in the order of their keys; more than `most` is an error. */
  list(prefix: string, most: number): Promise<BucketObject[]>;
  /** Undefined where there is none. */
  head(key: string): Promise<ObjectFacts | undefined>;
  /** Returns its size. Errors also when the object changed since it was listed, ends early, or has more than `mostBytes`. */
  download(object: BucketObject, path: string, mostBytes: number): Promise<number>;
  /** At most 5 GiB; the object appears whole or not at all. */
  upload(key: string, path: string, metadata: Readonly<Record<string, string>>): Promise<void>;
}

const attempts = 5;
const firstDelayMs = 200;
const requestTimeoutMs = 600_000;
const largestPutBytes = 5 * 2 ** 30;
const passing = new Set([408, 429, 500, 502, 503, 504]);

interface Request {
  method: 'GET' | 'HEAD' | 'PUT';
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** A file to send, and its SHA-256. */
  file?: { path: string; sha256: string; sizeBytes: number };
}

/** Requests to one bucket, signed (AWS Signature 4), asked again where that helps. Errors: `data.connection`, `data.unreadable`. */
export function openBucket(address: BucketAddress, credentials: BucketCredentials, signal: AbortSignal): Bucket {
  const root = bucketUrl(address);

  async function once(request: Request): Promise<Response> {
    // Addresses cannot hold such a part: it would mean another object, or another bucket.
    if (request.key?.split('/').some((part) => part === '.' || part === '..') === true) {
      throw new AppError(
        'data.unreadable',
        `The key ${request.key} has a part “.” or “..”, which no address can hold.`,
        {
          fix: 'Copy the object under another key.',
          details: { field: 'key' },
        },
      );
    }
    const url = new URL((request.key ?? '').split('/').map(encodeURIComponent).join('/'), root);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const { file } = request;
    const signer = new AwsV4Signer({
      method: request.method,
      url: url.href,
      headers: { ...request.headers, 'X-Amz-Content-Sha256': file?.sha256 ?? createHash('sha256').digest('hex') },
      ...credentials,
      service: 's3',
      region: address.region,
    });
    const { method, headers, url: target } = await signer.sign();
    if (file !== undefined) headers.set('content-length', String(file.sizeBytes));
    const limits = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]);
    const init: RequestInit = { method, headers, redirect: 'error', signal: limits };
    if (file === undefined) return fetch(target, init);
    const body = Readable.toWeb(createReadStream(file.path)) as ReadableStream<Uint8Array>;
    return fetch(target, { ...init, body, duplex: 'half' } as RequestInit);
  }

  async function send<T>(
    request: Request,
    accepted: readonly number[],
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      let failure: AppError;
      try {
        const response = await once(request);
        if (response.ok || accepted.includes(response.status)) return await read(response);
        const text = await response.text().catch(() => '');
        failure = refused(address, request, response.status, text);
        if (!passing.has(response.status)) throw failure;
      } catch (error) {
        if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
        if (error instanceof AppError) throw error;
        failure = unreachable(root, error);
      }
      if (attempt >= attempts) throw failure;
      await sleep(firstDelayMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }

  return {
    list: async (prefix, most) => {
      const found: BucketObject[] = [];
      for (let token: string | undefined; ; ) {
        const query = { 'list-type': '2', prefix, ...(token === undefined ? {} : { 'continuation-token': token }) };
        const xml = await send({ method: 'GET', query }, [], (response) => response.text());
        for (const [, part = ''] of xml.matchAll(/<Contents>([^]*?)<\/Contents>/g)) {
          found.push({
            key: textOf(part, 'Key') ?? '',
            etag: textOf(part, 'ETag') ?? '',
            sizeBytes: Number(textOf(part, 'Size') ?? 0),
          });
        }
        if (found.length > most) {
          throw new AppError('data.unreadable', `More than ${most} objects start with “${prefix}”.`, {
            fix: 'Make the pattern narrower.',
            details: { field: 'key' },
          });
        }
        token = textOf(xml, 'IsTruncated') === 'true' ? textOf(xml, 'NextContinuationToken') : undefined;
        if (token === undefined) return found;
      }
    },
    head: (key) =>
      send({ method: 'HEAD', key }, [404], async ({ status, headers }) => {
        if (status === 404) return undefined;
        const metadata = [...headers].filter(([name]) => name.startsWith('x-amz-meta-'));
        return {
          key,
          etag: headers.get('etag') ?? '',
          sizeBytes: Number(headers.get('content-length') ?? 0),
          lastModified: headers.get('last-modified') ?? '',
          metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice('x-amz-meta-'.length), value])),
        };
      }),
    download: (object, path, mostBytes) =>
      send({ method: 'GET', key: object.key, headers: { 'if-match': object.etag } }, [], async (response) => {
        if (response.body === null) throw new Error('no body');
        let bytes = 0;
        const counted = new Transform({
          transform: (chunk: Buffer, _encoding, done) => {
            bytes += chunk.length;
            if (bytes <= mostBytes) done(null, chunk);
            else done(tooLarge(object.key));
          },
        });
        await pipeline(
          Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
          counted,
          createWriteStream(path),
          { signal },
        );
        if (object.sizeBytes > 0 && bytes !== object.sizeBytes)
          throw new Error(`${bytes} of ${object.sizeBytes} bytes arrived`);
        return bytes;
      }),
    upload: async (key, path, metadata) => {
      const { size } = await stat(path);
      if (size > largestPutBytes) {
        throw new AppError('data.unreadable', 'An object is written in one piece of at most 5 GiB.', {
          fix: 'Write Parquet, or split the rows.',
        });
      }
      const hash: Hash = createHash('sha256');
      for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
      const file = { path, sha256: hash.digest('hex'), sizeBytes: size };
      const headers = Object.fromEntries(
        Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
      );
      await send({ method: 'PUT', key, headers, file }, [], async (response) => {
        await response.arrayBuffer();
      });
    },
  };
}

function tooLarge(key: string): AppError {
  return new AppError('data.unreadable', `There is more data than the limit, at ${key}.`, {
    fix: 'Raise the limit, or make the pattern narrower.',
  });
}

function bucketUrl({ bucket, region, endpoint }: BucketAddress): string {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw new AppError('params.invalid', `“${bucket}” is no name of a bucket.`, {
      fix: 'Set bucket.',
      details: { field: 'bucket' },
    });
  }
  if (endpoint === '') {
    // A certificate for *.s3.REGION covers no name with further dots.
    return bucket.includes('.')
      ? `https://s3.${region}.amazonaws.com/${bucket}/`
      : `https://${bucket}.s3.${region}.amazonaws.com/`;
  }
  if (!/^https?:\/\/[^/]/.test(endpoint) || !URL.canParse(endpoint)) {
    throw new AppError('params.invalid', `The endpoint “${endpoint}” is no http or https address.`, {
      fix: 'Write one such as https://minio.example.org.',
      details: { field: 'endpoint' },
    });
  }
  return `${endpoint.replace(/\/+$/, '')}/${bucket}/`;
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function textOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, entity: string) => {
    if (entity.startsWith('#x')) return String.fromCodePoint(Number.parseInt(entity.slice(2), 16));
    return entity.startsWith('#') ? String.fromCodePoint(Number(entity.slice(1))) : (entities[entity] ?? whole);
  });
}

function refused({ bucket }: BucketAddress, { key = '' }: Request, status: number, xml: string): AppError {
  const code = textOf(xml, 'Code') ?? '';
  const what = key === '' ? `the bucket ${bucket}` : `${key} of the bucket ${bucket}`;
  if (status === 404) {
    const none = code === 'NoSuchBucket' ? `There is no bucket ${bucket}.` : `There is no ${what}.`;
    return new AppError('data.not-found', none, {
      fix: 'Check bucket and key.',
      details: { field: code === 'NoSuchBucket' ? 'bucket' : 'key' },
    });
  }
  if (status === 412) {
    return new AppError('data.connection', `The storage has changed ${what} while it was read.`, { fix: 'Run again.' });
  }
  if (status === 401 || status === 403) {
    return new AppError('data.unreadable', `The storage refuses access to ${what} (${code || status}).`, {
      fix: 'Check the access key, its secret and its rights.',
      details: { field: 'accessKeyId' },
    });
  }
  const text = `The storage answers ${what} with status ${status}${code === '' ? '' : ` (${code})`}.`;
  return new AppError(passing.has(status) ? 'data.connection' : 'data.unreadable', text, {
    fix: 'Run again later, or check the address.',
  });
}

function unreachable(root: string, cause: unknown): AppError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const text = inner instanceof Error ? inner.message : String(inner);
  return new AppError('data.connection', `The storage at ${new URL(root).host} cannot be reached: ${text}.`, {
    fix: 'Check the endpoint and that it can be reached from this machine.',
    details: { field: 'endpoint' },
    cause,
  });
}
