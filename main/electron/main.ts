import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app, BrowserWindow, dialog, type IpcMainInvokeEvent, ipcMain, session } from 'electron';
import { appOrigin, serveApp } from './app-protocol.ts';
import { channels } from './channels.ts';
import { createEngineHost, type EngineHost } from './engine-host.ts';
import { chooseLauncher } from './engine-launchers.ts';
import { installMenu } from './menu.ts';
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

app.setName('Slipway');

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

  function log(text: string): void {
    mkdirSync(logsFolder, { recursive: true });
    appendFileSync(join(logsFolder, 'engine.log'), `${new Date().toISOString()} ${text}\n`);
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
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });

  app
    .whenReady()
    .then(() => {
      session.defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
      session.defaultSession.setPermissionCheckHandler(() => false);
      serveApp(session.defaultSession, join(root, 'dist', 'renderer'));
      engine = createEngineHost({
        launch: chooseLauncher(join(engineRoot, 'main', 'cli', 'slipway.ts'), bundledNode),
        log,
        onState: (state, detail) => {
          window?.webContents.send(channels.engineState, state === 'ready' ? 'ready' : 'restarting');
          if (state === 'failed') {
            dialog.showErrorBox(
              'The engine does not start',
              `${detail ?? 'It ended without a message.'}\n\nLogs: ${join(logsFolder, 'engine.log')}`,
            );
          }
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
    handle(channels.saveGraphDialog, async (name) => {
      const chosen = await dialog.showSaveDialog({
        defaultPath: `${typeof name === 'string' ? name : 'graph'}${graphExtension}`,
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
    installMenu(created, { logsFolder });
    created.once('ready-to-show', () => created.show());
    created.on('close', () => settings.update({ bounds: created.getBounds() }));
    created.on('closed', () => {
      window = undefined;
    });
    created.webContents.on('render-process-gone', (_event, details) => {
      log(`The window's process ended: ${details.reason}`);
      if (details.reason !== 'clean-exit') created.webContents.reload();
    });
    created.loadURL(`${appOrigin}/`).catch((error: unknown) => log(`The app did not load: ${String(error)}`));
    return created;
  }
}
