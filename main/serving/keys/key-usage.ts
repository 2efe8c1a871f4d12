import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../compute/paths/replace-file.ts';

/** Requests of one UTC day (days since the epoch), by id of the key. */
const usageSchema = z.object({ day: z.number().int(), used: z.record(z.string(), z.number().int().min(0)) });
export type KeyUsage = z.infer<typeof usageSchema>;

/** What was used before the process started; nothing where the file is missing or damaged. */
export async function readKeyUsage(path: string): Promise<KeyUsage | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return usageSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Replaces the file at once, so that neither an end of the process nor of the power leaves half of it. Errors: those of the disk. */
export async function writeKeyUsage(path: string, usage: KeyUsage): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, JSON.stringify(usage), { mode: 0o600 });
  await replaceFile(draft, path);
}
