import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { app, BrowserWindow, crashReporter, dialog, type IpcMainInvokeEvent, ipcMain, session, shell } from 'electron';
import { appOrigin, serveApp } from './app-protocol.ts';
import { channels } from './channels.ts';
import { createEngineHost, type EngineHost } from './engine-host.ts';
import { chooseLauncher } from './engine-launchers.ts';
import { guardContents, guardSession } from './guard-session.ts';
import { installMenu } from './menu.ts';
import { openShellLog } from './shell-log.ts';
import { openShellSettings } from './shell-settings.ts';

const graphExtension = '.slipway.json';
const graphFilter = { name: 'Slipway graph', extensions: ['slipway.json', 'json'] };
/** Folder of the shell's own files; inside the archive in a packaged app. */
const root = app.getAppPath();
/** The engine's files, which lie beside the archive in a packaged app. */
const engineRoot = root.replace(/app\.asar$/, 'app.asar.unpacked');
/** Node 24 for engine and workers: packaged beside the app, or the project's own. */
const bundledNode = app.isPackaged
  ? join(process.resourcesPath, 'node', process.platform === 'win32' ? 'node.exe' : 'node')
  : join(root, 'node_modules', 'node', 'bin', 'node');

/** A graph file named on the command line of this or of a second instance. */
function graphArgument(argv: readonly string[], workingDirectory: string): string | undefined {
  const name = argv.slice(1).find((entry) => entry.endsWith(graphExtension));
  if (name === undefined) return undefined;
  const path = resolve(workingDirectory, name);
  return existsSync(path) ? path : undefined;
}

/** A window that ends this often within a minute is not loaded again without asking. */
const mostWindowCrashes = 3;

app.setName('Slipway');
// Kept on this machine; nothing is sent.
crashReporter.start({ uploadToServer: false });

if (app.requestSingleInstanceLock()) {
  start();
} else {
  app.quit();
}

function start(): void {
  const logsFolder = app.getPath('logs');
  const settings = openShellSettings(join(app.getPath('userData'), 'shell.json'));
  let window: BrowserWindow | undefined;
  let engine: EngineHost | undefined;
  let openAtStart = graphArgument(process.argv, process.cwd());

  const shellLog = openShellLog(logsFolder);
  const log = (text: string): void => shellLog.write(text);

  /** Resolves when the person has chosen to go on; ends the app when they chose that. */
  async function askToGoOn(message: string, detail: string, goOn: string): Promise<void> {
    const buttons = [goOn, 'Show logs', 'Quit'];
    for (;;) {
      const { response } = await dialog.showMessageBox({
        type: 'error',
        title: 'Slipway',
        message,
        detail,
        buttons,
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      });
      if (response === 2) app.quit();
      if (response !== 1) return;
      await shell.openPath(logsFolder);
    }
  }

  async function tellEngineFailed(detail: string): Promise<void> {
    const lastWords = detail.slice(-2_000) || 'It ended without a message.';
    await askToGoOn('The engine does not start', `${lastWords}\n\nLogs: ${shellLog.path}`, 'Try again');
    engine?.restart();
  }

  function openPath(path: string): void {
    if (window === undefined) {
      openAtStart = path;
      return;
    }
    if (window.isMinimized()) window.restore();
    window.focus();
    window.webContents.send(channels.openPath, path);
  }

  app.on('second-instance', (_event, argv, workingDirectory) => {
    const path = graphArgument(argv, workingDirectory);
    if (path === undefined) window?.focus();
    else openPath(path);
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openPath(path);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', () => engine?.stop());
  app.on('web-contents-created', (_event, contents) => guardContents(contents));

  app
    .whenReady()
    .then(() => {
      guardSession(session.defaultSession);
      serveApp(session.defaultSession, join(root, 'dist', 'renderer'));
      engine = createEngineHost({
        launch: chooseLauncher(join(engineRoot, 'main', 'cli', 'slipway.ts'), bundledNode),
        log,
        onState: (state, detail) => {
          window?.webContents.send(channels.engineState, state === 'ready' ? 'ready' : 'restarting');
          if (state === 'failed') void tellEngineFailed(detail ?? '');
        },
      });
      registerHandlers(engine);
      window = createWindow();
    })
    .catch((error: unknown) => {
      log(`Start failed: ${String(error)}`);
      dialog.showErrorBox('Slipway does not start', String(error));
      app.exit(1);
    });

  /** Only the app's own top frame may call. */
  function trusted(event: IpcMainInvokeEvent): boolean {
    const frame = event.senderFrame;
    return frame !== null && frame.parent === null && frame.url.startsWith(`${appOrigin}/`);
  }

  function handle(channel: string, handler: (argument: unknown) => unknown): void {
    ipcMain.handle(channel, (event, argument: unknown) => {
      if (!trusted(event)) throw new Error('Refused: the call does not come from the app.');
      return handler(argument);
    });
  }

  function registerHandlers(host: EngineHost): void {
    handle(channels.engine, () => host.address());
    handle(channels.openGraphDialog, async () => {
      const chosen = await dialog.showOpenDialog({ properties: ['openFile'], filters: [graphFilter] });
      return chosen.filePaths[0];
    });
    handle(channels.saveGraphDialog, async (suggested) => {
      const name = typeof suggested === 'string' ? basename(suggested) : 'graph';
      const chosen = await dialog.showSaveDialog({
        defaultPath: name.endsWith(graphExtension) ? name : `${name}${graphExtension}`,
        filters: [graphFilter],
      });
      return chosen.canceled ? undefined : chosen.filePath;
    });
    handle(channels.chooseFolderDialog, async () => {
      const chosen = await dialog.showOpenDialog({ properties: ['openDirectory', 'createDirectory'] });
      return chosen.filePaths[0];
    });
    handle(channels.initialGraph, () => {
      const path = openAtStart ?? settings.read().lastGraph;
      return path !== undefined && existsSync(path) ? { path } : { template: 'flight-delays' };
    });
    handle(channels.rememberGraph, (path) => {
      if (typeof path === 'string') settings.update({ lastGraph: path });
    });
  }

  function createWindow(): BrowserWindow {
    const created = new BrowserWindow({
      width: 1440,
      height: 900,
      ...settings.read().bounds,
      minWidth: 900,
      minHeight: 600,
      show: false,
      title: 'Slipway',
      webPreferences: {
        preload: join(root, 'dist', 'electron', 'preload.cjs'),
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    });
    installMenu(created, { logsFolder, restartEngine: () => engine?.restart() });
    created.once('ready-to-show', () => created.show());
    created.on('close', () => settings.update({ bounds: created.getBounds() }));
    created.on('closed', () => {
      window = undefined;
    });
    let crashes: number[] = [];
    created.webContents.on('render-process-gone', (_event, details) => {
      log(`The window's process ended: ${details.reason}`);
      if (details.reason === 'clean-exit') return;
      crashes = [...crashes.filter((timeMs) => Date.now() - timeMs < 60_000), Date.now()];
      if (crashes.length < mostWindowCrashes) {
        created.webContents.reload();
        return;
      }
      crashes = [];
      const detail = `The reason given is: ${details.reason}. Unsaved work is kept.\n\nLogs: ${shellLog.path}`;
      void askToGoOn('The window keeps ending', detail, 'Load it again').then(() => {
        if (!created.isDestroyed()) created.webContents.reload();
      });
    });
    created.loadURL(`${appOrigin}/`).catch((error: unknown) => log(`The app did not load: ${String(error)}`));
    return created;
  }
}
