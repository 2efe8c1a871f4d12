import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCluster } from './cluster-client.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

it('names the clock of this machine where the certificate of the cluster is not valid now', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-clock-'));
  const at = (name: string) => join(folder, name);
  try {
    try {
      const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
      const request = ['req', ...kind, '-keyout', at('key.pem'), '-out', at('request.pem'), '-subj', '/CN=localhost'];
      execFileSync('openssl', request, { stdio: 'ignore' });
      // Its last day was yesterday.
      const sign = ['x509', '-req', '-in', at('request.pem'), '-signkey', at('key.pem'), '-days', '-1'];
      execFileSync('openssl', [...sign, '-out', at('certificate.pem')], { stdio: 'ignore' });
    } catch {
      context.skip('openssl is not installed, or makes no certificate that has expired');
    }
    const cert = readFileSync(at('certificate.pem'));
    const server = createServer({ cert, key: readFileSync(at('key.pem')) }, (_request, response) => response.end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        clusters: [
          {
            name: 'test',
            cluster: {
              server: `https://localhost:${port}`,
              'certificate-authority-data': cert.toString('base64'),
            },
          },
        ],
        users: [{ name: 'test', user: { token: 'x' } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      };
      writeFileSync(at('kubeconfig'), JSON.stringify(config));
      const client = openCluster(undefined, { KUBECONFIG: at('kubeconfig') });
      await expect(client.json({ path: '/version' })).rejects.toMatchObject({
        code: 'cluster.unreachable',
        message: expect.stringContaining('not valid now'),
        fix: expect.stringContaining('clock of this machine'),
      });
    } finally {
      server.close();
    }
  } finally {
    await removeFolder(folder);
  }
});
