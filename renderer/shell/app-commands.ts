import type { MenuCommand } from '../../shared/rpc/shell-contract.ts';
import { showPalette } from '../canvas/palette-filter.ts';
import { newGraph, openWithDialog, save, saveAs } from '../state/file-commands.ts';
import { redo, undo } from '../state/graph-store.ts';
import { startRun, stopRun } from '../state/run-commands.ts';
import { useSelection } from '../state/selection-store.ts';
import { announce, navigate, openOverlay, type Screen, setTheme, showDock, togglePanel } from '../state/ui-store.ts';
import { shortcut } from './platform-keys.ts';

export interface AppCommand {
  id: string;
  title: string;
  keys?: string;
  run: () => void;
}

function sayUndone(word: string, label: string | undefined): void {
  announce(label === undefined ? `Nothing to ${word}` : `${word === 'undo' ? 'Undone' : 'Redone'}: ${label}`);
}

/** A key press made by a command, for what only the canvas can do. */
function canvasKeyPress(key: string): void {
  navigate('graph');
  requestAnimationFrame(() => {
    const canvas = document.querySelector<HTMLElement>('.canvas');
    canvas?.focus({ preventScroll: true });
    canvas?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
}

function screenCommand(screen: Screen, title: string): AppCommand {
  return { id: `go.${screen}`, title: `Go to ${title}`, run: () => navigate(screen) };
}

/** Commands of the whole app, for the palette, the keyboard and the native menu. */
export const appCommands: readonly AppCommand[] = [
  { id: 'run.start', title: 'Run', keys: shortcut('↵'), run: () => void startRun() },
  {
    id: 'run.toSelection',
    title: 'Run to the selected node',
    keys: shortcut('↵', true),
    run: () => {
      const to = useSelection.getState().nodes.at(-1);
      void startRun(to === undefined ? {} : { to });
    },
  },
  { id: 'run.force', title: 'Run everything again', run: () => void startRun({ force: true }) },
  { id: 'run.stop', title: 'Stop the run', keys: shortcut('.'), run: () => void stopRun() },
  { id: 'graph.new', title: 'New graph', run: newGraph },
  { id: 'graph.open', title: 'Open a graph', keys: shortcut('O'), run: () => void openWithDialog() },
  { id: 'graph.save', title: 'Save', keys: shortcut('S'), run: () => void save() },
  { id: 'graph.saveAs', title: 'Save as', keys: shortcut('S', true), run: () => void saveAs() },
  { id: 'graph.export', title: 'Export', run: () => openOverlay('export') },
  { id: 'edit.undo', title: 'Undo', keys: shortcut('Z'), run: () => sayUndone('undo', undo()) },
  { id: 'edit.redo', title: 'Redo', keys: shortcut('Z', true), run: () => sayUndone('redo', redo()) },
  { id: 'view.commands', title: 'Commands', keys: shortcut('K'), run: () => openOverlay('commands') },
  { id: 'view.fit', title: 'Fit the graph', keys: '1', run: () => canvasKeyPress('1') },
  { id: 'view.problems', title: 'Problems', run: () => openOverlay('problems') },
  { id: 'view.readiness', title: 'Readiness for production', run: () => openOverlay('readiness') },
  { id: 'view.plan', title: 'Plan', run: () => showDock('plan') },
  { id: 'view.preview', title: 'Preview', keys: 'P', run: () => showDock('preview') },
  { id: 'view.logs', title: 'Logs', run: () => showDock('logs') },
  {
    id: 'view.outline',
    title: 'Outline of the graph',
    run: () => {
      navigate('graph');
      showPalette('outline');
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.outline [tabindex="0"]')?.focus());
    },
  },
  {
    id: 'run.fromSelection',
    title: 'Run from the selected node',
    run: () => {
      const from = useSelection.getState().nodes.at(-1);
      if (from !== undefined) void startRun({ from });
    },
  },
  { id: 'view.palette', title: 'Show or hide the nodes list', run: () => togglePanel('palette') },
  { id: 'view.inspector', title: 'Show or hide the inspector', keys: 'I', run: () => togglePanel('inspector') },
  { id: 'view.dock', title: 'Show or hide results', run: () => togglePanel('dock') },
  { id: 'theme.light', title: 'Light theme', run: () => setTheme('light') },
  { id: 'theme.dark', title: 'Dark theme', run: () => setTheme('dark') },
  { id: 'theme.system', title: 'Theme of the system', run: () => setTheme('system') },
  { id: 'help.shortcuts', title: 'Keyboard shortcuts', keys: '?', run: () => openOverlay('shortcuts') },
  screenCommand('home', 'home'),
  screenCommand('graph', 'the graph'),
  screenCommand('runs', 'runs'),
  screenCommand('models', 'models'),
  screenCommand('endpoints', 'endpoints'),
  screenCommand('monitors', 'monitors'),
  screenCommand('settings', 'settings'),
];

export function runCommand(id: MenuCommand | (string & {})): void {
  appCommands.find((command) => command.id === id)?.run();
}
