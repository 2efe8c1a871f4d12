import { join } from 'node:path';
import { BrowserWindow, shell } from 'electron';
import { shellOrigin } from '../../shared/app/shell-origin.ts';
import { askToGoOn } from './ask-to-go-on.ts';
import type { ShellLog } from './shell-log.ts';
import type { ShellSettingsFile } from './shell-settings.ts';
import type { ShellText } from './shell-text.ts';
import { remoteEngineArgument } from './window-arguments.ts';

/** A window that ends this often within a minute is not loaded again without asking. */
const mostWindowCrashes = 3;
/** Each further window lies this much to the right of and below the one before. */
const cascadePx = 28;

export interface AppWindows {
  open(): BrowserWindow;
  /** The one a person works in; undefined when there is none. */
  current(): BrowserWindow | undefined;
  /** Brings one to the front, the present one unless told which, and sends it a message; false without a window. */
  tell(channel: string, value: unknown, window?: BrowserWindow): boolean;
  /** Sends every window a message. */
  broadcast(channel: string, value: unknown): void;
  /** Closes all and opens one anew: what a window knows of its engine is fixed when it opens. */
  reopen(): void;
}

export interface AppWindowsOptions {
  /** Folder of the shell's own files. */
  root: string;
  logsFolder: string;
  settings: ShellSettingsFile;
  log: ShellLog;
  text: () => ShellText;
  engineIsRemote: () => boolean;
  /** The last window is about to close; true keeps it open. */
  keepsLast: (window: BrowserWindow) => boolean;
}

export function createAppWindows(options: AppWindowsOptions): AppWindows {
  const { settings, log } = options;
  const windows: BrowserWindow[] = [];

  function current(): BrowserWindow | undefined {
    return windows.find((window) => window.isFocused()) ?? windows.at(-1);
  }

  function open(): BrowserWindow {
    const { bounds } = settings.read();
    const shift = windows.length * cascadePx;
    const window = new BrowserWindow({
      width: 1440,
      height: 900,
      ...bounds,
      ...(bounds === undefined || shift === 0 ? {} : { x: bounds.x + shift, y: bounds.y + shift }),
      minWidth: 900,
      minHeight: 600,
      show: false,
      title: 'Slipway',
      webPreferences: {
        preload: join(options.root, 'dist', 'electron', 'preload.cjs'),
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
        additionalArguments: options.engineIsRemote() ? [remoteEngineArgument] : [],
      },
    });
    windows.push(window);
    window.once('ready-to-show', () => window.show());
    window.on('close', (event) => {
      settings.update({ bounds: window.getBounds() });
      if (windows.length === 1 && options.keepsLast(window)) event.preventDefault();
    });
    window.on('closed', () => {
      windows.splice(windows.indexOf(window), 1);
    });
    reloadAfterCrash(window);
    window.loadURL(`${shellOrigin}/`).catch((error: unknown) => log.write(`The app did not load: ${String(error)}`));
    return window;
  }

  function reloadAfterCrash(window: BrowserWindow): void {
    let crashes: number[] = [];
    window.webContents.on('render-process-gone', (_event, details) => {
      log.write(`The window's process ended: ${details.reason}`);
      if (details.reason === 'clean-exit') return;
      crashes = [...crashes.filter((timeMs) => Date.now() - timeMs < 60_000), Date.now()];
      if (crashes.length < mostWindowCrashes) {
        window.webContents.reload();
        return;
      }
      crashes = [];
      const text = options.text();
      void askToGoOn({
        text,
        message: text.windowKeepsEnding,
        detail: `${text.windowReason(details.reason)}\n\n${text.logsAt(log.path)}`,
        goOn: text.loadAgain,
        showLogs: () => shell.openPath(options.logsFolder),
      }).then(() => {
        if (!window.isDestroyed()) window.webContents.reload();
      });
    });
  }

  return {
    open,
    current,
    tell(channel, value, chosen) {
      const window = chosen === undefined || chosen.isDestroyed() ? current() : chosen;
      if (window === undefined) return false;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      window.webContents.send(channel, value);
      return true;
    },
    broadcast(channel, value) {
      for (const window of windows) window.webContents.send(channel, value);
    },
    reopen() {
      const old = [...windows];
      open();
      for (const window of old) window.destroy();
    },
  };
}
