import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { networkVariables } from './network-variables.ts';

const asked: string[] = [];
let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('answer');
  });
  // How a proxy is asked; what it would answer is of no interest.
  server.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** URLs as the server saw them when a process with these settings fetched. */
async function fetched(urls: readonly string[], environment: NodeJS.ProcessEnv): Promise<string[]> {
  asked.length = 0;
  const script = `for (const url of ${JSON.stringify(urls)}) await fetch(url).then((answer) => answer.text(), () => undefined); process.exit();`;
  const given = {
    ...environment,
    ...networkVariables({ proxy: `http://127.0.0.1:${port}`, certificates: '' }, environment),
  };
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: given });
  return [...asked];
}

it('sends an engine through the proxy, and never to its own endpoints', async () => {
  const { PATH } = process.env;
  const urls = ['http://models.example/list', `http://127.0.0.1:${port}/own`];
  expect(await fetched(urls, { PATH })).toEqual(['models.example:80', '/own']);
  const inherited = { PATH, http_proxy: 'http://127.0.0.1:9', no_proxy: 'other.example' };
  expect(await fetched(urls, inherited)).toEqual(['models.example:80', '/own']);
});

it('keeps exceptions of the machine, and says nothing where nothing is set', () => {
  const { NO_PROXY } = networkVariables({ proxy: 'http://proxy:3128', certificates: '' }, { no_proxy: '.corp' });
  expect(NO_PROXY).toBe('.corp,localhost,127.0.0.1,[::1]');
  expect(networkVariables({ proxy: '', certificates: '' }, {})).toEqual({});
  expect(networkVariables({ proxy: '', certificates: '/etc/ca.pem' }, {})).toEqual({
    NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
  });
});
