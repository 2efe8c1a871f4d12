import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, utimesSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeLeasesOfThread, openDeviceLease, readDeviceUses } from './device-lease.ts';
import { readDeviceSharing, writeDeviceSharing } from './device-sharing.ts';
import { removeFolder } from '../../../test/support/remove-folder.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway-devices-'));
});
afterEach(async () => {
  await removeFolder(dir);
});

const lease = (role: 'serving' | 'training', bytes = 2 ** 20) =>
  openDeviceLease({ role, what: `a ${role}`, provider: 'webgpu', bytes }, dir);

/** As if every use had been long ago. */
function rest(): void {
  for (const name of readdirSync(dir)) utimesSync(join(dir, name), 0, 0);
}

describe('sharing a graphics processor', () => {
  it('lets a training wait for an endpoint at work, and not the other way round', async () => {
    const [endpoint, training] = [lease('serving'), lease('training')];
    rest();
    await endpoint.turn();
    expect(await training.turn()).toBeGreaterThan(0);
    await training.turn();
    expect(await endpoint.turn()).toBe(0);
    endpoint.close();
    training.close();
  });

  it('waits for nobody where the other one rests, has ended or is of the same role', async () => {
    const [endpoint, other, training] = [lease('serving'), lease('serving'), lease('training')];
    await other.turn();
    expect(await endpoint.turn()).toBe(0);
    rest();
    expect(await training.turn()).toBe(0);
    await endpoint.turn();
    endpoint.close();
    other.close();
    expect(await training.turn()).toBe(0);
    training.close();
  });

  it('goes by what is set', async () => {
    const [endpoint, training] = [lease('serving'), lease('training')];
    writeDeviceSharing({ first: 'training', memoryMiB: null }, dir);
    const late = lease('serving');
    rest();
    await training.turn();
    expect(await late.turn()).toBeGreaterThan(0);
    writeDeviceSharing({ first: 'nobody', memoryMiB: null }, dir);
    const free = lease('training');
    await endpoint.turn();
    expect(await free.turn()).toBe(0);
    for (const each of [endpoint, training, late, free]) each.close();
  });

  it('stops waiting at a cancel', async () => {
    const [endpoint, training] = [lease('serving'), lease('training')];
    await endpoint.turn();
    expect(await training.turn(AbortSignal.abort())).toBe(0);
    endpoint.close();
    training.close();
  });

  it('refuses what does not fit into the memory that is set', () => {
    writeDeviceSharing({ first: 'serving', memoryMiB: 3 }, dir);
    const first = lease('serving', 2 * 2 ** 20);
    expect(() => lease('training', 2 * 2 ** 20)).toThrow(/needs 2 MiB, 2 MiB of 3 MiB are taken/);
    first.close();
    lease('training', 2 * 2 ** 20).close();
  });

  it('lets in only as many as fit, of processes that come at the same moment', async () => {
    writeDeviceSharing({ first: 'serving', memoryMiB: 3 }, dir);
    const source = `
      import { openDeviceLease } from ${JSON.stringify(import.meta.resolve('./device-lease.ts'))};
      const use = { role: 'training', what: 'x', provider: 'webgpu', bytes: 2 ** 20 };
      try { openDeviceLease(use, process.argv[1]); console.log('in'); } catch { console.log('out'); }
      await new Promise((resolve) => process.stdin.resume().once('end', resolve));`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', source, dir], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const said = await Promise.all(
      children.map(async (child) => {
        const [data] = await once(child.stdout, 'data');
        return String(data).trim();
      }),
    );
    const ended = children.map((child) => once(child, 'exit'));
    for (const child of children) child.stdin.end();
    await Promise.all(ended);
    expect(said.filter((text) => text === 'in')).toHaveLength(3);
  });

  it('forgets processes that have ended, and half-written files', () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const record = { pid, start: '', role: 'serving', what: 'x', provider: 'cuda', bytes: 1, sinceMs: 0, waitedMs: 0 };
    writeFileSync(join(dir, 'gone.lease.json'), JSON.stringify(record));
    writeFileSync(join(dir, 'half.lease.json'), '{"pid":');
    expect(readDeviceUses(dir)).toEqual([]);
    expect(readdirSync(dir)).toEqual(['half.lease.json']);
    const held = lease('training');
    expect(readDeviceUses(dir)).toMatchObject([{ role: 'training', what: 'a training', provider: 'webgpu' }]);
    held.close();
  });

  it('gives back what a thread held that was terminated, and nothing of the others', async () => {
    const held = lease('training');
    const source = `
      import(${JSON.stringify(import.meta.resolve('./device-lease.ts'))}).then(({ openDeviceLease }) => {
        const { parentPort, workerData } = require('node:worker_threads');
        openDeviceLease({ role: 'serving', what: 'a serving', provider: 'webgpu', bytes: 1 }, workerData);
        parentPort.on('message', () => {}).postMessage('held');
      });`;
    const worker = new Worker(source, { eval: true, workerData: dir });
    const { threadId } = worker;
    await once(worker, 'message');
    await worker.terminate();
    const roles = () => readDeviceUses(dir).map(({ role }) => role);
    expect(roles().toSorted()).toEqual(['serving', 'training']);
    closeLeasesOfThread(threadId, dir);
    expect(roles()).toEqual(['training']);
    held.close();
  });

  it('works without a folder that can be written', async () => {
    const nowhere = join(dir, 'file', 'below');
    writeFileSync(join(dir, 'file'), '');
    const held = openDeviceLease({ role: 'training', what: 'x', provider: 'webgpu', bytes: 1 }, nowhere);
    expect(await held.turn()).toBe(0);
    held.close();
    expect(() => writeDeviceSharing({ first: 'nobody', memoryMiB: null }, nowhere)).toThrow(/cannot be written/);
  });

  it('reads the settings of the environment above those of a person, and defaults for what is broken', () => {
    writeFileSync(join(dir, 'sharing.json'), 'no json');
    expect(readDeviceSharing(dir, {})).toEqual({ first: 'serving', memoryMiB: null });
    writeDeviceSharing({ first: 'nobody', memoryMiB: 100 }, dir);
    expect(readDeviceSharing(dir, {})).toEqual({ first: 'nobody', memoryMiB: 100 });
    const env = { SLIPWAY_GPU_FIRST: 'training', SLIPWAY_GPU_MEMORY_MIB: '7' };
    expect(readDeviceSharing(dir, env)).toEqual({ first: 'training', memoryMiB: 7 });
    expect(readDeviceSharing(dir, { SLIPWAY_GPU_FIRST: 'me', SLIPWAY_GPU_MEMORY_MIB: '-1' }).first).toBe('nobody');
  });
});
