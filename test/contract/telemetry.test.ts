import { mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endProcess, startSlipway } from '../e2e/app.ts';
import { processesOf } from '../perf/process-tree-memory.ts';
import { repositoryRoot } from '../support/run-slipway.ts';
import { removeFolder } from '../support/remove-folder.ts';

/** Paths that a process holds open. */
function openFiles(pid: number): string[] {
  let open: string[];
  try {
    open = readdirSync(`/proc/${pid}/fd`);
  } catch {
    // It has ended meanwhile.
    return [];
  }
  return open.flatMap((fd) => {
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
  let pids: number[];
  let files: string[];
  try {
    pids = processesOf(child.pid ?? 0);
    files = pids.flatMap(openFiles);
  } finally {
    await endProcess(child);
    await removeFolder(dataDir);
  }
  expect(pids.length).toBeGreaterThan(1);
  expect(files.some((path) => path.startsWith(dataDir))).toBe(true);
  expect(files.filter((path) => /onnxruntime\.db/.test(path))).toEqual([]);
});
