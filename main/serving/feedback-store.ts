import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ClassLabel, ModelManifest } from '../../shared/model/signature.ts';
import { syncFolder } from '../compute/paths/replace-file.ts';
import { isRecord } from './is-record.ts';
import { maxIdCharacters } from './request-id.ts';

/** What really happened, for one answered request. */
export interface Feedback {
  /** The `id` of the answer. */
  id: string;
  label: ClassLabel;
  model: string;
}

const maxEntries = 10_000;
/** Of a row: the id of its request, followed by `/ROW`. */
const maxIdLength = maxIdCharacters + 10;
const maxLabelLength = 1_000;

/** Two files of this size are kept: the newest labels, at most some millions. */
const maxFileBytes = 64 * 2 ** 20;
const newline = 0x0a;

/**
 * The body of a feedback request: `{id, label, model?}` or `{feedback: [{id, label, model?}, …]}`. A label must be one of
 * the model's classes, or a number for a regression. Errors: `request.invalid`, what `manifestOf` throws.
 */
export function readFeedback(
  body: unknown,
  manifestOf: (model: string | undefined) => { name: string; manifest: ModelManifest | null },
): Feedback[] {
  if (!isRecord(body)) throw new AppError('request.invalid', 'The request body is not a JSON object.');
  const list = body['feedback'] === undefined ? [body] : body['feedback'];
  if (!Array.isArray(list) || list.length === 0 || list.length > maxEntries) {
    throw new AppError('request.invalid', `"feedback" is not a list of 1 to ${maxEntries} entries.`);
  }
  return list.map((entry: unknown, index) => {
    const at = `Entry ${index} of the feedback`;
    if (!isRecord(entry)) throw new AppError('request.invalid', `${at} is not an object.`);
    const { id, label, model } = entry;
    if (typeof id !== 'string' || id === '' || id.length > maxIdLength) {
      throw new AppError('request.invalid', `${at}: "id" is not the id of an answer.`);
    }
    if (model !== undefined && typeof model !== 'string') {
      throw new AppError('request.invalid', `${at}: "model" is not a name.`);
    }
    const { name, manifest } = manifestOf(model);
    return { id, label: readLabel(label, manifest, at), model: name };
  });
}

function readLabel(label: unknown, manifest: ModelManifest | null, at: string): ClassLabel {
  if (typeof label !== 'string' && typeof label !== 'boolean' && !Number.isFinite(label)) {
    throw new AppError('request.invalid', `${at}: "label" is not text, a number or true/false.`);
  }
  const value = label as ClassLabel;
  if (typeof value === 'string' && value.length > maxLabelLength) {
    throw new AppError('request.invalid', `${at}: "label" is longer than ${maxLabelLength} characters.`);
  }
  if (manifest === null) return value;
  if (manifest.task === 'regression') {
    if (typeof value === 'number') return value;
    throw new AppError('request.invalid', `${at}: the model predicts numbers, so "label" must be one.`);
  }
  if (manifest.classes.includes(value)) return value;
  const classes = manifest.classes.slice(0, 20).map((known) => JSON.stringify(known));
  throw new AppError('request.invalid', `${at}: ${JSON.stringify(value)} is no class of the model.`, {
    fix: `Send one of ${classes.join(', ')}.`,
  });
}

/** Labels by request id in files of one JSON object per line: `feedback.ndjson`, before it `feedback.1.ndjson`. */
export class FeedbackStore {
  readonly #dir: string;
  #waiting: { lines: string; resolve: () => void; reject: (error: unknown) => void }[] = [];
  #isWriting = false;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Resolves when the labels are on the disk; what comes while one write goes on shares the next. Errors: `disk.full`, `disk.read-only`. */
  add(entries: readonly Feedback[], receivedMs: number): Promise<void> {
    const lines = entries.map((entry) => `${JSON.stringify({ ...entry, receivedMs })}\n`).join('');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      if (!this.#isWriting) void this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    for (let batch = this.#waiting; batch.length > 0; batch = this.#waiting) {
      this.#waiting = [];
      try {
        await this.#append(batch.map(({ lines }) => lines).join(''));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#isWriting = false;
  }

  async #append(lines: string): Promise<void> {
    const path = join(this.#dir, 'feedback.ndjson');
    try {
      await mkdir(this.#dir, { recursive: true });
      const held = await stat(path).catch(() => undefined);
      if (held !== undefined && held.size > 0 && held.size + lines.length > maxFileBytes) {
        await rename(path, join(this.#dir, 'feedback.1.ndjson'));
      }
      const file = await open(path, 'a+');
      try {
        const { size } = await file.stat();
        // What a loss of power or a full disk cut off ends in the middle of a line, which must not swallow the next one.
        const last = size === 0 ? newline : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0];
        await file.appendFile(last === newline ? lines : `\n${lines}`);
        await file.datasync();
        if (size === 0) await syncFolder(this.#dir);
      } finally {
        await file.close();
      }
    } catch (cause) {
      throw new AppError(
        (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'disk.full' : 'disk.read-only',
        'The feedback could not be stored.',
        { fix: 'Check the space and permissions of the data directory, then send it again.', cause },
      );
    }
  }
}
