import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

function has(command: string): boolean {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

const missing = ['systemd-notify', 'systemd-analyze', 'python3'].filter((command) => !has(command));
const why = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not installed)`;
const unit = readFileSync(join(repositoryRoot, 'resources/service/slipway.service'), 'utf8');

describe.skipIf(missing.length > 0)(`the systemd unit${why}`, () => {
  it('is accepted by systemd, every line of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-unit-'));
    try {
      const path = join(folder, 'slipway.service');
      writeFileSync(path, unit.replaceAll('/opt/slipway/bin/node', process.execPath));
      const verified = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path], {
        encoding: 'utf8',
      });
      const about = verified.stderr.split('\n').filter((line) => line.includes('slipway.service'));
      expect(about).toEqual([]);
      expect(verified.status).toBe(0);
    } finally {
      await removeFolder(folder);
    }
  });

  it('leaves the service little to do harm with', () => {
    const path = join(repositoryRoot, 'resources/service/slipway.service');
    const report = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', path], {
      encoding: 'utf8',
    });
    const exposure = Number(/Overall exposure level for slipway.service: ([\d.]+)/.exec(report.stdout)?.[1]);
    expect(exposure).toBeLessThan(2);
  });
});

describe.skipIf(missing.length > 0)(`slipway up under a service manager${why}`, () => {
  let folder: string;
  let manager: ChildProcess;
  let service: ChildProcess;
  const messages: string[] = [];
  const events: Record<string, unknown>[] = [];
  const ended: { code?: number | null } = {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'slipway-service-'));
    const socket = join(folder, 'notify');
    manager = spawn('python3', [join(repositoryRoot, 'test/support/notify_socket.py'), socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (manager.stdout === null) throw new Error('The fake manager has no output.');
    const lines = createInterface({ input: manager.stdout });
    lines.on('line', (line) => messages.push(JSON.parse(line) as string));
    await new Promise((resolve) => lines.once('line', resolve));
    const graph = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
    const args = ['up', graph, '--http', '0', '--json', '--data-dir', join(folder, 'data')];
    service = spawn(process.execPath, [join(repositoryRoot, 'main/cli/slipway.ts'), ...args], {
      env: { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: '1500000' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (service.stdout === null) throw new Error('The service has no output.');
    createInterface({ input: service.stdout }).on('line', (line) =>
      events.push(JSON.parse(line) as Record<string, unknown>),
    );
    service.on('exit', (code) => {
      ended.code = code;
    });
  });
  afterAll(async () => {
    if (service.exitCode === null) service.kill('SIGKILL');
    manager.kill();
    await removeFolder(folder);
  });

  it('says that it is ready once its endpoint answers, and feeds the watchdog', async () => {
    await expect.poll(() => messages).toContain('READY=1');
    await expect.poll(() => events.some((event) => event['type'] === 'endpoint.ready')).toBe(true);
    await expect.poll(() => messages[1]).toMatch(/^STATUS=Running /);
    await expect.poll(() => messages.filter((message) => message === 'WATCHDOG=1').length).toBeGreaterThan(2);
  });

  it('stops feeding the watchdog when its endpoint does not answer, and goes on when it does', async () => {
    const children = execFileSync('ps', ['--ppid', String(service.pid), '-o', 'pid=,args='], { encoding: 'utf8' });
    const serving = Number(
      children
        .split('\n')
        .find((line) => line.includes('serving-process'))
        ?.trim()
        .split(' ')[0],
    );
    expect(serving).toBeGreaterThan(0);
    const fed = (): number => messages.filter((message) => message === 'WATCHDOG=1').length;
    process.kill(serving, 'SIGSTOP');
    try {
      // What was under way when it stopped may still arrive. Fed it is each 750 ms.
      const fedMeanwhile = async (): Promise<number> => {
        const before = fed();
        await new Promise((resolve) => setTimeout(resolve, 2_500));
        return fed() - before;
      };
      await expect.poll(fedMeanwhile).toBe(0);
    } finally {
      process.kill(serving, 'SIGCONT');
    }
    const before = fed();
    await expect.poll(fed).toBeGreaterThan(before);
  });

  it('answers what is in flight after SIGTERM, says that it stops, and ends well', async () => {
    const ready = events.find((event) => event['type'] === 'endpoint.ready');
    const body = JSON.stringify({
      rows: [
        {
          beak_length_mm: 39.1,
          beak_depth_mm: 18.7,
          flipper_length_mm: 181,
          body_mass_g: 3750,
          island: 'Torgersen',
          sex: 'male',
        },
      ],
    });
    const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const sent = request(
        new URL('/v1/models/penguins/predict', String(ready?.['http'])),
        { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => {
            text += chunk.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode, text }));
        },
      );
      sent.on('error', reject);
      sent.write(body.slice(0, 20));
      // What comes after its head is answered, so that has arrived; the rest comes after the signal.
      const signalled = async (): Promise<void> => {
        for (let later = 0; later < 3; later++) await fetch(new URL('/healthz', String(ready?.['http'])));
        service.kill('SIGTERM');
        await expect.poll(() => messages).toContain('STOPPING=1');
        sent.end(body.slice(20));
      };
      signalled().catch(reject);
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.text).toContain('Adelie');
    await expect.poll(() => ended.code).toBe(0);
    expect(messages).toContain('STOPPING=1');
    expect(messages.indexOf('STOPPING=1')).toBeGreaterThan(messages.indexOf('READY=1'));
  });
});
