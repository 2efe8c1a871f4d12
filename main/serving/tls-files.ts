import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { AppError } from '../../shared/errors/app-error.ts';

export interface TlsMaterial {
  cert: Buffer;
  key: Buffer;
}

/** How soon a renewed certificate is taken. */
const reloadMs = 30_000;

/** Certificate and key of a server, read again when they are renewed. */
export class TlsFiles {
  readonly #paths: { certPath: string; keyPath: string };
  #material: TlsMaterial;
  readonly #listeners: ((material: TlsMaterial) => void)[] = [];

  private constructor(paths: { certPath: string; keyPath: string }, material: TlsMaterial) {
    this.#paths = paths;
    this.#material = material;
  }

  /** Errors: `params.invalid` for files that are absent, are no PEM, or do not belong together. */
  static async open(
    paths: { certPath: string; keyPath: string },
    log: (level: 'warn', text: string) => void,
  ): Promise<TlsFiles> {
    const files = new TlsFiles(paths, await read(paths));
    setInterval(() => {
      files.#reload().catch((error: unknown) => {
        // What is renewed half stays unused; the old certificate goes on.
        log('warn', error instanceof Error ? error.message : String(error));
      });
    }, reloadMs).unref();
    return files;
  }

  get material(): TlsMaterial {
    return this.#material;
  }

  onChange(listener: (material: TlsMaterial) => void): void {
    this.#listeners.push(listener);
  }

  async #reload(): Promise<void> {
    const material = await read(this.#paths);
    if (material.cert.equals(this.#material.cert) && material.key.equals(this.#material.key)) return;
    this.#material = material;
    for (const listener of this.#listeners) listener(material);
  }
}

async function read({ certPath, keyPath }: { certPath: string; keyPath: string }): Promise<TlsMaterial> {
  try {
    const material = { cert: await readFile(certPath), key: await readFile(keyPath) };
    createSecureContext(material);
    return material;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('params.invalid', `No TLS with ${certPath} and ${keyPath}: ${reason}.`, {
      fix: 'Give a certificate chain and its private key, both PEM.',
      cause,
    });
  }
}
