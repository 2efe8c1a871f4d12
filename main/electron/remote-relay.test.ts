import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer as createPlainServer, get, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { checkRemoteEngine, openRemoteRelay } from './remote-relay.ts';
import { removeFolder } from '../../test/support/remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-relay-'));
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) server.close();
  await removeFolder(folder);
});

/** Answers as an engine does whose token is `right`. */
const engine: RequestListener = (request, response) => {
  response.writeHead(request.headers.authorization === 'Bearer right' ? 200 : 401).end('hello');
};

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
}

/** A certificate that no authority vouches for; undefined without OpenSSL, or where it makes none that has ended. */
function selfSigned(name: string, days = '2'): { cert: string; key: string } | undefined {
  const [cert, key, asked] = [join(folder, `${name}.crt`), join(folder, `${name}.key`), join(folder, `${name}.csr`)];
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  try {
    openssl('req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', asked, '-subj', '/CN=localhost');
    openssl('x509', '-req', '-in', asked, '-signkey', key, '-out', cert, '-days', days);
  } catch {
    return undefined;
  }
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

function textAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', headers: { authorization: 'Bearer right' } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}

const portOf = (url: string): number => Number(new URL(url).port);

it('connects to an engine of this machine, and says when the token is wrong or nothing answers', async () => {
  const port = await listen(createPlainServer(engine));
  const url = `http://127.0.0.1:${port}`;
  expect(await checkRemoteEngine({ url, token: 'right' })).toEqual({ status: 'connected' });
  expect(await checkRemoteEngine({ url, token: 'wrong' })).toMatchObject({ status: 'failed' });
  expect(await checkRemoteEngine({ url: 'http://127.0.0.1:1', token: 'right' })).toMatchObject({ status: 'failed' });
  expect(await checkRemoteEngine({ url: 'ftp://127.0.0.1', token: 'right' })).toMatchObject({ status: 'failed' });
  expect(await checkRemoteEngine({ url: 'nonsense', token: 'right' })).toMatchObject({ status: 'failed' });
});

it('asks before it speaks to another machine without TLS', async () => {
  expect(await checkRemoteEngine({ url: 'http://192.0.2.1:4680', token: 'right' })).toEqual({
    status: 'not-encrypted',
  });
});

const unheard = { log: () => undefined, onUntrusted: () => undefined };
const first = selfSigned('first');
const second = selfSigned('second');
describe.skipIf(first === undefined)(`over TLS${first === undefined ? ' (skipped: no openssl)' : ''}`, () => {
  it('trusts a certificate on first use and refuses another one later', async () => {
    if (first === undefined || second === undefined) return;
    const url = `https://127.0.0.1:${await listen(createTlsServer(first, engine))}`;
    const asked = await checkRemoteEngine({ url, token: 'right' });
    if (asked.status !== 'untrusted') throw new Error(`not asked: ${asked.status}`);
    expect(asked.fingerprint).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
    const { fingerprint } = asked;
    expect(await checkRemoteEngine({ url, token: 'right', fingerprint })).toEqual({ status: 'connected' });

    const relay = await openRemoteRelay({ url, token: 'right', fingerprint }, unheard);
    expect(await textAt(portOf(relay.url))).toBe('hello');
    relay.close();

    const impostor = `https://127.0.0.1:${await listen(createTlsServer(second, engine))}`;
    const changed = await checkRemoteEngine({ url: impostor, token: 'right', fingerprint });
    if (changed.status !== 'changed') throw new Error(`not refused: ${changed.status}`);
    // The new one, for a person to compare and to trust in turn.
    expect(changed.fingerprint).toMatch(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/);
    expect(changed.fingerprint).not.toBe(fingerprint);
    expect(await checkRemoteEngine({ url: impostor, token: 'right', fingerprint: changed.fingerprint })).toEqual({
      status: 'connected',
    });
    const log: string[] = [];
    let told = 0;
    const refused = await openRemoteRelay(
      { url: impostor, token: 'right', fingerprint },
      { log: (text) => log.push(text), onUntrusted: () => (told += 1) },
    );
    for (let attempt = 0; attempt < 2; attempt++) await expect(textAt(portOf(refused.url))).rejects.toThrow();
    expect(log.join()).toContain('certificate is not trusted');
    expect(told).toBe(1);
    refused.close();
  });

  const old = selfSigned('old', '-1');
  const none = old === undefined ? ' (skipped: this openssl makes no expired certificate)' : '';
  it.skipIf(old === undefined)(`says that a certificate has expired, and keeps to a trusted one${none}`, async () => {
    if (old === undefined) return;
    const url = `https://127.0.0.1:${await listen(createTlsServer(old, engine))}`;
    const asked = await checkRemoteEngine({ url, token: 'right' });
    if (asked.status !== 'untrusted') throw new Error(`not asked: ${asked.status}`);
    expect(asked.expiredMs).toBeLessThan(Date.now());
    const { fingerprint } = asked;
    expect(await checkRemoteEngine({ url, token: 'right', fingerprint })).toEqual({ status: 'connected' });
    if (first === undefined) return;
    const renewed = `https://127.0.0.1:${await listen(createTlsServer(first, engine))}`;
    expect(await checkRemoteEngine({ url: renewed, token: 'right', fingerprint })).toMatchObject({
      status: 'changed',
      expiredMs: null,
    });
  });
});
