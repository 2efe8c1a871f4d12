import { basename } from 'node:path';
import { Menu, type MenuItemConstructorOptions, shell } from 'electron';
import type { MenuCommand } from '../../shared/rpc/shell-contract.ts';
import type { AppWindows } from './app-windows.ts';
import { channels } from './channels.ts';

/** The native menu; its entries ask the app, which also has them on the keyboard and in the command palette. */
export function installMenu(options: {
  windows: AppWindows;
  logsFolder: string;
  recentGraphs: readonly string[];
  openGraph: (path: string) => void;
  restartEngine: () => void;
}): void {
  const command = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => options.windows.current()?.webContents.send(channels.menuCommand, name),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    {
      label: 'File',
      submenu: [
        command('New graph', 'graph.new', 'CmdOrCtrl+N'),
        { label: 'New window', accelerator: 'CmdOrCtrl+Shift+N', click: () => options.windows.open() },
        command('Open…', 'graph.open', 'CmdOrCtrl+O'),
        {
          label: 'Open recent',
          enabled: options.recentGraphs.length > 0,
          submenu: options.recentGraphs.map((path) => ({
            label: basename(path),
            sublabel: path,
            click: () => options.openGraph(path),
          })),
        },
        separator,
        command('Save', 'graph.save', 'CmdOrCtrl+S'),
        command('Save as…', 'graph.saveAs', 'CmdOrCtrl+Shift+S'),
        separator,
        process.platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        command('Undo', 'edit.undo', 'CmdOrCtrl+Z'),
        command('Redo', 'edit.redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'Run',
      submenu: [command('Run', 'run.start', 'CmdOrCtrl+Enter'), command('Stop', 'run.stop', 'CmdOrCtrl+.')],
    },
    {
      label: 'View',
      submenu: [
        command('Commands', 'view.commands', 'CmdOrCtrl+K'),
        command('Fit graph', 'view.fit'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: 'Help',
      submenu: [
        command('Keyboard shortcuts', 'help.shortcuts'),
        { label: 'Restart engine', click: options.restartEngine },
        { label: 'Show logs', click: () => void shell.openPath(options.logsFolder) },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
