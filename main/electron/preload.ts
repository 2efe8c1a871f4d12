import { contextBridge, type IpcRendererEvent, ipcRenderer, webUtils } from 'electron';
import type { DeepLink, GivenFile, MenuCommand, NoticePage, ShellContract } from '../../shared/rpc/shell-contract.ts';
import { channels } from './channels.ts';
import { remoteEngineArgument } from './window-arguments.ts';

function subscribe<T>(channel: string, listener: (value: T) => void): () => void {
  const handler = (_event: IpcRendererEvent, value: T): void => listener(value);
  ipcRenderer.on(channel, handler);
  return () => ipcRenderer.off(channel, handler);
}

/** Native dialogs show this machine's files, which a remote engine does not have. */
const engineIsHere = !process.argv.includes(remoteEngineArgument);

const shell: ShellContract = {
  capabilities: { fileDialogs: engineIsHere, nativeMenu: true },
  engine: () => ipcRenderer.invoke(channels.engine),
  openGraphDialog: () => ipcRenderer.invoke(channels.openGraphDialog),
  saveGraphDialog: (suggestedName) => ipcRenderer.invoke(channels.saveGraphDialog, suggestedName),
  chooseFolderDialog: () => ipcRenderer.invoke(channels.chooseFolderDialog),
  initialGraph: () => ipcRenderer.invoke(channels.initialGraph),
  rememberGraph: (path) => ipcRenderer.invoke(channels.rememberGraph, path),
  onMenuCommand: (listener) => subscribe<MenuCommand>(channels.menuCommand, listener),
  onOpenPath: (listener) => subscribe<string>(channels.openPath, listener),
  onEngineState: (listener) => subscribe<'ready' | 'restarting'>(channels.engineState, listener),
  desktop: {
    engineChoice: () => ipcRenderer.invoke(channels.engineChoice),
    connectEngine: (engine) => ipcRenderer.invoke(channels.connectEngine, engine),
    useLocalEngine: () => ipcRenderer.invoke(channels.useLocalEngine),
    restartEngine: () => ipcRenderer.invoke(channels.restartEngine),
    secrets: () => ipcRenderer.invoke(channels.secrets),
    setSecret: (name, value) => ipcRenderer.invoke(channels.setSecret, { name, value }),
    removeSecret: (name) => ipcRenderer.invoke(channels.removeSecret, name),
    network: () => ipcRenderer.invoke(channels.network),
    setNetwork: (settings) => ipcRenderer.invoke(channels.setNetwork, settings),
    newWindow: () => ipcRenderer.invoke(channels.newWindow),
    pathOfFile: (file) => webUtils.getPathForFile(file as File),
    showEndpoints: (endpoints) => ipcRenderer.invoke(channels.showEndpoints, endpoints),
    notify: (notice) => ipcRenderer.invoke(channels.notify, notice),
    notices: () => ipcRenderer.invoke(channels.notices),
    setNotices: (on) => ipcRenderer.invoke(channels.setNotices, on),
    setLanguage: (language) => ipcRenderer.invoke(channels.setLanguage, language),
    onShowPage: (listener) => subscribe<NoticePage>(channels.showPage, listener),
    onOpenFile: (listener) => subscribe<GivenFile>(channels.openFile, listener),
    logs: () => ipcRenderer.invoke(channels.logs),
    showLogs: () => ipcRenderer.invoke(channels.showLogs),
    findEngines: () => ipcRenderer.invoke(channels.findEngines),
    updates: () => ipcRenderer.invoke(channels.updates),
    setUpdates: (settings) => ipcRenderer.invoke(channels.setUpdates, settings),
    checkForUpdate: () => ipcRenderer.invoke(channels.checkForUpdate),
    findVersion: (version) => ipcRenderer.invoke(channels.findVersion, version),
    downloadUpdate: () => ipcRenderer.invoke(channels.downloadUpdate),
    installUpdate: () => ipcRenderer.invoke(channels.installUpdate),
    onDeepLink: (listener) => subscribe<DeepLink>(channels.deepLink, listener),
  },
};

contextBridge.exposeInMainWorld('slipwayShell', shell);
