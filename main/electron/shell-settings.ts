import { readFileSync } from 'node:fs';
import type { Language } from '../../shared/app/languages.ts';
import type { NetworkSettings, UpdateSettings } from '../../shared/rpc/shell-contract.ts';
import { keepFile } from './keep-file.ts';

export interface ShellSettings {
  lastGraph?: string;
  /** Newest first. */
  recentGraphs?: readonly string[];
  bounds?: { x: number; y: number; width: number; height: number };
  /** Absent: the engine of this machine. Its token is in the vault. */
  remoteEngine?: { url: string; fingerprint?: string; plain?: boolean };
  network?: NetworkSettings;
  updates?: UpdateSettings;
  /** Absent: on. */
  notices?: 'off';
  /** The one the app spoke last. */
  language?: Language;
  /** Of the app that ran here, the latest one first. */
  versions?: readonly string[];
}

export interface ShellSettingsFile {
  read(): ShellSettings;
  /** Sets what is given; `undefined` takes an entry away. */
  update(change: { [K in keyof ShellSettings]: ShellSettings[K] | undefined }): void;
}

/** A small JSON file; one that cannot be read counts as empty, so that the window opens all the same. */
export function openShellSettings(path: string): ShellSettingsFile {
  let settings: ShellSettings = {};
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null) settings = value;
  } catch {
    settings = {};
  }
  return {
    read: () => settings,
    update(change) {
      settings = Object.fromEntries(
        Object.entries({ ...settings, ...change }).filter(([, value]) => value !== undefined),
      );
      keepFile(path, `${JSON.stringify(settings, null, 2)}\n`);
    },
  };
}
