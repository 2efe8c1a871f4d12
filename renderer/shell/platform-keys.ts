const mac = /Mac/.test(navigator.platform);

/** `⌘K` on a Mac, `Ctrl K` elsewhere; `⇧` for shift. */
export function shortcut(key: string, shift = false): string {
  if (mac) return `${shift ? '⇧' : ''}⌘${key}`;
  return `Ctrl ${shift ? '⇧ ' : ''}${key}`;
}
