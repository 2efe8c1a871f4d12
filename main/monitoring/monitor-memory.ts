import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { toAppError } from '../../shared/errors/app-error.ts';
import { besideFile, replaceFile } from '../compute/paths/replace-file.ts';

/** What a monitor knows beyond its process: where it is in the log, and what its windows said. */
export interface MonitorMemory<T> {
  /** Undefined where there is nothing, or nothing that can be read. */
  load(): Promise<T | undefined>;
  /** A disk that is full or read-only is said once; the monitor goes on. */
  save(state: T): Promise<void>;
}

export function fileMemory<T>(path: string, schema: z.ZodType<T>, log: (text: string) => void): MonitorMemory<T> {
  let isTold = false;
  return {
    async load() {
      try {
        return schema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
      } catch {
        return undefined;
      }
    },
    async save(state) {
      try {
        await mkdir(dirname(path), { recursive: true });
        const temporary = besideFile(path);
        await writeFile(temporary, JSON.stringify(state));
        await replaceFile(temporary, path);
        isTold = false;
      } catch (error) {
        if (!isTold) log(`The state of a monitor could not be kept: ${toAppError(error).message}`);
        isTold = true;
      }
    },
  };
}
