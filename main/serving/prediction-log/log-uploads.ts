import { openAsBlob } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holdFileLock } from '../../compute/paths/file-lock.ts';
import { replaceFile } from '../../compute/paths/replace-file.ts';
import { createS3Client } from '../../store/s3-client.ts';
import { parseS3Uri, s3CredentialsOf } from '../../store/s3-location.ts';
import { sentFile, sentFilesIn } from './sent-files.ts';

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

const lockFile = 'uploading.lock';
const staleLockMs = 60_000;
const uploadTimeoutMs = 5 * 60_000;
/** A slow line is waited for, down to 10 kB per second. */
const slowestBytesPerMs = 10;
/** Answers about the file itself: the others may be taken. */
const refusals = new Set([400, 413, 415, 422]);

/** The target takes everything but this file. */
class FileRefused extends Error {}

/**
 * Sends the finished files of the request logs of an endpoint, those of a version oldest first, once each. A machine that
 * is offline keeps them, as long as its log keeps them, and goes on where it stopped; a file that was sent just before a
 * crash is sent again under the same name. One that is refused is left out until the next start.
 */
export class LogUploads {
  readonly #root: string;
  readonly #put: (name: string, path: string, signal: AbortSignal) => Promise<void>;
  /** Paths sent by this process: a full disk keeps no mark. */
  readonly #sent = new Set<string>();
  readonly #refused = new Map<string, string>();

  /**
   * `root` has the logs as `MODEL/VERSION/FILE`, and so has `folder`, a path below the target with `/` between its parts.
   * Throws for an address that cannot be used.
   */
  constructor(root: string, target: LogTarget, folder: string) {
    this.#root = root;
    this.#put = uploadTo(target, folder);
  }

  async sync(signal: AbortSignal): Promise<UploadOutcome> {
    const total: UploadOutcome = { sent: 0, waiting: 0 };
    let isAway = false;
    for (const model of await foldersIn(this.#root)) {
      for (const version of await foldersIn(join(this.#root, model))) {
        const outcome = await this.#syncFolder(`${model}/${version}`, signal, isAway);
        total.sent += outcome.sent;
        total.waiting += outcome.waiting;
        if (outcome.reason !== undefined) total.reason ??= outcome.reason;
        isAway ||= outcome.isAway;
      }
    }
    return total;
  }

  /** With `isAway` the target could not be reached just now: what waits is only counted. */
  async #syncFolder(folder: string, signal: AbortSignal, isAway: boolean): Promise<FolderOutcome> {
    const dir = join(this.#root, folder);
    const { waiting, refused } = await this.#filesOf(dir, folder);
    const release = waiting.length === 0 || isAway ? undefined : lockFolder(dir);
    if (release === undefined) {
      return { sent: 0, waiting: waiting.length + refused.length, isAway, ...reasonField(refused[0]) };
    }
    try {
      return await this.#send(dir, folder, signal);
    } finally {
      release();
    }
  }

  async #send(dir: string, folder: string, signal: AbortSignal): Promise<FolderOutcome> {
    const { uploaded, waiting, refused } = await this.#filesOf(dir, folder);
    let unmarked: string | undefined;
    let sent = 0;
    for (const [at, name] of waiting.entries()) {
      const path = join(dir, name);
      try {
        const { size } = await stat(path);
        const limit = AbortSignal.timeout(uploadTimeoutMs + Math.ceil(size / slowestBytesPerMs));
        await this.#put(`${folder}/${name}`, path, AbortSignal.any([signal, limit]));
      } catch (error) {
        // Removed for its age meanwhile: nothing to send.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
        if (!(error instanceof FileRefused)) {
          const left = waiting.length - at + refused.length;
          return { sent, waiting: left, isAway: true, reason: reasonOf(error) };
        }
        this.#refused.set(`${folder}/${name}`, error.message);
        refused.push(error.message);
        continue;
      }
      sent++;
      this.#sent.add(`${folder}/${name}`);
      unmarked = await keep(dir, uploaded.add(name)).then(
        () => undefined,
        (error: unknown) => `what was sent cannot be noted: ${reasonOf(error)}`,
      );
    }
    return { sent, waiting: refused.length, isAway: false, ...reasonField(unmarked ?? refused[0]) };
  }

  /** Files that the log has removed need no mention. `refused`: why, of each. */
  async #filesOf(dir: string, folder: string) {
    const files = (await readdir(dir)).filter((name) => name.endsWith('.parquet')).sort(byTime);
    const marked = sentFilesIn(dir);
    const uploaded = new Set(files.filter((name) => marked.has(name) || this.#sent.has(`${folder}/${name}`)));
    const refused = files.flatMap((name) => this.#refused.get(`${folder}/${name}`) ?? []);
    const waiting = files.filter((name) => !uploaded.has(name) && !this.#refused.has(`${folder}/${name}`));
    return { uploaded, waiting, refused };
  }
}

interface FolderOutcome extends UploadOutcome {
  isAway: boolean;
}

function reasonField(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

/** Logs of several versions send what one of them has left; undefined: another one does. */
function lockFolder(dir: string): (() => void) | undefined {
  try {
    return holdFileLock(join(dir, lockFile), staleLockMs);
  } catch {
    // On a full disk: a file that is sent twice has the same name.
    return () => undefined;
  }
}

async function keep(dir: string, uploaded: ReadonlySet<string>): Promise<void> {
  const path = join(dir, sentFile);
  await writeFile(`${path}.tmp`, JSON.stringify([...uploaded]));
  await replaceFile(`${path}.tmp`, path);
}

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
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
    if (answer.ok) return;
    const reason = `${new URL(root).host} answered ${answer.status}`;
    throw refusals.has(answer.status) ? new FileRefused(`${reason} to ${name}`) : new Error(reason);
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
