import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { AppError } from '../../shared/errors/app-error.ts';
import type { FileStat } from './artifact-driver.ts';
import type { S3Credentials, S3Location } from './s3-location.ts';
import { xmlTexts } from './s3-xml.ts';

/** Larger files go up in parts of this size; every part is in memory once. */
const partBytes = 32 * 1024 * 1024;
/** S3 takes at most 10,000 parts. */
const maxParts = 10_000;
const requestTimeoutMs = 300_000;

export interface S3ClientOptions {
  /** Tries of a request that failed in a way that may pass; default 6. */
  attempts?: number;
  /** Wait before the second try, doubled for every further one; default 200. */
  firstDelayMs?: number;
  /** For tests; default 32 MiB. */
  partBytes?: number;
}

/** Only written when this holds; a broken condition is answered, not thrown. */
export type PutCondition = { absent: true } | { etag: string };

export interface S3Client {
  /** Undefined when there is no such object. */
  head(key: string): Promise<FileStat | undefined>;
  getText(key: string): Promise<{ text: string; etag: string } | undefined>;
  /** Writes an object to a local file; returns its SHA-256 (hex), undefined when there is no such object. */
  download(key: string, path: string): Promise<string | undefined>;
  /** False when the condition does not hold. */
  putText(key: string, text: string, condition?: PutCondition): Promise<boolean>;
  upload(key: string, path: string): Promise<void>;
  /** Keys below a prefix, in order; with `folders`, the names right under it. */
  list(prefix: string, options?: { folders: boolean }): Promise<S3Entry[]>;
  remove(key: string): Promise<void>;
}

export interface S3Entry {
  key: string;
  /** Unix ms; 0 for a folder. */
  modifiedMs: number;
}

interface Request {
  method: 'GET' | 'PUT' | 'HEAD' | 'DELETE' | 'POST';
  key: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array<ArrayBuffer>;
}

/** Statuses of an overloaded or restarting storage; everything else would fail again. */
const passing = new Set([408, 429, 500, 502, 503, 504]);

/** Requests to one bucket, signed (AWS Signature 4), repeated where that helps. Throws `store.*`. */
export function createS3Client(
  location: S3Location,
  credentials: S3Credentials,
  options: S3ClientOptions = {},
): S3Client {
  const attempts = options.attempts ?? 6;
  const firstDelayMs = options.firstDelayMs ?? 200;
  const sizeOfPart = options.partBytes ?? partBytes;
  /** Of the storage's clock against this machine's. */
  let clockOffsetMs = 0;

  async function signed(request: Request): Promise<Response> {
    const url = new URL(request.key.split('/').map(encodeURIComponent).join('/'), location.bucketUrl);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const signer = new AwsV4Signer({
      method: request.method,
      url: url.href,
      headers: {
        ...request.headers,
        'X-Amz-Content-Sha256': createHash('sha256')
          .update(request.body ?? '')
          .digest('hex'),
      },
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
      service: 's3',
      region: location.region,
      datetime: new Date(Date.now() + clockOffsetMs).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    });
    const { method, headers, url: target } = await signer.sign();
    return fetch(target, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.timeout(requestTimeoutMs),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
  }

  /** Repeats `action` while it fails in a way that may pass. */
  async function repeated<T>(action: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof PassingFailure)) throw error;
        if (attempt >= attempts) throw error.reason;
        const backoffMs = firstDelayMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
        await sleep(Math.max(backoffMs, error.retryAfterMs));
      }
    }
  }

  async function once(request: Request, accepted: readonly number[]): Promise<Response> {
    let response: Response;
    try {
      response = await signed(request);
    } catch (error) {
      throw new PassingFailure(unreachable(location, error), 0);
    }
    if (response.ok || accepted.includes(response.status)) return response;
    const text = request.method === 'HEAD' ? '' : await response.text().catch(() => '');
    const [code = ''] = xmlTexts(text, 'Code');
    const serverMs = Date.parse(response.headers.get('date') ?? '');
    const skewed = code === 'RequestTimeTooSkewed' && Number.isFinite(serverMs);
    if (skewed) clockOffsetMs = serverMs - Date.now();
    const failure = refused(location, request, response.status, code, xmlTexts(text, 'Message')[0] ?? '');
    if (skewed || passing.has(response.status) || code === 'ConditionalRequestConflict') {
      const seconds = Number(response.headers.get('retry-after') ?? 0);
      throw new PassingFailure(failure, Number.isFinite(seconds) ? Math.min(seconds, 20) * 1000 : 0);
    }
    throw failure;
  }

  const send = (request: Request, accepted: readonly number[] = []) => repeated(() => once(request, accepted));

  /** Answers with a body are read whole within one try, so that a broken connection is repeated too. */
  const sendForText = (request: Request, accepted: readonly number[] = []) =>
    repeated(async () => {
      const response = await once(request, accepted);
      let text: string;
      try {
        text = await response.text();
      } catch (error) {
        throw new PassingFailure(unreachable(location, error), 0);
      }
      // A missing object is an answer, a missing bucket is not.
      if (response.status === 404 && xmlTexts(text, 'Code')[0] === 'NoSuchBucket') {
        throw refused(location, request, 404, 'NoSuchBucket', xmlTexts(text, 'Message')[0] ?? '');
      }
      return { status: response.status, headers: response.headers, text };
    });

  async function uploadParts(key: string, path: string, sizeBytes: number): Promise<void> {
    const begun = await sendForText({ method: 'POST', key, query: { uploads: '' } });
    const [uploadId] = xmlTexts(begun.text, 'UploadId');
    if (uploadId === undefined) throw new AppError('store.refused', 'The object storage began no upload in parts.');
    const size = Math.max(sizeOfPart, Math.ceil(sizeBytes / maxParts));
    const file = await open(path, 'r');
    try {
      const etags: string[] = [];
      for (let offset = 0; offset < sizeBytes; offset += size) {
        const body = new Uint8Array(Math.min(size, sizeBytes - offset));
        await file.read(body, 0, body.length, offset);
        const partNumber = String(etags.length + 1);
        const response = await send({ method: 'PUT', key, query: { partNumber, uploadId }, body });
        etags.push(response.headers.get('etag') ?? '');
      }
      const parts = etags.map(
        (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
      );
      const body = encode(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
      const done = await sendForText({ method: 'POST', key, query: { uploadId }, body });
      // The storage answers 200 before it has put the parts together; a failure stands in the body.
      const [code] = xmlTexts(done.text, 'Code');
      if (code !== undefined) throw refused(location, { method: 'POST', key }, 200, code, '');
    } catch (error) {
      await send({ method: 'DELETE', key, query: { uploadId } }).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
  }

  return {
    head: async (key) => {
      const response = await send({ method: 'HEAD', key }, [404]);
      if (response.status === 404) return undefined;
      return {
        sizeBytes: Number(response.headers.get('content-length')),
        modifiedMs: Date.parse(response.headers.get('last-modified') ?? ''),
      };
    },
    getText: async (key) => {
      const { status, headers, text } = await sendForText({ method: 'GET', key }, [404]);
      return status === 404 ? undefined : { text, etag: headers.get('etag') ?? '' };
    },
    download: (key, path) =>
      repeated(async () => {
        const response = await once({ method: 'GET', key }, [404]);
        if (response.status === 404) return undefined;
        const hash = createHash('sha256');
        let received = 0;
        try {
          const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body);
          body.on('data', (chunk: Uint8Array) => {
            hash.update(chunk);
            received += chunk.length;
          });
          await pipeline(body, createWriteStream(path));
        } catch (error) {
          // The disk's own errors carry a path, those of the connection do not.
          if ((error as NodeJS.ErrnoException).path !== undefined) throw error;
          throw new PassingFailure(unreachable(location, error), 0);
        }
        const announced = response.headers.get('content-length');
        if (announced !== null && Number(announced) !== received) {
          const cause = new Error(`${received} of ${announced} bytes came`);
          throw new PassingFailure(unreachable(location, cause), 0);
        }
        return hash.digest('hex');
      }),
    putText: async (key, text, condition) => {
      const headers: Record<string, string> =
        condition === undefined ? {} : 'etag' in condition ? { 'If-Match': condition.etag } : { 'If-None-Match': '*' };
      const request = { method: 'PUT' as const, key, body: encode(text) };
      const response = await send({ ...request, headers }, [412, 501]);
      // A storage that knows no conditions: the last writer wins, as it does in a shared folder.
      if (response.status === 501) await send(request);
      return response.status !== 412;
    },
    upload: async (key, path) => {
      const { size } = await stat(path);
      if (size > sizeOfPart) return uploadParts(key, path, size);
      const file = await open(path, 'r');
      try {
        const body = new Uint8Array(size);
        await file.read(body, 0, size, 0);
        await send({ method: 'PUT', key, body });
      } finally {
        await file.close();
      }
    },
    list: async (prefix, listing) => {
      const entries: S3Entry[] = [];
      let token: string | undefined;
      do {
        const { text } = await sendForText({
          method: 'GET',
          key: '',
          query: {
            'list-type': '2',
            prefix,
            ...(listing?.folders === true ? { delimiter: '/' } : {}),
            ...(token === undefined ? {} : { 'continuation-token': token }),
          },
        });
        for (const [, contents = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) {
          const [key = ''] = xmlTexts(contents, 'Key');
          entries.push({ key, modifiedMs: Date.parse(xmlTexts(contents, 'LastModified')[0] ?? '') || 0 });
        }
        for (const [, common = ''] of text.matchAll(/<CommonPrefixes>(.*?)<\/CommonPrefixes>/gs)) {
          entries.push(...xmlTexts(common, 'Prefix').map((key) => ({ key, modifiedMs: 0 })));
        }
        token = xmlTexts(text, 'IsTruncated')[0] === 'true' ? xmlTexts(text, 'NextContinuationToken')[0] : undefined;
      } while (token !== undefined);
      return entries;
    },
    remove: async (key) => {
      await send({ method: 'DELETE', key }, [404]);
    },
  };
}

/** A failure that another try may not meet. */
class PassingFailure extends Error {
  readonly reason: AppError;
  readonly retryAfterMs: number;

  constructor(reason: AppError, retryAfterMs: number) {
    super(reason.message);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

function unreachable(location: S3Location, cause: unknown): AppError {
  const reason =
    cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : String(cause);
  return new AppError('store.unreachable', `The object storage ${location.uri} cannot be reached: ${reason}.`, {
    fix: 'Check the endpoint and the network; then run again, it goes on where it stopped.',
    cause,
  });
}

const fixes: Record<string, string> = {
  InvalidAccessKeyId: 'Check AWS_ACCESS_KEY_ID: the storage does not know this key.',
  SignatureDoesNotMatch: 'Check AWS_SECRET_ACCESS_KEY and the region.',
  ExpiredToken: 'The credentials have expired; get new ones.',
  AccessDenied: 'Allow these credentials to list, get, put and delete below the prefix.',
  NoSuchBucket: 'Create the bucket, or correct its name.',
  RequestTimeTooSkewed: 'Set the clock of this machine.',
};

function refused(location: S3Location, request: Request, status: number, code: string, message: string): AppError {
  if (passing.has(status)) {
    const said = code === '' ? `status ${status}` : `${code}, status ${status}`;
    return new AppError('store.unreachable', `The object storage ${location.uri} is overloaded or down (${said}).`, {
      fix: 'Run again later; it goes on where it stopped.',
    });
  }
  const reason = [code || `status ${status}`, message].filter((part) => part !== '').join(': ');
  return new AppError('store.refused', `The object storage refused ${request.method} ${request.key} (${reason}).`, {
    fix: fixes[code] ?? (status === 403 ? fixes['AccessDenied'] : `Check the store address ${location.uri}.`),
  });
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
