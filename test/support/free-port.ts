import { createServer } from 'node:net';

/** Below those that the system gives to connections on its own, so that none of them takes it over a restart. */
const range = { first: 20_000, count: 12_000 };

/** A port of 127.0.0.1 that nobody listens on, for a server that has to be told one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = range.first + Math.floor(Math.random() * range.count);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
