import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '../../shared/errors/app-error.ts';
import { syncFolderSync } from '../compute/paths/replace-file.ts';

/** Enough that guessing is hopeless; what this product writes is longer. */
const shortestToken = 24;

/** The token in a file; a file that is not there is made, readable by this person only. Throws `cli.usage`. */
export function readOrMakeToken(path: string): string {
  try {
    const made = randomBytes(24).toString('base64url');
    writeFileSync(path, `${made}\n`, { flag: 'wx', mode: 0o600, flush: true });
    syncFolderSync(dirname(path));
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(path, error);
  }
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw unusable(path, error);
  }
  if (token.length >= shortestToken && /^[\w-]+$/.test(token)) return token;
  throw new AppError('cli.usage', `${path} holds no token.`, {
    fix: `Remove the file to have one made, or write one of at least ${shortestToken} letters, digits, - or _.`,
  });
}

function unusable(path: string, cause: unknown): AppError {
  const { code } = cause as NodeJS.ErrnoException;
  return new AppError('cli.usage', `The token file ${path} cannot be used (${code}).`, {
    fix: 'Give --token-file a file that you may read and write.',
    cause,
  });
}
