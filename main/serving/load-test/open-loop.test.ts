import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runOpenLoop } from './open-loop.ts';

let server: Server;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

it('tells requests that were sent and not answered from those that found no connection', async () => {
  const result = await runOpenLoop({
    target: { host: '127.0.0.1', port: (server.address() as AddressInfo).port, tls: false },
    requests: [Buffer.from('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n')],
    ratePerSecond: 200,
    seconds: 0.2,
    maxConnections: 2,
    graceMs: 50,
    seed: 1,
  });
  expect(result.offered).toBeGreaterThan(2);
  expect(result).toMatchObject({ statuses: {}, broken: 0, hung: result.offered, unsent: result.offered - 2 });
});
