import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import electronUpdater from 'electron-updater';
import { parse } from 'yaml';
import type { AppVersions, UpdateSettings, UpdateState } from '../../shared/rpc/shell-contract.ts';
import type { ShellSettingsFile } from './shell-settings.ts';
import { feedOfVersion } from './version-feed.ts';

export interface AppUpdates {
  readonly settings: UpdateSettings;
  readonly versions: AppVersions;
  set(settings: UpdateSettings): void;
  check(): Promise<UpdateState>;
  /** Looks for one of the earlier versions. */
  find(version: string): Promise<UpdateState>;
  download(): Promise<UpdateState>;
  install(): void;
}

export interface AppUpdatesOptions {
  file: ShellSettingsFile;
  log: (text: string) => void;
  /** The app is about to end for another version. */
  onInstall: () => void;
}

const mostVersions = 6;

type Feed = Parameters<typeof electronUpdater.autoUpdater.setFeedURL>[0];

/**
 * Updates of an installed app. Nothing is asked of the network until the person does so, or has said to at each start. A
 * download is put in place only when its checksum is the one of the signed feed (and, on Windows and macOS, its signature
 * the one of this app); only the parts that changed are fetched where the installer allows it. A feed that goes back to an
 * older version takes the app back with it; a person can go back to a version that ran here before, where the place that
 * updates come from still has it.
 */
export function createAppUpdates({ file, log, onInstall }: AppUpdatesOptions): AppUpdates {
  // Written into a package by electron-builder where it was told where updates come from.
  const configFile = join(process.resourcesPath, 'app-update.yml');
  const configured = existsSync(configFile);
  let state: UpdateState = configured ? { status: 'unknown' } : { status: 'unavailable' };
  const settingsOf = (): UpdateSettings => file.read().updates ?? { channel: 'latest', atStart: false };
  let updater: typeof electronUpdater.autoUpdater | undefined;
  let looking: Promise<unknown> = Promise.resolve();

  const version = app.getVersion();
  const others = [file.read().versions ?? []].flat().filter((other) => other !== version);
  if (file.read().versions?.[0] !== version) file.update({ versions: [version, ...others].slice(0, mostVersions) });

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

  /** What a feed has, older or newer. */
  async function lookIn(feed: Feed, channel: string): Promise<string | undefined> {
    const opened = open();
    opened.setFeedURL(feed);
    opened.channel = channel;
    opened.allowDowngrade = true;
    const found = await opened.checkForUpdates();
    return found?.isUpdateAvailable === true ? found.updateInfo.version : undefined;
  }

  /** One after another: a second look would be given the answer of the first. */
  function look(feed: Feed, channel: string): Promise<string | undefined> {
    const next = looking.then(() => lookIn(feed, channel));
    looking = next.catch(() => undefined);
    return next;
  }

  const config = (): unknown => parse(readFileSync(configFile, 'utf8'));

  /** Of those that ran here, the ones before this one. */
  function earlier(): string[] {
    if (!configured) return [];
    try {
      const feed = config();
      return others.filter(
        (other) => feedOfVersion(feed, other) !== undefined && open().currentVersion.compare(other) > 0,
      );
    } catch (error) {
      log(`Earlier versions: ${String(error)}`);
      return [];
    }
  }

  return {
    get settings() {
      return settingsOf();
    },
    get versions() {
      return { version, earlier: earlier(), state, settings: settingsOf() };
    },
    set(settings) {
      file.update({ updates: settings });
    },
    async check() {
      if (!configured) return state;
      try {
        const found = await look(config() as Feed, settingsOf().channel);
        state = found === undefined ? { status: 'current' } : { status: 'available', version: found };
        return state;
      } catch (error) {
        return failed(error);
      }
    },
    async find(wanted) {
      if (!earlier().includes(wanted)) return state;
      const feed = feedOfVersion(config(), wanted);
      if (feed === undefined) return state;
      try {
        const found = await look({ provider: 'generic', url: feed.url }, feed.channel);
        state = found === wanted ? { status: 'available', version: wanted } : { status: 'gone', version: wanted };
        return state;
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'ERR_UPDATER_CHANNEL_FILE_NOT_FOUND') return failed(error);
        state = { status: 'gone', version: wanted };
        return state;
      }
    },
    async download() {
      if (state.status !== 'available') return state;
      const wanted = state.version;
      state = { status: 'downloading', version: wanted, percent: 0 };
      try {
        await open().downloadUpdate();
        state = { status: 'ready', version: wanted };
        return state;
      } catch (error) {
        return failed(error);
      }
    },
    install() {
      if (state.status !== 'ready') return;
      onInstall();
      open().quitAndInstall();
    },
  };
}
