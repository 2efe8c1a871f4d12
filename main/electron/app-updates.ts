import { existsSync } from 'node:fs';
import { join } from 'node:path';
import electronUpdater from 'electron-updater';
import type { UpdateSettings, UpdateState } from '../../shared/rpc/shell-contract.ts';
import type { ShellSettingsFile } from './shell-settings.ts';

export interface AppUpdates {
  readonly state: UpdateState;
  readonly settings: UpdateSettings;
  set(settings: UpdateSettings): void;
  check(): Promise<UpdateState>;
  download(): Promise<UpdateState>;
  install(): void;
}

/**
 * Updates of an installed app. Nothing is asked of the network until the person does so, or has said to at each start. A
 * download is put in place only when its checksum is the one of the signed feed (and, on Windows and macOS, its signature
 * the one of this app); only the parts that changed are fetched where the installer allows it. A feed that goes back to an
 * older version takes the app back with it.
 */
export function createAppUpdates(file: ShellSettingsFile, log: (text: string) => void): AppUpdates {
  // Written into a package by electron-builder where it was told where updates come from.
  const configured = existsSync(join(process.resourcesPath, 'app-update.yml'));
  let state: UpdateState = configured ? { status: 'unknown' } : { status: 'unavailable' };
  const settingsOf = (): UpdateSettings => file.read().updates ?? { channel: 'latest', atStart: false };
  let updater: typeof electronUpdater.autoUpdater | undefined;

  /** Made at first use: it reads its configuration, and its cache, when it is. */
  function open(): typeof electronUpdater.autoUpdater {
    if (updater !== undefined) return updater;
    updater = electronUpdater.autoUpdater;
    updater.autoDownload = false;
    updater.autoInstallOnAppQuit = true;
    updater.logger = { info: log, warn: log, error: log };
    updater.on('download-progress', ({ percent }) => {
      if (state.status === 'downloading') state = { ...state, percent };
    });
    return updater;
  }

  function failed(error: unknown): UpdateState {
    state = {
      status: 'failed',
      message: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '',
    };
    return state;
  }

  return {
    get state() {
      return state;
    },
    get settings() {
      return settingsOf();
    },
    set(settings) {
      file.update({ updates: settings });
    },
    async check() {
      if (!configured) return state;
      try {
        const opened = open();
        opened.channel = settingsOf().channel;
        opened.allowDowngrade = true;
        const found = await opened.checkForUpdates();
        state =
          found?.isUpdateAvailable === true
            ? { status: 'available', version: found.updateInfo.version }
            : { status: 'current' };
        return state;
      } catch (error) {
        return failed(error);
      }
    },
    async download() {
      if (state.status !== 'available') return state;
      const { version } = state;
      state = { status: 'downloading', version, percent: 0 };
      try {
        await open().downloadUpdate();
        state = { status: 'ready', version };
        return state;
      } catch (error) {
        return failed(error);
      }
    },
    install() {
      if (state.status === 'ready') open().quitAndInstall();
    },
  };
}
