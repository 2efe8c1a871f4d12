import { openOverlay } from '../state/ui-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { shortcut } from './platform-keys.ts';
import { t } from './text.ts';

const rows = (): [string, string][] => [
  [shortcut('K'), t.commands],
  [shortcut('F'), t.findInGraph],
  ['/', t.findAKind],
  [shortcut('↵'), t.run],
  [shortcut('↵', true), t.runToTheSelectedNode],
  [shortcut('.'), t.stop],
  [shortcut('S'), t.save],
  [shortcut('S', true), t.saveAs],
  [shortcut('O'), t.open],
  [shortcut('Z'), t.undo],
  [shortcut('Z', true), t.redo],
  [t.arrowKeys, t.followEdges],
  [`⇧ ${t.arrowKeys}`, t.moveNodesBy],
  ['Tab', t.nextNode],
  ['F6', t.nextPanel],
  ['P', t.preview],
  ['I', t.inspector],
  ['W', t.whyThisState],
  ['C', t.connectTheSelected],
  ['D', t.duplicate],
  ['⇧ P', t.pin],
  ['G', t.frameTheSelection],
  ['⇧ G', t.collapseSelection],
  ['Enter', t.openGroup],
  ['Esc', t.leaveGroup],
  [t.deleteKey, t.delete],
  [shortcut('C'), t.copy],
  [shortcut('V'), t.paste],
  [shortcut('A'), t.selectAll],
  ['1', t.fitGraph],
  ['2', t.fitSelection],
  ['0', '100 %'],
  [`${shortcut('1')}…9`, t.graphTab],
  ['?', t.thisSheet],
];

export function ShortcutSheet() {
  return (
    <Dialog title={t.keyboardShortcuts} width="620px" onClose={() => openOverlay(undefined)}>
      <div className="shortcut-sheet">
        {rows().map(([keys, does]) => (
          <div key={does}>
            {does}
            <span className="kbd">{keys}</span>
          </div>
        ))}
      </div>
      <p className="mute small" style={{ marginTop: 10 }}>
        {t.singleKeys}
      </p>
    </Dialog>
  );
}
