import { createReadStream } from 'node:fs';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError } from '../../../shared/errors/app-error.ts';

/** Deeper JSON ends the process: DuckDB descends by recursion. It still reads ten times this depth. */
const deepest = 1000;
/** DuckDB finds columns within this much of a file; what comes later meets a process of its own. */
const mostBytes = 64 * 2 ** 20;

/** Errors: `data.unreadable` for JSON that is nested too deeply in its first 64 MiB, unpacked. */
export async function requireShallowJson(path: string, name: string): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const unpacked = /\.gz$/i.test(path)
    ? file.pipe(createGunzip())
    : /\.zst$/i.test(path)
      ? file.pipe(createZstdDecompress())
      : file;
  file.on('error', (error) => unpacked.destroy(error));
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let bytes = 0;
  try {
    for await (const chunk of unpacked) {
      const buffer = chunk as Buffer;
      for (const byte of buffer) {
        if (quoted) {
          if (escaped) escaped = false;
          else if (byte === 0x5c) escaped = true;
          else if (byte === 0x22) quoted = false;
        } else if (byte === 0x22) quoted = true;
        else if (byte === 0x5b || byte === 0x7b) {
          depth++;
          if (depth > deepest) throw tooDeep(name);
        } else if (byte === 0x5d || byte === 0x7d) depth--;
      }
      bytes += buffer.length;
      if (bytes >= mostBytes) return;
    }
  } finally {
    file.destroy();
  }
}

function tooDeep(name: string): AppError {
  return new AppError('data.unreadable', `${name} holds JSON that is nested more than ${deepest} deep.`, {
    fix: 'Flatten it, or choose another file.',
  });
}
