import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import type { MenuCommand, ShellContract } from '../../shared/rpc/shell-contract.ts';
import { channels } from './channels.ts';

function subscribe<T>(channel: string, listener: (value: T) => void): () => void {
  const handler = (_event: IpcRendererEvent, value: T): void => listener(value);
  ipcRenderer.on(channel, handler);
  return () => ipcRenderer.off(channel, handler);
}

const shell: ShellContract = {
  capabilities: { fileDialogs: true, nativeMenu: true },
  engine: () => ipcRenderer.invoke(channels.engine),
  openGraphDialog: () => ipcRenderer.invoke(channels.openGraphDialog),
  saveGraphDialog: (suggestedName) => ipcRenderer.invoke(channels.saveGraphDialog, suggestedName),
  chooseFolderDialog: () => ipcRenderer.invoke(channels.chooseFolderDialog),
  initialGraph: () => ipcRenderer.invoke(channels.initialGraph),
  rememberGraph: (path) => ipcRenderer.invoke(channels.rememberGraph, path),
  onMenuCommand: (listener) => subscribe<MenuCommand>(channels.menuCommand, listener),
  onOpenPath: (listener) => subscribe<string>(channels.openPath, listener),
  onEngineState: (listener) => subscribe<'ready' | 'restarting'>(channels.engineState, listener),
};

contextBridge.exposeInMainWorld('slipwayShell', shell);
