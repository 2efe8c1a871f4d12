import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface UpdateFeed {
  url: string;
  /** What was asked for, in order. */
  asked: string[];
  close(): void;
}

/** A web server as a release leaves it: one version's file for Linux, and the description of it by channel. */
export function startUpdateFeed(version: string, options: { honest: boolean }): Promise<UpdateFeed> {
  const file = Buffer.from(`an AppImage of version ${version}`.repeat(100));
  const promised = options.honest ? file : Buffer.from('another file');
  const sha512 = createHash('sha512').update(promised).digest('base64');
  const name = `Slipway-${version}.AppImage`;
  const feed = [
    `version: ${version}`,
    'files:',
    `  - url: ${name}`,
    `    sha512: ${sha512}`,
    `    size: ${file.length}`,
    `path: ${name}`,
    `sha512: ${sha512}`,
    `releaseDate: '2030-01-01T00:00:00.000Z'`,
    '',
  ].join('\n');
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    asked.push(path);
    if (path === '/latest-linux.yml') response.end(feed);
    else if (path === `/${name}`) response.end(file);
    else response.writeHead(404).end();
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, asked, close: () => server.close() });
    });
  });
}
