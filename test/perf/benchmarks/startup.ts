import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, startSlipway } from '../../e2e/app.ts';
import { desktopFolders, findElectron, openDisplay } from '../../e2e/desktop-runtime.ts';
import { bytesBelow, packageApp, startPackaged } from '../../e2e/packaged-app.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';
import { processorSecondsOfTree, proportionalBytesOfTree } from '../process-tree-memory.ts';

const engineRounds = 7;
const windowRounds = 5;
const settleMs = 15_000;
const idleMs = 30_000;
const mebibyte = 2 ** 20;

/** Ends a child and waits for it. */
function end(child: { kill(): boolean; once(event: 'exit', listener: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

async function engineReadyMs(dataDir: string, log: (text: string) => void): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= engineRounds; round++) {
    const startedMs = performance.now();
    const { child } = await startSlipway(['ui', '--port', '0', '--data-dir', dataDir], 'ui.ready');
    // The first round warms the disk and makes the store.
    if (round > 0) times.push(performance.now() - startedMs);
    await end(child);
  }
  log(`engine ready: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  return median(times);
}

/** One small model served, its run cached: what is up when nothing is asked of it. */
async function idle(dataDir: string, log: (text: string) => void): Promise<{ cpuPercent: number; mebibytes: number }> {
  const graph = join(root, 'resources/templates/penguins.slipway.json');
  const args = ['up', graph, '--http', '0', '--data-dir', dataDir];
  await end((await startSlipway(args, 'endpoint.ready')).child);
  const { child } = await startSlipway(args, 'endpoint.ready');
  const pid = child.pid ?? 0;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const before = processorSecondsOfTree(pid);
  const startedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuPercent = ((processorSecondsOfTree(pid) - before) / seconds) * 100;
  const mebibytes = proportionalBytesOfTree(pid) / mebibyte;
  log(`idle: ${cpuPercent.toFixed(2)} % of a core, ${mebibytes.toFixed(0)} MiB`);
  await end(child);
  return { cpuPercent, mebibytes };
}

/** The largest parts of the package, and the rest, so that the sum is the whole. */
function logParts(folder: string, log: (text: string) => void): number {
  const total = bytesBelow(folder);
  const modules = join(folder, 'resources', 'app.asar.unpacked', 'node_modules');
  const sizes: [string, number][] = [
    ['Node for engine and workers', bytesBelow(join(folder, 'resources', 'node'))],
    ...readdirSync(modules).map((name): [string, number] => [name, bytesBelow(join(modules, name))]),
  ];
  const resources = bytesBelow(join(folder, 'resources'));
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 10);
  const listed = largest.reduce((sum, [, bytes]) => sum + bytes, 0);
  const parts = [['Electron', total - resources] as const, ...largest, ['the rest', resources - listed] as const];
  for (const [name, bytes] of parts) log(`  ${(bytes / mebibyte).toFixed(1).padStart(6)} MiB  ${name}`);
  return total / mebibyte;
}

/** From the start of the process to a graph on the canvas and a Run button that can be pressed. */
async function windowSeconds(output: string, display: string, log: (text: string) => void): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < windowRounds; round++) {
    const startedMs = performance.now();
    const app = await startPackaged(output, display, desktopFolders(display));
    await app.window.locator('.react-flow__node').first().waitFor();
    await app.window.getByRole('banner').getByRole('button', { name: 'Run', exact: true, disabled: false }).waitFor();
    times.push((performance.now() - startedMs) / 1000);
    await app.close();
  }
  log(`window: ${times.map((seconds) => seconds.toFixed(2)).join(', ')} s`);
  return median(times);
}

/** Start, idle cost and installed size. The desktop figures need an Electron runtime and are those of the packaged app. */
export const startup: Benchmark = {
  async measure(log) {
    const dataDir = mkdtempSync(join(tmpdir(), 'slipway-startup-'));
    const figures: Record<string, number> = {};
    const skipped: string[] = [];
    try {
      figures['engineReadyMs'] = await engineReadyMs(dataDir, log);
      const { cpuPercent, mebibytes } = await idle(dataDir, log);
      figures['idleCpuPercent'] = cpuPercent;
      figures['idleMiB'] = mebibytes;
      const runtime = findElectron();
      const display =
        'dir' in runtime && process.platform === 'linux' ? await openDisplay().catch(() => undefined) : undefined;
      if ('reason' in runtime || display === undefined) {
        log(`No desktop figures: ${'reason' in runtime ? runtime.reason : 'no display'}.`);
        skipped.push('windowSeconds', 'installedMiB');
        return { figures, skipped };
      }
      const output = packageApp(runtime.dir);
      try {
        figures['installedMiB'] = logParts(join(output, 'linux-unpacked'), log);
        figures['windowSeconds'] = await windowSeconds(output, display.name, log);
      } finally {
        display.close();
        rmSync(output, { recursive: true, force: true });
      }
      return { figures, skipped };
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
