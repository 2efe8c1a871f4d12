import { type RefObject, useEffect } from 'react';
import { copyFragment, parseFragment, pasteFragment, removeItems } from '../state/graph-commands.ts';
import { activeGraph } from '../state/graph-store.ts';
import { useSelection } from '../state/selection-store.ts';
import { showToast } from '../ui/toast.tsx';
import { t } from './text.ts';
import { copyText } from '../ui/copy-text.ts';
import { shortcut } from '../shell/platform-keys.ts';

const pasteOffset = { x: 32, y: 32 };

function selectedText(): string | undefined {
  const graph = activeGraph();
  const { nodes } = useSelection.getState();
  return graph && nodes.length > 0 ? JSON.stringify(copyFragment(graph.document, nodes)) : undefined;
}

export async function copySelection(): Promise<void> {
  const text = selectedText();
  if (text !== undefined) await copyText(text);
}

export async function pasteFromClipboard(): Promise<void> {
  if (!window.isSecureContext) {
    showToast({ text: t.pasteByKeys(shortcut('V')) });
    return;
  }
  const fragment = parseFragment(await navigator.clipboard.readText().catch(() => ''));
  if (fragment) pasteFragment(fragment, pasteOffset);
  else showToast({ text: t.clipboardHoldsNoNodes });
}

/** Copy, cut and paste of nodes while the canvas has the focus. */
export function useClipboard(canvas: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const focused = () => canvas.current?.contains(document.activeElement) ?? false;
    function onCopy(event: ClipboardEvent) {
      const text = focused() ? selectedText() : undefined;
      if (text === undefined) return;
      event.preventDefault();
      event.clipboardData?.setData('text/plain', text);
      if (event.type === 'cut') removeItems(useSelection.getState().nodes, []);
    }
    function onPaste(event: ClipboardEvent) {
      const fragment = focused() ? parseFragment(event.clipboardData?.getData('text/plain') ?? '') : undefined;
      if (!fragment) return;
      event.preventDefault();
      pasteFragment(fragment, pasteOffset);
    }
    document.addEventListener('copy', onCopy);
    document.addEventListener('cut', onCopy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('cut', onCopy);
      document.removeEventListener('paste', onPaste);
    };
  }, [canvas]);
}
