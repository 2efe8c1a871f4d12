import { join } from 'node:path';
import { app, type BrowserWindow, crashReporter, dialog, powerMonitor, safeStorage, session, shell } from 'electron';
import type { DeepLink } from '../../shared/rpc/shell-contract.ts';
import { serveApp } from './app-protocol.ts';
import { createAppUpdates } from './app-updates.ts';
import { createAppWindows } from './app-windows.ts';
import { askToGoOn } from './ask-to-go-on.ts';
import { channels } from './channels.ts';
import { removeOldCrashReports } from './crash-reports.ts';
import { deepLinkArgument, parseDeepLink } from './deep-link.ts';
import { createEndpointTray } from './endpoint-tray.ts';
import { createEngineConnection, type EngineConnection } from './engine-connection.ts';
import { chooseLauncher } from './engine-launchers.ts';
import { graphArgument, readGraphFile } from './graph-files.ts';
import { guardContents, guardSession } from './guard-session.ts';
import { installMenu } from './menu.ts';
import { type Keychain, openSecretVault, type SecretVault } from './secret-vault.ts';
import { openShellLog } from './shell-log.ts';
import { networkVariables } from './network-variables.ts';
import { answerShellRequests, remoteTokenName } from './shell-requests.ts';
import { openShellSettings } from './shell-settings.ts';
import { type ShellText, shellLanguage, shellTexts } from './shell-text.ts';

/** Folder of the shell's own files; inside the archive in a packaged app. */
const root = app.getAppPath();
/** The engine's files, which lie beside the archive in a packaged app. */
const engineRoot = root.replace(/app\.asar$/, 'app.asar.unpacked');
/** Node 24 for engine and workers: packaged beside the app, or the project's own. */
const bundledNode = app.isPackaged
  ? join(process.resourcesPath, 'node', process.platform === 'win32' ? 'node.exe' : 'node')
  : join(root, 'node_modules', 'node', 'bin', 'node');

app.setName('Slipway');
// As the installer names the app: without it Windows shows no notifications.
if (process.platform === 'win32') app.setAppUserModelId('dev.slipway.app');
// Kept on this machine, beside the logs; nothing is sent.
const logsFolder = app.getPath('logs');
const crashesFolder = join(logsFolder, 'crashes');
app.setPath('crashDumps', crashesFolder);
crashReporter.start({ uploadToServer: false });

if (app.requestSingleInstanceLock()) {
  start();
} else {
  app.quit();
}

/** The system's keychain; on Linux there may be none, and then Electron would seal with a key that everybody knows. */
function keychain(): Keychain | undefined {
  if (!safeStorage.isEncryptionAvailable()) return undefined;
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return undefined;
  return {
    encrypt: (text) => safeStorage.encryptString(text),
    decrypt: (bytes) => safeStorage.decryptString(bytes),
  };
}

function start(): void {
  const settings = openShellSettings(join(app.getPath('userData'), 'shell.json'));
  const log = openShellLog(logsFolder);
  const text = () => shellTexts[shellLanguage(settings.read().language, app.getPreferredSystemLanguages())];
  const windows = createAppWindows({
    root,
    logsFolder,
    settings,
    log,
    text,
    engineIsRemote: () => engine?.choice.kind === 'remote',
    keepsLast,
  });
  let engine: EngineConnection | undefined;
  let vault: SecretVault | undefined;
  let givenGraph = graphArgument(process.argv, process.cwd());
  let givenLink = deepLinkArgument(process.argv);
  let liveEndpoints = 0;
  let quitting = false;
  let asking = false;

  /** A file of this machine, by its path where the engine can read it, else by its text. */
  function openGiven(path: string): void {
    if (engine?.choice.kind !== 'remote') {
      openPath(path);
      return;
    }
    try {
      windows.tell(channels.openFile, readGraphFile(path));
    } catch (error) {
      dialog.showErrorBox(text().graphNotOpened, error instanceof Error ? error.message : String(error));
    }
  }

  function openPath(path: string): void {
    if (!windows.tell(channels.openPath, path)) givenGraph = path;
  }

  function openLink(link: DeepLink | undefined): void {
    if (link !== undefined && !windows.tell(channels.deepLink, link)) givenLink = link;
  }

  function showWindow(): void {
    const window = windows.current() ?? windows.open();
    window.show();
    window.focus();
  }

  /** While endpoints are live the last window goes out of sight, not away: it still tells of what happens. */
  function keepsLast(window: BrowserWindow): boolean {
    if (quitting || liveEndpoints === 0) return false;
    if (asking) return true;
    asking = true;
    void askToKeepServing(text(), liveEndpoints).then((keep) => {
      asking = false;
      if (keep) window.hide();
      else app.quit();
    });
    return true;
  }

  /** What the engine finds in its environment beside the shell's own. */
  function engineVariables(): NodeJS.ProcessEnv {
    const { network } = settings.read();
    return {
      ...process.env,
      ...networkVariables(network ?? { proxy: '', certificates: '' }, process.env),
      ...vault?.variables(),
    };
  }

  app.on('second-instance', (_event, argv, workingDirectory) => {
    const path = graphArgument(argv, workingDirectory);
    const link = deepLinkArgument(argv);
    if (path !== undefined) openGiven(path);
    else if (link !== undefined) openLink(link);
    else showWindow();
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    openGiven(path);
  });
  app.on('open-url', (event, url) => {
    event.preventDefault();
    openLink(parseDeepLink(url));
  });
  app.on('activate', showWindow);
  app.on('before-quit', () => {
    quitting = true;
  });
  app.on('window-all-closed', () => app.quit());
  app.on('render-process-gone', () => removeOldCrashReports(crashesFolder));
  app.on('child-process-gone', () => removeOldCrashReports(crashesFolder));
  app.on('will-quit', () => engine?.stop());
  app.on('web-contents-created', (_event, contents) => guardContents(contents));

  app
    .whenReady()
    .then(() => {
      guardSession(session.defaultSession);
      serveApp(session.defaultSession, join(root, 'dist', 'renderer'));
      const secrets = openSecretVault(join(app.getPath('userData'), 'secrets.json'), keychain());
      vault = secrets;
      const { remoteEngine } = settings.read();
      const token = secrets.get(remoteTokenName);
      const connection = createEngineConnection(
        {
          launch: chooseLauncher(join(engineRoot, 'main', 'cli', 'slipway.ts'), bundledNode, engineVariables),
          log: (line) => log.write(line),
          onState: (state, detail) => {
            windows.broadcast(channels.engineState, state === 'ready' ? 'ready' : 'restarting');
            if (state === 'failed') void tellEngineFailed(detail ?? '');
          },
          onUntrusted: (url) => void tellUntrusted(text(), url),
        },
        remoteEngine === undefined || token === undefined ? undefined : { ...remoteEngine, token },
      );
      engine = connection;
      const menu = () =>
        installMenu({
          text: text(),
          windows,
          logsFolder,
          recentGraphs: settings.read().recentGraphs ?? [],
          openGraph: openGiven,
          restartEngine: () => connection.restart(),
        });
      removeOldCrashReports(crashesFolder);
      const updates = createAppUpdates({
        file: settings,
        log: (line) => log.write(line),
        onInstall: () => {
          quitting = true;
        },
      });
      const tray = createEndpointTray({
        icon: join(root, 'resources', 'icons', 'icon.png'),
        text,
        open: showWindow,
        quit: () => app.quit(),
        log: (line) => log.write(line),
      });
      answerShellRequests({
        windows,
        engine: connection,
        settings,
        vault: secrets,
        tray,
        text,
        updates,
        logsFolder,
        crashesFolder,
        takeGivenGraph: () => {
          if (connection.choice.kind === 'remote') return undefined;
          const path = givenGraph;
          givenGraph = undefined;
          return path;
        },
        onRecentGraphs: menu,
        onLanguage: () => {
          menu();
          tray.translate();
        },
        onEndpoints: (live) => {
          liveEndpoints = live;
        },
      });
      menu();
      // Sockets of before the sleep may be dead without saying so: the windows close theirs and connect again.
      powerMonitor.on('suspend', () => log.write('The machine goes to sleep.'));
      powerMonitor.on('resume', () => {
        log.write('The machine woke up.');
        windows.broadcast(channels.engineState, 'restarting');
      });
      if (updates.settings.atStart) void updates.check();
      const first = windows.open();
      first.webContents.once('did-finish-load', () => {
        if (givenLink !== undefined) first.webContents.send(channels.deepLink, givenLink);
        givenLink = undefined;
        if (givenGraph === undefined || connection.choice.kind === 'local') return;
        openGiven(givenGraph);
        givenGraph = undefined;
      });
    })
    .catch((error: unknown) => {
      log.write(`Start failed: ${String(error)}`);
      dialog.showErrorBox(text().notStarted, String(error));
      app.exit(1);
    });

  async function tellEngineFailed(detail: string): Promise<void> {
    const t = text();
    await askToGoOn({
      text: t,
      message: t.engineNotStarted,
      detail: `${detail.slice(-2_000) || t.endedSilently}\n\n${t.logsAt(log.path)}`,
      goOn: t.tryAgain,
      showLogs: () => shell.openPath(logsFolder),
    });
    engine?.restart();
  }
}

async function tellUntrusted(t: ShellText, url: string): Promise<void> {
  await dialog.showMessageBox({
    type: 'warning',
    title: 'Slipway',
    message: t.untrusted,
    detail: t.untrustedDetail(url),
  });
}

async function askToKeepServing(t: ShellText, live: number): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Slipway',
    message: t.endpointsLive(live),
    detail: t.keepServingDetail,
    buttons: [t.keepServing, t.quit],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 0;
}
