import { readFileSync } from 'node:fs';
import { secretNamePattern, secretVariablePrefix } from '../../shared/node/secret-name.ts';
import type { SecretProtection } from '../../shared/rpc/shell-contract.ts';
import { keepFile } from './keep-file.ts';

/** Encryption with a key that the system keeps; undefined where there is none. */
export interface Keychain {
  encrypt(text: string): Buffer;
  decrypt(bytes: Buffer): string;
}

export interface SecretVault {
  readonly protection: SecretProtection;
  /** Secrets of nodes; the shell's own have names that nodes cannot use. */
  names(): string[];
  set(name: string, value: string): void;
  remove(name: string): void;
  /** A secret that is no node's, such as the token of a remote engine. */
  get(name: string): string | undefined;
  /** Environment variables in which the engine finds its secrets. */
  variables(): Record<string, string>;
}

const longestValue = 65_536;

/**
 * Secrets of this person. With a keychain they are kept in a file, encrypted one by one; without one nothing is written
 * and they last as long as the app.
 */
export function openSecretVault(path: string, keychain: Keychain | undefined): SecretVault {
  const values = new Map<string, string>();
  if (keychain !== undefined) {
    for (const [name, sealed] of Object.entries(readSealed(path))) {
      try {
        values.set(name, keychain.decrypt(Buffer.from(sealed, 'base64')));
      } catch {
        // Sealed by another keychain: it has to be given again.
      }
    }
  }

  function keep(): void {
    if (keychain === undefined) return;
    const sealed = [...values].map(([name, value]) => [name, keychain.encrypt(value).toString('base64')]);
    keepFile(path, `${JSON.stringify(Object.fromEntries(sealed), null, 2)}\n`, 0o600);
  }

  return {
    protection: keychain === undefined ? 'memory' : 'keychain',
    names: () => [...values.keys()].filter((name) => secretNamePattern.test(name)).sort(),
    set(name, value) {
      if (value === '' || value.length > longestValue) throw new Error('A secret has 1 to 65,536 characters.');
      values.set(name, value);
      keep();
    },
    remove(name) {
      values.delete(name);
      keep();
    },
    get: (name) => values.get(name),
    variables() {
      const secrets = [...values].filter(([name]) => secretNamePattern.test(name));
      return Object.fromEntries(secrets.map(([name, value]) => [`${secretVariablePrefix}${name}`, value]));
    },
  };
}

function readSealed(path: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, sealed]) => typeof sealed === 'string'));
  } catch {
    return {};
  }
}
