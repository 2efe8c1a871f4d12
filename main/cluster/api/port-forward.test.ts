import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { forwardPort } from './port-forward.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

// Channels of a forwarded port, after the API's description: data and errors, each begun by the port's number.
const dataChannel = 0;
const errorChannel = 1;

let folder: string;
let server: Server;
let sockets: WebSocketServer;
let ready: boolean;
let answer: (request: string) => { channel: number; text: string };
const asked: string[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-forward-'));
  ready = true;
  asked.length = 0;
  answer = () => ({
    channel: dataChannel,
    text: 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello',
  });
  server = createServer((_request, response) => {
    const condition = { type: 'Ready', status: ready ? 'True' : 'False' };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ items: [{ metadata: { name: 'pod-1' }, status: { conditions: [condition] } }] }));
  });
  sockets = new WebSocketServer({ server, handleProtocols: (offered) => [...offered][0] ?? false });
  sockets.on('connection', (socket, request) => {
    asked.push(request.url ?? '');
    for (const channel of [dataChannel, errorChannel]) socket.send(Buffer.from([channel, 0x1f, 0x90]));
    socket.on('message', (message: Buffer) => {
      const { channel, text } = answer(message.subarray(1).toString());
      socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: { token: 'secret' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(config));
});
afterEach(async () => {
  for (const client of sockets.clients) client.terminate();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await removeFolder(folder);
});

function forward(port = 0) {
  const env = { KUBECONFIG: join(folder, 'kubeconfig') };
  return forwardPort({ context: undefined, namespace: 'n', labelSelector: 'a=b', podPort: 8080, port, env });
}

it('leads to a pod that is ready, for each connection anew', async () => {
  const forwarded = await forward();
  try {
    for (let i = 0; i < 2; i++) expect(await (await fetch(`${forwarded.url}/v2`)).text()).toBe('hello');
    expect(asked).toEqual(Array.from({ length: 2 }, () => '/api/v1/namespaces/n/pods/pod-1/portforward?ports=8080'));
  } finally {
    await forwarded.close();
  }
  await expect(fetch(forwarded.url)).rejects.toThrow();
  await expect.poll(() => sockets.clients.size).toBe(0);
});

it('says that no pod is ready, or that the port is taken', async () => {
  const { port } = server.address() as AddressInfo;
  await expect(forward(port)).rejects.toMatchObject({ code: 'port.in-use' });
  ready = false;
  await expect(forward()).rejects.toMatchObject({ code: 'serve.not-ready', fix: expect.stringContaining('Wait') });
});

it('ends a connection that the pod refuses', async () => {
  answer = () => ({ channel: errorChannel, text: 'nothing listens there' });
  const forwarded = await forward();
  try {
    await expect(fetch(forwarded.url)).rejects.toThrow();
  } finally {
    await forwarded.close();
  }
});
