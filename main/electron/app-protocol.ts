import { readFile } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import type { Session } from 'electron';
import { contentTypeOf } from '../../shared/app/content-type.ts';
import { shellOrigin } from '../../shared/app/shell-origin.ts';

/** The engine listens on a port of its own choice on loopback; nothing else may be reached. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  'connect-src ws://127.0.0.1:*',
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function notFound(): Response {
  return new Response('Not found', { status: 404 });
}

/** Serves the built app from `dir` at `shellOrigin`; any other host and any path outside the folder is not found. */
export function serveApp(session: Session, dir: string): void {
  session.protocol.handle('https', async (request) => {
    const url = new URL(request.url);
    if (url.origin !== shellOrigin) return notFound();
    try {
      const full = normalize(join(dir, decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname)));
      if (!full.startsWith(dir + sep)) return notFound();
      return new Response(new Uint8Array(await readFile(full)), {
        headers: {
          'Content-Type': contentTypeOf(full),
          'Content-Security-Policy': contentSecurityPolicy,
          'X-Content-Type-Options': 'nosniff',
        },
      });
    } catch {
      return notFound();
    }
  });
}
