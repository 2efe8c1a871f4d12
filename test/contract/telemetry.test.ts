import { mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startSlipway } from '../e2e/app.ts';
import { processesOf } from '../perf/process-tree-memory.ts';
import { repositoryRoot } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

/** Paths that a process holds open. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });
}

it.skipIf(process.platform !== 'linux')('records no telemetry while a model is trained and served', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'slipway-telemetry-'));
  const graph = join(repositoryRoot, 'resources/templates/penguins.slipway.json');
  const { child } = await startSlipway(['up', graph, '--http', '0', '--data-dir', dataDir], 'endpoint.ready');
  const pids = processesOf(child.pid ?? 0);
  expect(pids.length).toBeGreaterThan(1);
  const files = pids.flatMap(openFiles);
  child.kill();
  await new Promise((resolve) => child.once('exit', resolve));
  await removeFolder(dataDir);
  expect(files.some((path) => path.startsWith(dataDir))).toBe(true);
  expect(files.filter((path) => /onnxruntime\.db/.test(path))).toEqual([]);
});
