import { openOverlay } from '../state/ui-store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { shortcut } from './platform-keys.ts';
import { t } from './panels-text.ts';
import { t as shellText } from './text.ts';

const rows = (): [string, string][] => [
  [shortcut('K'), shellText.commands],
  [shortcut('F'), shellText.findInGraph],
  ['/', t.findAKind],
  [shortcut('↵'), shellText.run],
  [shortcut('↵', true), shellText.runToTheSelectedNode],
  [shortcut('.'), t.stop],
  [shortcut('S'), shellText.save],
  [shortcut('S', true), shellText.saveAs],
  [shortcut('O'), t.open],
  [shortcut('Z'), shellText.undo],
  [shortcut('Z', true), shellText.redo],
  [t.arrowKeys, t.followEdges],
  [`⇧ ${t.arrowKeys}`, t.moveNodesBy],
  ['Tab', t.nextNode],
  ['F6', t.nextPanel],
  ['P', shellText.preview],
  ['I', shellText.inspector],
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
    <Dialog title={shellText.keyboardShortcuts} width="620px" onClose={() => openOverlay(undefined)}>
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
