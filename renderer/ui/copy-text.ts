import { showToast } from './toast.tsx';
import { t } from './text.ts';

/** Only pages that come over https or from this machine have the clipboard itself; others copy what is selected. */
function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.cssText = 'position: fixed; opacity: 0';
  // Beside what has the focus: outside a modal dialog nothing can be selected.
  (focused?.parentElement ?? document.body).append(area);
  area.select();
  // oxlint-disable-next-line typescript/no-deprecated -- nothing else copies there
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return copied;
}

/** Puts text on the clipboard and says so, or that it could not be. */
export async function copyText(text: string, said: string = t.copied): Promise<void> {
  const copied = window.isSecureContext
    ? await navigator.clipboard.writeText(text).then(
        () => true,
        () => false,
      )
    : copySelected(text);
  showToast(copied ? { text: said } : { text: t.notCopied, tone: 'failed' });
}
