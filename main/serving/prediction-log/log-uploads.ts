import { openAsBlob } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createS3Client } from '../../store/s3-client.ts';
import { parseS3Uri, s3CredentialsOf } from '../../store/s3-location.ts';

/** Where the files of a request log are sent: `s3://BUCKET/PREFIX?endpoint=…` or an http(s) address that takes PUT. */
export interface LogTarget {
  url: string;
  /** Sent as `Authorization: Bearer`; empty for none. Object storages take their credentials from the environment. */
  token: string;
}

export interface UploadOutcome {
  sent: number;
  /** Files still to send. */
  waiting: number;
  /** Why the rest could not be sent. */
  reason?: string;
}

const uploadedFile = 'uploaded.json';
const uploadTimeoutMs = 5 * 60_000;

/**
 * Sends the finished files of a request log, oldest first, once each. A machine that is offline keeps them, as long as its
 * log keeps them, and goes on where it stopped; a file that was sent just before a crash is sent again under the same name.
 */
export class LogUploads {
  readonly #dir: string;
  readonly #put: (name: string, path: string, signal: AbortSignal) => Promise<void>;

  /** `folder`: path below the target, with `/` between its parts. Throws for an address that cannot be used. */
  constructor(dir: string, target: LogTarget, folder: string) {
    this.#dir = dir;
    this.#put = uploadTo(target, folder);
  }

  async sync(signal: AbortSignal): Promise<UploadOutcome> {
    const files = (await readdir(this.#dir)).filter((name) => name.endsWith('.parquet')).sort(byTime);
    const before = await this.#uploaded();
    // Files that the log has removed need no mention.
    const uploaded = new Set(files.filter((name) => before.has(name)));
    const waiting = files.filter((name) => !uploaded.has(name));
    let sent = 0;
    for (const name of waiting) {
      try {
        await this.#put(name, join(this.#dir, name), AbortSignal.any([signal, AbortSignal.timeout(uploadTimeoutMs)]));
      } catch (error) {
        // Removed for its age meanwhile: nothing to send.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        return { sent, waiting: waiting.length - sent, reason: reasonOf(error) };
      }
      sent++;
      await this.#keep(uploaded.add(name));
    }
    return { sent, waiting: 0 };
  }

  async #uploaded(): Promise<Set<string>> {
    try {
      const value: unknown = JSON.parse(await readFile(join(this.#dir, uploadedFile), 'utf8'));
      return new Set(Array.isArray(value) ? value.map(String) : []);
    } catch {
      return new Set();
    }
  }

  async #keep(uploaded: ReadonlySet<string>): Promise<void> {
    const path = join(this.#dir, uploadedFile);
    await writeFile(`${path}.tmp`, JSON.stringify([...uploaded]));
    await rename(`${path}.tmp`, path);
  }
}

/** Names begin with milliseconds since the epoch. */
function byTime(a: string, b: string): number {
  return Number.parseInt(a, 10) - Number.parseInt(b, 10);
}

function uploadTo({ url, token }: LogTarget, folder: string) {
  if (url.startsWith('s3://')) {
    const location = parseS3Uri(url);
    const client = createS3Client(location, s3CredentialsOf());
    return (name: string, path: string) => client.upload(`${location.prefix}${folder}/${name}`, path);
  }
  const root = url.replace(/\/+$/, '');
  return async (name: string, path: string, signal: AbortSignal) => {
    const answer = await fetch(`${root}/${folder}/${name}`, {
      method: 'PUT',
      headers: {
        'content-type': 'application/vnd.apache.parquet',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      body: await openAsBlob(path),
      redirect: 'error',
      signal,
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${new URL(root).host} answered ${answer.status}`);
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
