import { openOverlay } from '../state/ui-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { shortcut } from './platform-keys.ts';

const rows: [string, string][] = [
  [shortcut('K'), 'Commands'],
  ['/', 'Find a node kind'],
  [shortcut('↵'), 'Run'],
  [shortcut('↵', true), 'Run to the selected node'],
  [shortcut('.'), 'Stop'],
  [shortcut('S'), 'Save'],
  [shortcut('S', true), 'Save as'],
  [shortcut('O'), 'Open'],
  [shortcut('Z'), 'Undo'],
  [shortcut('Z', true), 'Redo'],
  ['arrows', 'Follow edges'],
  ['⇧ arrows', 'Move nodes by 8 px'],
  ['Tab', 'Next node'],
  ['F6', 'Next panel'],
  ['P', 'Preview'],
  ['I', 'Inspector'],
  ['W', 'Why this state'],
  ['C', 'Connect the selected node'],
  ['D', 'Duplicate'],
  ['G', 'Frame the selection'],
  ['Del', 'Delete'],
  [shortcut('C'), 'Copy'],
  [shortcut('V'), 'Paste'],
  [shortcut('A'), 'Select all'],
  ['1', 'Fit graph'],
  ['2', 'Fit selection'],
  ['0', '100 %'],
  [`${shortcut('1')}…9`, 'Graph tab'],
  ['?', 'This sheet'],
];

export function ShortcutSheet() {
  return (
    <Dialog title="Keyboard shortcuts" width="620px" onClose={() => openOverlay(undefined)}>
      <div className="shortcut-sheet">
        {rows.map(([keys, does]) => (
          <div key={does}>
            {does}
            <span className="kbd">{keys}</span>
          </div>
        ))}
      </div>
      <p className="mute small" style={{ marginTop: 10 }}>
        Single keys work while the canvas has the focus.
      </p>
    </Dialog>
  );
}
