import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'slipway-ro-'));
const data = join(folder, 'data');
mkdirSync(data);
afterAll(() => removeFolder(folder));

/** Root and temporary files read-only as in `ProtectSystem=strict` or a container, but for the data directory. */
const sealed = [
  'mount --make-rprivate /',
  'mount -o remount,bind,ro /',
  `mount --bind '${tmpdir()}' '${tmpdir()}'`,
  `mount -o remount,bind,ro '${tmpdir()}'`,
  `mount --bind '${data}' '${data}'`,
  `mount -o remount,bind,rw '${data}'`,
  `! touch '${folder}/written' 2>/dev/null`,
  `touch '${data}/written'`,
].join(' && ');
const isSealed = spawnSync('unshare', ['-rm', 'sh', '-c', sealed], { stdio: 'ignore' }).status === 0;
const why = isSealed ? '' : ' (skipped: this system lets nobody make a read-only root: unshare and mount)';

describe.skipIf(!isSealed)(`slipway up on a read-only root${why}`, () => {
  let service: ChildProcess | undefined;
  afterAll(() => service?.kill('SIGKILL'));

  it('runs, serves by several processes and ends with nothing writable but its data directory', async () => {
    const document = JSON.parse(
      readFileSync(join(repositoryRoot, 'resources/templates/penguins.slipway.json'), 'utf8'),
    ) as { nodes: Record<string, { params: Record<string, unknown> }> };
    Object.assign(document.nodes['endpoint']?.params ?? {}, { frontProcesses: 2, requestLog: 'full' });
    const graph = join(folder, 'graph.slipway.json');
    writeFileSync(graph, JSON.stringify(document));
    const command = [process.execPath, join(repositoryRoot, 'main/cli/slipway.ts'), 'up', graph, '--http', '0'];
    const script = `${sealed} && exec "$@"`;
    const args = ['-rm', 'sh', '-c', script, 'sh', ...command, '--json', '--data-dir', data];
    const started = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    service = started;
    const said: string[] = [];
    createInterface({ input: started.stderr }).on('line', (line) => said.push(line));
    const ended = new Promise<number | null>((resolve) => started.once('exit', resolve));
    const http = await new Promise<string>((resolve, reject) => {
      createInterface({ input: started.stdout }).on('line', (line) => {
        const event = JSON.parse(line) as Record<string, unknown>;
        if (event['type'] === 'endpoint.ready') resolve(String(event['http']));
      });
      void ended.then((code) => reject(new Error(`It ended with code ${code}:\n${said.slice(-20).join('\n')}`)));
    });
    const response = await fetch(`${http}/v1/models/penguins/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: [{ island: 'Dream' }] }),
    });
    expect(response.status).toBe(200);
    started.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(said.filter((line) => /EROFS|EACCES|read-only/i.test(line))).toEqual([]);
  });
});
