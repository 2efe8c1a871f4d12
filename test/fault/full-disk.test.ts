import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../main/engine/engine.ts';
import type { RunEvent } from '../../shared/events/run-events.ts';
import { testGraph } from '../fixtures/kinds/graph.ts';
import { removeFolder } from '../support/remove-folder.ts';

/** Programs of the system, where it has them. */
const commands = { mount: 'mount', umount: 'umount' };
const dir = mkdtempSync(join(tmpdir(), 'slipway-disk-'));
const kindsModule = new URL('../fixtures/kinds/kinds.ts', import.meta.url).href;
const graph = testGraph(
  Object.fromEntries(Array.from({ length: 60 }, (_, value) => [`n${value}`, ['test.number', { value }]])),
);

/** A file system of its own in memory; false where this user may not mount. */
function mount(options: string): boolean {
  try {
    execFileSync(commands.mount, ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const mounted = mount('size=700k');
afterAll(async () => {
  if (mounted) execFileSync(commands.umount, ['-l', dir]);
  await removeFolder(dir);
});

async function run(dataDir: string): Promise<RunEvent[]> {
  const engine = await createEngine({ dataDir, kindsModule });
  try {
    const { runId } = await engine.startRun({ document: graph, baseDir: dataDir });
    const events: RunEvent[] = [];
    for await (const event of engine.runEvents(runId, 0)) events.push(event);
    return events;
  } finally {
    await engine.close();
  }
}

describe.skipIf(!mounted)('a data directory on a disk of its own', () => {
  const dataDir = join(dir, 'data');

  it('that fills up fails steps with the reason, and loses nothing', async () => {
    const first = await run(dataDir);
    const full = first.filter((event) => event.type === 'step.finished' && event.error?.code === 'disk.full');
    expect(full.length).toBeGreaterThan(0);
    expect(first.at(-1)).toMatchObject({ type: 'run.finished', status: 'failed' });
    const done = first.filter((event) => event.type === 'step.finished' && event.status === 'executed');
    expect(done.length).toBeGreaterThan(0);

    execFileSync(commands.mount, ['-o', 'remount,size=50m', dir]);
    const second = (await run(dataDir)).at(-1);
    if (second?.type !== 'run.finished') throw new Error('the run has no end');
    expect(second.status).toBe('succeeded');
    const cached = second.steps.filter(({ status }) => status === 'cached').map(({ id }) => id);
    expect(cached).toEqual(
      expect.arrayContaining(done.map((event) => (event.type === 'step.finished' ? event.id : ''))),
    );
  });

  it('that is read-only is named', async () => {
    const other = join(dir, 'other');
    mkdirSync(other);
    execFileSync(commands.mount, ['-o', 'remount,ro', dir]);
    for (const path of [other, join(dir, 'new')]) {
      await expect(createEngine({ dataDir: path, kindsModule })).rejects.toMatchObject({
        code: 'disk.read-only',
        message: expect.stringContaining(path),
      });
    }
  });
});
