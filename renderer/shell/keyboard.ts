import { showGraph, useGraphs } from '../state/graph-store.ts';
import { showPalette } from '../canvas/palette-filter.ts';
import { navigate, useUi } from '../state/ui-store.ts';
import { runCommand } from './app-commands.ts';

const typing = 'input, textarea, select, [contenteditable="true"]';

function nextPanel(backward: boolean): void {
  const panels = [...document.querySelectorAll<HTMLElement>('[data-panel]')];
  const at = panels.findIndex((panel) => panel.contains(document.activeElement));
  const next = panels[(at + (backward ? -1 : 1) + panels.length) % panels.length];
  if (!next) return;
  if (next.classList.contains('canvas')) next.focus();
  else next.querySelector<HTMLElement>('button, input, a, select, textarea, [tabindex="0"]')?.focus();
}

/** Gives a key to the canvas; true when it used it. */
function forwardToCanvas(event: KeyboardEvent): boolean {
  const canvas = document.querySelector<HTMLElement>('.canvas');
  if (!canvas || useUi.getState().overlay !== undefined || event.key === 'Tab') return false;
  const { key, ctrlKey, metaKey, shiftKey, altKey } = event;
  canvas.focus({ preventScroll: true });
  return !canvas.dispatchEvent(
    new KeyboardEvent('keydown', { key, ctrlKey, metaKey, shiftKey, altKey, bubbles: true, cancelable: true }),
  );
}

/** Command of a key with ⌘ or Ctrl, by its physical meaning. */
function commandOf(event: KeyboardEvent): string | undefined {
  const key = event.key.toLowerCase();
  switch (key) {
    case 'k':
      return 'view.commands';
    case 'f':
      return 'view.find';
    case 's':
      return event.shiftKey ? 'graph.saveAs' : 'graph.save';
    case 'o':
      return 'graph.open';
    case 'enter':
      return event.shiftKey ? 'run.toSelection' : 'run.start';
    case '.':
      return 'run.stop';
    case 'z':
      return event.shiftKey ? 'edit.redo' : 'edit.undo';
    case 'y':
      return 'edit.redo';
    default:
      return undefined;
  }
}

/** Shortcuts that work everywhere; those of the canvas are in `canvas-keyboard`. Once, at start. */
export function startKeyboard(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    // With the focus nowhere, the canvas takes the keys.
    if (target === document.body && !event.repeat && forwardToCanvas(event)) {
      event.preventDefault();
      return;
    }
    const inField = target.closest(typing) !== null;
    if (event.key === 'F6') {
      nextPanel(event.shiftKey);
      event.preventDefault();
      return;
    }
    if ((event.metaKey || event.ctrlKey) && !event.altKey) {
      if (/^[1-9]$/.test(event.key)) {
        const tab = useGraphs.getState().order[Number(event.key) - 1];
        if (tab !== undefined) {
          showGraph(tab);
          navigate('graph');
          event.preventDefault();
        }
        return;
      }
      const command = commandOf(event);
      // A text field undoes its own typing.
      if (command === undefined || (inField && command.startsWith('edit.'))) return;
      event.preventDefault();
      runCommand(command);
      return;
    }
    if (inField || event.altKey) return;
    if (event.key === '?') {
      runCommand('help.shortcuts');
      event.preventDefault();
    } else if (event.key === '/') {
      navigate('graph');
      showPalette('nodes');
      const find = () => document.getElementById('palette-search')?.focus();
      find();
      requestAnimationFrame(find);
      event.preventDefault();
    } else if (event.key === 'Escape' && useUi.getState().overlay !== undefined) {
      useUi.setState({ overlay: undefined });
    }
  });
  window.addEventListener('auxclick', (event) => {
    // Middle clicks close tabs; without this the browser starts to scroll.
    if (event.button === 1 && (event.target as HTMLElement).closest('.graph-tab')) event.preventDefault();
  });
}
