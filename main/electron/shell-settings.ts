import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ShellSettings {
  lastGraph?: string;
  bounds?: { x: number; y: number; width: number; height: number };
}

export interface ShellSettingsFile {
  read(): ShellSettings;
  update(change: ShellSettings): void;
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
      settings = { ...settings, ...change };
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(`${path}.tmp`, `${JSON.stringify(settings, null, 2)}\n`);
      renameSync(`${path}.tmp`, path);
    },
  };
}
