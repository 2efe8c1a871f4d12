import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface UpdateFeed {
  url: string;
  /** What was asked for, in order. */
  asked: string[];
  close(): void;
}

/** One version's file for Linux, and the description of it. */
function release(version: string, honest: boolean): { name: string; file: Buffer; feed: string } {
  const file = Buffer.from(`an AppImage of version ${version}`.repeat(100));
  const promised = honest ? file : Buffer.from('another file');
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
  return { name, file, feed };
}

/** A web server as releases leave it: the newest version, and perhaps an earlier one below its own name. */
export function startUpdateFeed(
  version: string,
  { honest, earlier }: { honest: boolean; earlier?: string },
): Promise<UpdateFeed> {
  const files = new Map<string, Buffer | string>();
  for (const [folder, each] of [
    ['', version],
    [`/v${earlier}`, earlier],
  ] as const) {
    if (each === undefined) continue;
    const { name, file, feed } = release(each, honest);
    files.set(`${folder}/latest-linux.yml`, feed).set(`${folder}/${name}`, file);
  }
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    asked.push(path);
    const found = files.get(path);
    if (found === undefined) response.writeHead(404).end();
    else response.end(found);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({ url: `http://127.0.0.1:${port}`, asked, close: () => server.close() });
    });
  });
}
