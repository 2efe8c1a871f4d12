import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { endProcess, startSlipway } from '../e2e/app.ts';
import { runSlipway } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-ui-access-'));
const dataDir = join(folder, 'data');
const [cert, key] = [join(folder, 'ui.crt'), join(folder, 'ui.key')];
afterAll(() => removeFolder(folder));

function hasCertificate(): boolean {
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-subj',
    '/CN=localhost',
  ];
  try {
    execFileSync('openssl', args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function statusOf(url: URL): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { ca: readFileSync(cert), checkServerIdentity: () => undefined }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}

const openssl = hasCertificate();

describe.skipIf(!openssl)(`slipway ui over TLS${openssl ? '' : ' (skipped: no openssl)'}`, () => {
  it('serves the app over TLS and keeps its token in a file', async () => {
    const tokenFile = join(folder, 'token');
    const args = ['ui', '--port', '0', '--data-dir', dataDir, '--token-file', tokenFile];
    const { child, event } = await startSlipway([...args, '--tls-cert', cert, '--tls-key', key], 'ui.ready');
    const url = new URL(String(event['url']));
    try {
      expect(url.protocol).toBe('https:');
      expect(url.hash).toBe(`#token=${readFileSync(tokenFile, 'utf8').trim()}`);
      expect(statSync(tokenFile).mode & 0o777).toBe(0o600);
      expect(await statusOf(new URL('/healthz', url))).toBe(200);
    } finally {
      await endProcess(child);
    }
    const again = await startSlipway(args, 'ui.ready');
    await endProcess(again.child);
    expect(new URL(String(again.event['url'])).hash).toBe(url.hash);
  });
});

it.each([
  ['a certificate without its key', ['--tls-cert', cert]],
  ['a file that is not there', ['--tls-cert', join(folder, 'no.crt'), '--tls-key', join(folder, 'no.key')]],
  ['a token that is too short', ['--token-file', join(folder, 'short')]],
])('refuses %s with exit 2', async (_what, options) => {
  writeFileSync(join(folder, 'short'), 'abc\n');
  const { code } = await runSlipway(['ui', '--port', '0', ...options], dataDir);
  expect(code).toBe(2);
});
