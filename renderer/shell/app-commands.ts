import type { MenuCommand } from '../../shared/rpc/shell-contract.ts';
import { showPalette } from '../canvas/palette-filter.ts';
import { newGraph, openWithDialog, save, saveAs } from '../state/file-commands.ts';
import { unpinAll } from '../state/graph-commands.ts';
import { redo, undo } from '../state/graph-store.ts';
import { startRun, stopRun, keepVariant } from '../state/run-commands.ts';
import { useSelection } from '../state/selection-store.ts';
import { announce, navigate, openOverlay, type Screen, setTheme, showDock, togglePanel } from '../state/ui-store.ts';
import { shortcut } from './platform-keys.ts';
import { t } from './text.ts';

export interface AppCommand {
  id: string;
  title: string;
  keys?: string;
  run: () => void;
}

function sayUndone(did: 'undo' | 'redo', label: string | undefined): void {
  const words =
    did === 'undo'
      ? label === undefined
        ? t.nothingToUndo
        : t.undone(label)
      : label === undefined
        ? t.nothingToRedo
        : t.redone(label);
  announce(words);
}

/** A key press made by a command, for what only the canvas can do. */
export function canvasKeyPress(key: string): void {
  navigate('graph');
  requestAnimationFrame(() => {
    const canvas = document.querySelector<HTMLElement>('.canvas');
    canvas?.focus({ preventScroll: true });
    canvas?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  });
}

function screenCommand(screen: Screen, title: string): AppCommand {
  return { id: `go.${screen}`, title: t.goTo(title), run: () => navigate(screen) };
}

/** Commands of the whole app, for the palette, the keyboard and the native menu. */
export const appCommands = (): readonly AppCommand[] => [
  { id: 'run.start', title: t.run, keys: shortcut('↵'), run: () => void startRun() },
  {
    id: 'run.toSelection',
    title: t.runToTheSelectedNode,
    keys: shortcut('↵', true),
    run: () => {
      const to = useSelection.getState().nodes.at(-1);
      void startRun(to === undefined ? {} : { to });
    },
  },
  { id: 'run.force', title: t.runEverythingAgain, run: () => void startRun({ force: true }) },
  { id: 'run.stop', title: t.stopTheRun, keys: shortcut('.'), run: () => void stopRun() },
  { id: 'graph.new', title: t.newGraph, run: newGraph },
  { id: 'graph.open', title: t.openAGraph, keys: shortcut('O'), run: () => void openWithDialog() },
  { id: 'graph.save', title: t.save, keys: shortcut('S'), run: () => void save() },
  { id: 'graph.saveAs', title: t.saveAs, keys: shortcut('S', true), run: () => void saveAs() },
  { id: 'graph.export', title: t.export, run: () => openOverlay('export') },
  { id: 'graph.compare', title: t.compareWithFile, run: () => openOverlay('compare-file') },
  { id: 'edit.undo', title: t.undo, keys: shortcut('Z'), run: () => sayUndone('undo', undo()) },
  { id: 'edit.redo', title: t.redo, keys: shortcut('Z', true), run: () => sayUndone('redo', redo()) },
  { id: 'view.commands', title: t.commands, keys: shortcut('K'), run: () => openOverlay('commands') },
  { id: 'view.find', title: t.findInGraph, keys: shortcut('F'), run: () => openOverlay('find') },
  { id: 'view.fit', title: t.fitTheGraph, keys: '1', run: () => canvasKeyPress('1') },
  { id: 'edit.unpinAll', title: t.unpinAll, run: unpinAll },
  { id: 'view.problems', title: t.problems, run: () => openOverlay('problems') },
  { id: 'view.readiness', title: t.readinessForProduction, run: () => openOverlay('readiness') },
  { id: 'view.plan', title: t.plan, run: () => showDock('plan') },
  { id: 'view.preview', title: t.preview, keys: 'P', run: () => showDock('preview') },
  { id: 'view.logs', title: t.logs, run: () => showDock('logs') },
  {
    id: 'view.outline',
    title: t.outlineOfTheGraph,
    run: () => {
      navigate('graph');
      showPalette('outline');
      requestAnimationFrame(() => document.querySelector<HTMLElement>('.outline [tabindex="0"]')?.focus());
    },
  },
  {
    id: 'run.fromSelection',
    title: t.runFromTheSelectedNode,
    run: () => {
      const from = useSelection.getState().nodes.at(-1);
      if (from !== undefined) void startRun({ from });
    },
  },
  {
    id: 'run.keepVariant',
    title: t.keepVariant,
    run: () => {
      const node = useSelection.getState().nodes.at(-1);
      if (node !== undefined) keepVariant(node);
    },
  },
  { id: 'run.variants', title: t.compareVariants, run: () => void startRun({ variants: true }) },
  { id: 'view.palette', title: t.showOrHideTheNodes, run: () => togglePanel('palette') },
  { id: 'view.inspector', title: t.showOrHideTheInspector, keys: 'I', run: () => togglePanel('inspector') },
  { id: 'view.dock', title: t.showOrHideResults, run: () => togglePanel('dock') },
  { id: 'theme.light', title: t.lightTheme, run: () => setTheme('light') },
  { id: 'theme.dark', title: t.darkTheme, run: () => setTheme('dark') },
  { id: 'theme.system', title: t.themeOfTheSystem, run: () => setTheme('system') },
  { id: 'help.tour', title: t.tour, run: () => openOverlay('tour') },
  { id: 'help.shortcuts', title: t.keyboardShortcuts, keys: '?', run: () => openOverlay('shortcuts') },
  screenCommand('home', t.home),
  screenCommand('graph', t.theGraph),
  screenCommand('data', t.data),
  screenCommand('features', t.features),
  screenCommand('runs', t.runs),
  screenCommand('experiments', t.experiments),
  screenCommand('models', t.models),
  screenCommand('endpoints', t.endpoints),
  screenCommand('monitors', t.monitors),
  screenCommand('cluster', t.cluster),
  screenCommand('devices', t.devices),
  screenCommand('help', t.help),
  screenCommand('settings', t.settings),
];

export function runCommand(id: MenuCommand | (string & {})): void {
  appCommands()
    .find((command) => command.id === id)
    ?.run();
}
