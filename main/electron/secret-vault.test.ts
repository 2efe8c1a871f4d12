import { mkdtempSync, readFileSync, statSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Keychain, openSecretVault } from './secret-vault.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-vault-'));
  path = join(folder, 'secrets.json');
});
afterEach(() => removeFolder(folder));

/** Stands for the system's: reversible, and refuses what another one sealed. */
function keychain(key: number): Keychain {
  const turn = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ key));
  return {
    encrypt: (text) => turn(Buffer.from(`sealed ${text}`)),
    decrypt(bytes) {
      const text = turn(bytes).toString();
      if (!text.startsWith('sealed ')) throw new Error('not sealed by this keychain');
      return text.slice('sealed '.length);
    },
  };
}

it('keeps secrets encrypted and gives them to the engine as variables', () => {
  const vault = openSecretVault(path, keychain(7));
  vault.set('DB_PASSWORD', 'correct horse');
  vault.set('remote-engine', 'token');
  expect(readFileSync(path, 'utf8')).not.toContain('horse');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = openSecretVault(path, keychain(7));
  expect(again.names()).toEqual(['DB_PASSWORD']);
  expect(again.variables()).toEqual({ SLIPWAY_SECRET_DB_PASSWORD: 'correct horse' });
  expect(again.get('remote-engine')).toBe('token');
  again.remove('DB_PASSWORD');
  expect(openSecretVault(path, keychain(7)).names()).toEqual([]);
});

it('writes nothing without a keychain', () => {
  const vault = openSecretVault(path, undefined);
  vault.set('KEY', 'value');
  expect(vault.protection).toBe('memory');
  expect(vault.variables()).toEqual({ SLIPWAY_SECRET_KEY: 'value' });
  expect(existsSync(path)).toBe(false);
});

it('opens with what another keychain sealed, or no vault at all', () => {
  openSecretVault(path, keychain(7)).set('KEY', 'value');
  expect(openSecretVault(path, keychain(8)).names()).toEqual([]);
  writeFileSync(path, '{ broken');
  expect(openSecretVault(path, keychain(7)).names()).toEqual([]);
});

it('refuses empty and endless values', () => {
  const vault = openSecretVault(path, undefined);
  expect(() => vault.set('KEY', '')).toThrow('65,536');
  expect(() => vault.set('KEY', 'x'.repeat(70_000))).toThrow('65,536');
});
