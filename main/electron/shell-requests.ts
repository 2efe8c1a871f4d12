import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { app, BrowserWindow, dialog, type IpcMainInvokeEvent, ipcMain, Notification, shell } from 'electron';
import { z } from 'zod';
import { languages } from '../../shared/app/languages.ts';
import { shellOrigin } from '../../shared/app/shell-origin.ts';
import { secretNamePattern } from '../../shared/node/secret-name.ts';
import {
  type ConnectResult,
  type LogsFolder,
  type NetworkProblem,
  type NetworkSettings,
  noticeScreens,
} from '../../shared/rpc/shell-contract.ts';
import type { AppUpdates } from './app-updates.ts';
import type { AppWindows } from './app-windows.ts';
import { channels } from './channels.ts';
import { listCrashReports } from './crash-reports.ts';
import { createDesktopNotices } from './desktop-notices.ts';
import type { EndpointTray } from './endpoint-tray.ts';
import type { EngineConnection } from './engine-connection.ts';
import { findEngines } from './find-engines.ts';
import { graphExtension, graphExtensions } from './graph-files.ts';
import { checkRemoteEngine } from './remote-relay.ts';
import type { SecretVault } from './secret-vault.ts';
import type { ShellSettingsFile } from './shell-settings.ts';
import type { ShellText } from './shell-text.ts';

/** The vault's name for the token of the remote engine; no node's secret can have it. */
export const remoteTokenName = 'remote-engine';

const mostRecentGraphs = 10;

const textSchema = z.string().max(4_096);
const remoteEngineSchema = z.object({
  url: textSchema,
  token: textSchema,
  fingerprint: z
    .string()
    .regex(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/)
    .optional(),
  plain: z.boolean().optional(),
});
const secretSchema = z.object({ name: z.string().regex(secretNamePattern), value: z.string().min(1).max(65_536) });
const networkSchema = z.object({ proxy: textSchema, certificates: textSchema });
const proxySchema = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]);
const endpointsSchema = z.array(z.object({ name: textSchema, url: textSchema })).max(100);
const updatesSchema = z.object({ channel: z.enum(['latest', 'beta']), atStart: z.boolean() });
const languageSchema = z.enum(languages);
const noticeSchema = z.object({
  key: z.string().max(200),
  title: z.string().max(200),
  body: z.string().max(1_000),
  page: z.object({ screen: z.enum(noticeScreens), id: z.string().max(200) }),
});

export interface ShellRequestsOptions {
  windows: AppWindows;
  engine: EngineConnection;
  settings: ShellSettingsFile;
  vault: SecretVault;
  tray: EndpointTray;
  text: () => ShellText;
  updates: AppUpdates;
  logsFolder: string;
  crashesFolder: string;
  /** A graph given when the app was started; taken by the first window that asks. */
  takeGivenGraph: () => string | undefined;
  onRecentGraphs: () => void;
  onLanguage: () => void;
  onEndpoints: (live: number) => void;
}

/** Only the app's own top frame may call. */
function trusted(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && frame.url.startsWith(`${shellOrigin}/`);
}

/** `argument` is whatever the page sent. */
function handle(channel: string, handler: (argument: unknown, window: BrowserWindow | null) => unknown): void {
  ipcMain.handle(channel, (event, argument: unknown) => {
    if (!trusted(event)) throw new Error('Refused: the call does not come from the app.');
    return handler(argument, BrowserWindow.fromWebContents(event.sender));
  });
}

function networkProblems({ proxy, certificates }: NetworkSettings): NetworkProblem[] {
  const problems: NetworkProblem[] = [];
  if (!proxySchema.safeParse(proxy).success) {
    problems.push({ field: 'proxy', message: 'The proxy has to be an address such as http://proxy.example:3128.' });
  }
  if (certificates !== '' && !existsSync(certificates)) {
    problems.push({ field: 'certificates', message: 'There is no such file.' });
  }
  return problems;
}

/** Answers what the windows ask of the shell; every argument is checked, whoever sent it. */
export function answerShellRequests(options: ShellRequestsOptions): void {
  const { windows, engine, settings, vault, tray, updates } = options;
  /** One that nothing holds on to is collected, and then tells nobody that it was clicked. */
  const standing = new Set<Notification>();
  const notices = createDesktopNotices<BrowserWindow | null>({
    wanted: () =>
      settings.read().notices !== 'off' && Notification.isSupported() && BrowserWindow.getFocusedWindow() === null,
    show({ title, body, page }, window) {
      const notification = new Notification({ title, body });
      standing.add(notification);
      notification.on('close', () => standing.delete(notification));
      notification.on('click', () => {
        standing.delete(notification);
        windows.tell(channels.showPage, page, window ?? undefined);
      });
      notification.show();
    },
  });

  const graphFilter = () => ({ name: options.text().slipwayGraph, extensions: graphExtensions });

  handle(channels.engine, () => engine.address());
  handle(channels.openGraphDialog, async () => {
    const chosen = await dialog.showOpenDialog({ properties: ['openFile'], filters: [graphFilter()] });
    return chosen.filePaths[0];
  });
  handle(channels.saveGraphDialog, async (suggested) => {
    const name = typeof suggested === 'string' ? basename(suggested) : 'graph';
    const chosen = await dialog.showSaveDialog({
      defaultPath: name.endsWith(graphExtension) ? name : `${name}${graphExtension}`,
      filters: [graphFilter()],
    });
    return chosen.canceled ? undefined : chosen.filePath;
  });
  handle(channels.chooseFolderDialog, async () => {
    const chosen = await dialog.showOpenDialog({ properties: ['openDirectory', 'createDirectory'] });
    return chosen.filePaths[0];
  });
  handle(channels.initialGraph, () => {
    const path = options.takeGivenGraph() ?? settings.read().lastGraph;
    // The files of another machine cannot be looked for here.
    const usable = path !== undefined && (engine.choice.kind === 'remote' || existsSync(path));
    return usable ? { path } : { template: 'flight-delays' };
  });
  handle(channels.rememberGraph, (path) => {
    if (typeof path !== 'string') return;
    settings.update({ lastGraph: path });
    // Those of another machine are not to be found here.
    if (engine.choice.kind === 'remote') return;
    const others = (settings.read().recentGraphs ?? []).filter((other) => other !== path);
    settings.update({ recentGraphs: [path, ...others].slice(0, mostRecentGraphs) });
    app.addRecentDocument(path);
    options.onRecentGraphs();
  });

  handle(channels.engineChoice, () => engine.choice);
  handle(channels.connectEngine, async (argument): Promise<ConnectResult> => {
    const parsed = remoteEngineSchema.safeParse(argument);
    if (!parsed.success)
      return { status: 'failed', message: 'The address, the token or the fingerprint is not valid.' };
    const { url, token, fingerprint, plain } = parsed.data;
    const wanted = {
      url,
      token,
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(plain === undefined ? {} : { plain }),
    };
    const result = await checkRemoteEngine(wanted);
    if (result.status !== 'connected') return result;
    const { token: secret, ...remoteEngine } = { ...wanted, url: new URL(url).origin };
    vault.set(remoteTokenName, secret);
    settings.update({ remoteEngine, lastGraph: undefined });
    await engine.connect({ ...remoteEngine, token: secret });
    windows.reopen();
    return result;
  });
  handle(channels.useLocalEngine, () => {
    vault.remove(remoteTokenName);
    settings.update({ remoteEngine: undefined, lastGraph: undefined });
    engine.useLocal();
    windows.reopen();
  });
  handle(channels.restartEngine, () => engine.restart());

  handle(channels.secrets, () => ({ names: vault.names(), protection: vault.protection }));
  handle(channels.setSecret, (argument) => {
    const { name, value } = secretSchema.parse(argument);
    vault.set(name, value);
  });
  handle(channels.removeSecret, (name) => {
    if (typeof name === 'string' && secretNamePattern.test(name)) vault.remove(name);
  });
  handle(channels.network, (): NetworkSettings => settings.read().network ?? { proxy: '', certificates: '' });
  handle(channels.setNetwork, (argument) => {
    const network = networkSchema.parse(argument);
    const problems = networkProblems(network);
    if (problems.length === 0) settings.update({ network });
    return problems;
  });

  handle(channels.findEngines, () => findEngines());
  handle(channels.updates, () => updates.versions);
  handle(channels.setUpdates, (argument) => updates.set(updatesSchema.parse(argument)));
  handle(channels.checkForUpdate, () => updates.check());
  handle(channels.findVersion, (version) => updates.find(textSchema.parse(version)));
  handle(channels.downloadUpdate, () => updates.download());
  handle(channels.installUpdate, () => updates.install());

  handle(channels.newWindow, () => {
    windows.open();
  });
  handle(channels.showEndpoints, (argument) => {
    const endpoints = endpointsSchema.parse(argument);
    tray.show(endpoints);
    options.onEndpoints(endpoints.length);
  });
  handle(channels.notify, (argument, window) => notices.tell(noticeSchema.parse(argument), window));
  handle(channels.notices, () => ({ on: settings.read().notices !== 'off', supported: Notification.isSupported() }));
  handle(channels.setNotices, (on) => settings.update({ notices: on === false ? 'off' : undefined }));
  handle(channels.setLanguage, (argument) => {
    const language = languageSchema.parse(argument);
    if (language === settings.read().language) return;
    settings.update({ language });
    options.onLanguage();
  });
  handle(channels.logs, (): LogsFolder => {
    const reports = listCrashReports(options.crashesFolder);
    return { path: options.logsFolder, crashReports: reports.length, lastCrashMs: reports[0]?.timeMs ?? null };
  });
  handle(channels.showLogs, () => void shell.openPath(options.logsFolder));
}
