import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer that stands in for the next one to a request that matches. */
export interface S3Fault {
  method: string;
  /** Part of the key. */
  key: string;
  status?: number;
  code?: string;
  headers?: Record<string, string>;
  /** Send only so many bytes of the body, then break the connection. */
  truncateAt?: number;
  times: number;
}

interface StoredObject {
  body: Buffer;
  etag: string;
  modifiedMs: number;
}

/** The part of the S3 API that object storages have in common, in memory: signatures, conditions, listing, parts. */
export interface S3Server {
  endpoint: string;
  /** By `BUCKET/KEY`. */
  objects: Map<string, StoredObject>;
  faults: S3Fault[];
  /** `METHOD KEY` of every request, in order. */
  requests: string[];
  /** Of the server's clock. */
  clockOffsetMs: number;
  set(path: string, body: string): void;
  close(): Promise<void>;
}

export const s3Credentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret/example' };

const maxKeys = 3;

export async function startS3Server(buckets: readonly string[]): Promise<S3Server> {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, { path: string; parts: Map<number, Buffer> }>();
  const store = (path: string, body: Buffer) => {
    objects.set(path, { body, etag: `"${createHash('md5').update(body).digest('hex')}"`, modifiedMs: Date.now() });
  };

  const server = createServer((request, response) => {
    // Whoever asks would else wait as long as it waits for a storage.
    read(request)
      .then((body) => handle(request, response, body))
      .catch((error: Error) => response.destroy(error));
  });
  const state: S3Server = {
    endpoint: '',
    objects,
    faults: [],
    requests: [],
    clockOffsetMs: 0,
    set: (path, body) => store(path, Buffer.from(body)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function handle(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = decodeURIComponent(url.pathname.slice(1));
    const method = request.method ?? '';
    const [bucket = ''] = path.split('/');
    state.requests.push(`${method} ${path}`);
    response.setHeader('date', new Date(Date.now() + state.clockOffsetMs).toUTCString());
    const fail = (status: number, code: string) => {
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(method === 'HEAD' ? '' : `<Error><Code>${code}</Code><Message>${code} &amp; so</Message></Error>`);
    };

    const fault = state.faults.find((entry) => entry.times > 0 && entry.method === method && path.includes(entry.key));
    if (fault !== undefined) fault.times--;
    if (fault?.status !== undefined) {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
      fail(fault.status, fault.code ?? 'InternalError');
      return;
    }
    const refusal = authorize(request, url, body, Date.now() + state.clockOffsetMs);
    if (refusal !== undefined) return fail(403, refusal);
    if (!buckets.includes(bucket)) return fail(404, 'NoSuchBucket');
    const object = objects.get(path);
    const query = url.searchParams;

    if (method === 'GET' && query.get('list-type') === '2') return list(response, bucket, query);
    if (method === 'POST' && query.has('uploads')) {
      const id = randomUUID();
      uploads.set(id, { path, parts: new Map() });
      response.end(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
      return;
    }
    const upload = uploads.get(query.get('uploadId') ?? '');
    if (query.has('uploadId')) {
      if (upload === undefined) return fail(404, 'NoSuchUpload');
      if (method === 'PUT') {
        upload.parts.set(Number(query.get('partNumber')), body);
        response.setHeader('etag', `"${createHash('md5').update(body).digest('hex')}"`);
        response.end();
      } else if (method === 'POST') {
        const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map((match) =>
          Number(match[1]),
        );
        store(upload.path, Buffer.concat(named.map((number) => upload.parts.get(number) ?? Buffer.alloc(0))));
        uploads.delete(query.get('uploadId') ?? '');
        response.end('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
      } else {
        uploads.delete(query.get('uploadId') ?? '');
        response.writeHead(204).end();
      }
      return;
    }
    if (method === 'PUT') {
      const ifMatch = request.headers['if-match'];
      if (request.headers['if-none-match'] === '*' && object !== undefined) return fail(412, 'PreconditionFailed');
      if (ifMatch !== undefined && object?.etag !== ifMatch) return fail(412, 'PreconditionFailed');
      store(path, body);
      response.end();
      return;
    }
    if (method === 'DELETE') {
      objects.delete(path);
      response.writeHead(204).end();
      return;
    }
    if (object === undefined) return fail(404, 'NoSuchKey');
    response.writeHead(200, {
      'content-length': object.body.length,
      etag: object.etag,
      'last-modified': new Date(object.modifiedMs).toUTCString(),
    });
    if (fault?.truncateAt !== undefined) {
      response.write(object.body.subarray(0, fault.truncateAt), () => response.destroy());
      return;
    }
    response.end(method === 'HEAD' ? undefined : object.body);
  }

  /** Pages are short, so that a test meets the next one. */
  function list(response: ServerResponse, bucket: string, query: URLSearchParams): void {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter');
    const after = query.get('continuation-token') ?? '';
    const found = new Set<string>();
    for (const path of objects.keys()) {
      const key = path.slice(bucket.length + 1);
      if (!path.startsWith(`${bucket}/`) || !key.startsWith(prefix)) continue;
      const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      found.add(end === -1 ? key : key.slice(0, end + 1));
    }
    const rest = [...found].toSorted().filter((key) => key > after);
    const page = rest.slice(0, maxKeys);
    const entries = page.map((key) =>
      key.endsWith('/')
        ? `<CommonPrefixes><Prefix>${escape(key)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${escape(key)}</Key><LastModified>${new Date(objects.get(`${bucket}/${key}`)?.modifiedMs ?? 0).toISOString()}</LastModified></Contents>`,
    );
    const more = rest.length > page.length;
    const token = more ? `<NextContinuationToken>${escape(page.at(-1) ?? '')}</NextContinuationToken>` : '';
    response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${token}${entries.join('')}</ListBucketResult>`);
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  state.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

/** Checks a request as AWS Signature Version 4 says; returns the error code of a refusal. */
function authorize(request: IncomingMessage, url: URL, body: Buffer, nowMs: number): string | undefined {
  const header = request.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (match === null) return 'AccessDenied';
  const [, keyId, day = '', region = '', signedHeaders = '', signature] = match;
  if (keyId !== s3Credentials.AWS_ACCESS_KEY_ID) return 'InvalidAccessKeyId';
  const time = String(request.headers['x-amz-date']);
  const sentMs = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Math.abs(sentMs - nowMs) > 15 * 60_000) return 'RequestTimeTooSkewed';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== bodyHash) return 'XAmzContentSHA256Mismatch';
  const strict = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const canonical = [
    request.method,
    decodeURIComponent(url.pathname).split('/').map(strict).join('/'),
    [...url.searchParams]
      .map(([name, value]) => `${strict(name)}=${strict(value)}`)
      .toSorted()
      .join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    bodyHash,
  ].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const signing = hmac(
    hmac(hmac(hmac(`AWS4${s3Credentials.AWS_SECRET_ACCESS_KEY}`, day), region), 's3'),
    'aws4_request',
  );
  return hmac(signing, toSign).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
