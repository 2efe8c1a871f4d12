import type { Session, WebContents } from 'electron';
import { shellOrigin } from '../../shared/app/shell-origin.ts';

/** The one permission a page gets: copying text, which browsers give without asking too. */
const granted = 'clipboard-sanitized-write';

/** What windows may load: the app, its engine on loopback, and what the app itself makes. */
const reachable = [`${shellOrigin}/`, 'ws://127.0.0.1:', 'blob:', 'data:', 'devtools:'];

function isAppOrigin(url: string): boolean {
  try {
    return new URL(url).origin === shellOrigin;
  } catch {
    return false;
  }
}

/** Denies every permission and device but copying, and every request that leaves the app. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((contents: WebContents, permission, decide, details) =>
    decide(permission === granted && details.isMainFrame && isAppOrigin(details.requestingUrl || contents.getURL())),
  );
  session.setPermissionCheckHandler(
    (_contents, permission, origin, details) => permission === granted && details.isMainFrame && isAppOrigin(origin),
  );
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, decide) =>
    decide({ cancel: !reachable.some((prefix) => details.url.startsWith(prefix)) }),
  );
}

/** Denies leaving the app's page, frames of other pages, web views and windows. */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}
