import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { eventOf, maxEventBytes, type StreamSource } from './stream-source.ts';

const pollMs = 250;
const chunkBytes = 2 ** 20;
const newLine = 0x0a;

/** Which file, told by its inode, and how far it was read, in bytes. */
const positionSchema = z.object({ file: z.string(), bytes: z.number() });

/**
 * Follows a file that grows by lines, as `tail -F` does: one that is replaced is read to its end before the new one, one
 * that is cut short is read from its start. A line counts once it is complete.
 */
export const readFileTail: StreamSource = async (context) => {
  const { settings, signal } = context;
  const known = positionSchema.safeParse(parse(context.position)).data;
  let file: FileHandle | undefined;
  let id = '';
  let bytes = 0;
  try {
    while (!signal.aborted) {
      const found = await stat(settings.path, { bigint: true }).catch(() => undefined);
      if (file === undefined) {
        if (found === undefined) {
          context.idle();
          await pause(signal);
          continue;
        }
        file = await open(settings.path, 'r');
        id = await identity(file);
        const { size } = await file.stat();
        bytes = known?.file === id && known.bytes <= size ? known.bytes : 0;
      }
      const { size } = await file.stat();
      if (size < bytes) bytes = 0;
      const next = await readLines(file, bytes);
      if (next.bytes > bytes) {
        bytes = next.bytes;
        if (next.tooLong > 0)
          context.warn(`${next.tooLong} lines are longer than ${maxEventBytes} bytes and are left out.`);
        await context.deliver(
          next.lines.map((line) => eventOf(line, {})),
          JSON.stringify({ file: id, bytes }),
        );
        continue;
      }
      if (found !== undefined && `${found.dev}:${found.ino}` !== id) {
        await file.close();
        file = undefined;
        continue;
      }
      context.idle();
      await pause(signal);
    }
  } finally {
    await file?.close();
  }
};

async function identity(file: FileHandle): Promise<string> {
  const { dev, ino } = await file.stat({ bigint: true });
  return `${dev}:${ino}`;
}

/** Complete lines from a place on; one that is too long is skipped. */
async function readLines(file: FileHandle, from: number): Promise<{ lines: string[]; bytes: number; tooLong: number }> {
  const buffer = Buffer.alloc(chunkBytes + 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  const end = buffer.subarray(0, bytesRead).lastIndexOf(newLine) + 1;
  if (end === 0) {
    if (bytesRead < buffer.length) return { lines: [], bytes: from, tooLong: 0 };
    const after = await endOfLine(file, from + bytesRead);
    return after === undefined ? { lines: [], bytes: from, tooLong: 0 } : { lines: [], bytes: after, tooLong: 1 };
  }
  const lines = buffer
    .toString('utf8', 0, end)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return { lines, bytes: from + end, tooLong: 0 };
}

/** The place after the next line break; undefined where the line is still being written. */
async function endOfLine(file: FileHandle, from: number): Promise<number | undefined> {
  const buffer = Buffer.alloc(chunkBytes);
  for (let at = from; ; at += buffer.length) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    const found = buffer.subarray(0, bytesRead).indexOf(newLine);
    if (found >= 0) return at + found + 1;
    if (bytesRead < buffer.length) return undefined;
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  await sleep(pollMs, undefined, { signal }).catch(() => undefined);
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
