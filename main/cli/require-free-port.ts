import { createServer } from 'node:net';
import { listenError } from '../serving/listen-error.ts';

/** Throws `port.in-use` (or what else keeps a server from listening there) before anything is run for it. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, port)));
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
