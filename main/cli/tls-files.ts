import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { AppError } from '../../shared/errors/app-error.ts';

/** Certificate and key of `--tls-cert` and `--tls-key`; undefined without both. Throws `cli.usage`. */
export function tlsFiles(
  certPath: string | undefined,
  keyPath: string | undefined,
): { cert: string; key: string } | undefined {
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined) {
    throw new AppError('cli.usage', 'TLS needs a certificate and its key.', {
      fix: 'Give both --tls-cert and --tls-key.',
    });
  }
  const files = { cert: read(certPath), key: read(keyPath) };
  try {
    createSecureContext(files);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('cli.usage', `${certPath} and ${keyPath} are no certificate with its key: ${reason}.`, {
      fix: 'Give PEM files that belong together.',
      cause,
    });
  }
  return files;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('cli.usage', `${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`, {
      fix: 'Name a PEM file that you may read.',
      cause,
    });
  }
}
