import { basename } from 'node:path';
import { Menu, type MenuItemConstructorOptions, shell } from 'electron';
import type { MenuCommand } from '../../shared/rpc/shell-contract.ts';
import type { AppWindows } from './app-windows.ts';
import { channels } from './channels.ts';
import type { ShellText } from './shell-text.ts';

/** The first menu on macOS, which bears the app's name. */
function appMenu(t: ShellText): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about', label: t.about },
      { type: 'separator' },
      { role: 'services', label: t.services },
      { type: 'separator' },
      { role: 'hide', label: t.hide },
      { role: 'hideOthers', label: t.hideOthers },
      { role: 'unhide', label: t.showAll },
      { type: 'separator' },
      { role: 'quit', label: t.quit },
    ],
  };
}

/** The native menu; its entries ask the app, which also has them on the keyboard and in the command palette. */
export function installMenu(options: {
  text: ShellText;
  windows: AppWindows;
  logsFolder: string;
  recentGraphs: readonly string[];
  openGraph: (path: string) => void;
  restartEngine: () => void;
}): void {
  const t = options.text;
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => options.windows.current()?.webContents.send(channels.menuCommand, name),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [appMenu(t)] : []),
    {
      label: t.file,
      submenu: [
        command(t.newGraph, 'graph.new', 'CmdOrCtrl+N'),
        { label: t.newWindow, accelerator: 'CmdOrCtrl+Shift+N', click: () => options.windows.open() },
        command(t.open, 'graph.open', 'CmdOrCtrl+O'),
        {
          label: t.openRecent,
          enabled: options.recentGraphs.length > 0,
          submenu: options.recentGraphs.map((path) => ({
            label: basename(path),
            sublabel: path,
            click: () => options.openGraph(path),
          })),
        },
        separator,
        command(t.save, 'graph.save', 'CmdOrCtrl+S'),
        command(t.saveAs, 'graph.saveAs', 'CmdOrCtrl+Shift+S'),
        separator,
        process.platform === 'darwin' ? { role: 'close', label: t.close } : { role: 'quit', label: t.quit },
      ],
    },
    {
      label: t.edit,
      submenu: [
        command(t.undo, 'edit.undo', 'CmdOrCtrl+Z'),
        command(t.redo, 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut', label: t.cut },
        { role: 'copy', label: t.copy },
        { role: 'paste', label: t.paste },
        { role: 'selectAll', label: t.selectAll },
      ],
    },
    {
      label: t.run,
      submenu: [command(t.run, 'run.start', 'CmdOrCtrl+Enter'), command(t.stop, 'run.stop', 'CmdOrCtrl+.')],
    },
    {
      label: t.view,
      submenu: [
        command(t.commands, 'view.commands', 'CmdOrCtrl+K'),
        command(t.fitGraph, 'view.fit'),
        separator,
        { role: 'resetZoom', label: t.actualSize },
        { role: 'zoomIn', label: t.zoomIn },
        { role: 'zoomOut', label: t.zoomOut },
        { role: 'togglefullscreen', label: t.fullScreen },
      ],
    },
    {
      label: t.help,
      submenu: [
        command(t.keyboardShortcuts, 'help.shortcuts'),
        { label: t.restartEngine, click: options.restartEngine },
        { label: t.showLogs, click: () => void shell.openPath(options.logsFolder) },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
