import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const newLine = 0x0a;
/** Read at once, so that a long backlog does not hold up the process. */
const chunkBytes = 2 ** 20;
/** Looked at of what was there before. */
const startBytes = 64 * 1024;

/** Reads the lines that are added to a log, from shortly before its end on. */
export class LogTail {
  private readonly dir: string;
  private segment: string | undefined;
  private bytes = 0;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Complete lines since the last call, at most a mebibyte of them; empty where there are none. */
  async next(): Promise<string[]> {
    const names = (await readdir(this.dir).catch(() => [])).filter((name) => /^\d{16}\.ndjson$/.test(name)).sort();
    const last = names.at(-1);
    if (last === undefined) return [];
    if (this.segment === undefined || !names.includes(this.segment)) {
      this.segment = last;
      this.bytes = -1;
    }
    const file = await open(join(this.dir, this.segment), 'r');
    try {
      if (this.bytes < 0) this.bytes = Math.max(0, (await file.stat()).size - startBytes);
      const buffer = Buffer.alloc(chunkBytes);
      const { bytesRead } = await file.read(buffer, 0, chunkBytes, this.bytes);
      const end = buffer.subarray(0, bytesRead).lastIndexOf(newLine) + 1;
      if (end === 0) {
        const following = names[names.indexOf(this.segment) + 1];
        if (following !== undefined) {
          this.segment = following;
          this.bytes = 0;
        }
        return [];
      }
      this.bytes += end;
      return buffer.toString('utf8', 0, end).split('\n').slice(0, -1);
    } finally {
      await file.close();
    }
  }
}
