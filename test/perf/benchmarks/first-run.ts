import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from '../benchmark.ts';
import { residentBytesOfTree } from '../process-tree-memory.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

interface CommandRun {
  seconds: number;
  /** Highest sum of resident memory over all processes of the command, sampled every 100 ms. */
  peakBytes: number;
  result: { status: string; steps: { id: string; status: string }[]; metrics: Record<string, Record<string, number>> };
}

/** One whole `slipway run` command as a person would start it. */
function runFlightDelays(dataDir: string): Promise<CommandRun> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const args = ['main/cli/slipway.ts', 'run', 'resources/templates/flight-delays.slipway.json', '--json'];
    const child = spawn(process.execPath, [...args, '--data-dir', dataDir], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let peakBytes = 0;
    const sampler = setInterval(() => {
      if (child.pid !== undefined) peakBytes = Math.max(peakBytes, residentBytesOfTree(child.pid));
    }, 100);
    let last = '';
    createInterface({ input: child.stdout }).on('line', (line) => {
      last = line;
    });
    child.on('close', (code) => {
      clearInterval(sampler);
      const seconds = (performance.now() - started) / 1000;
      if (code === 0) resolve({ seconds, peakBytes, result: JSON.parse(last) as CommandRun['result'] });
      else reject(new Error(`slipway run ended with ${code}: ${last}`));
    });
  });
}

/** flight-delays from an empty data directory, then the same command again. */
export const firstRun: Benchmark = {
  async measure(log) {
    const dataDir = mkdtempSync(join(tmpdir(), 'slipway-first-run-'));
    try {
      const cold = await runFlightDelays(dataDir);
      log(`cold: ${cold.seconds.toFixed(1)} s, peak ${(cold.peakBytes / 1024 ** 3).toFixed(2)} GiB`);
      const cached = await runFlightDelays(dataDir);
      log(`cached: ${cached.seconds.toFixed(2)} s`);
      const ran = cached.result.steps.filter((step) => step.status !== 'cached');
      if (ran.length > 0) throw new Error(`The second run was to be cached, but: ${JSON.stringify(ran)}`);
      const testRocAuc = cold.result.metrics['evaluate']?.['rocAuc'];
      if (testRocAuc === undefined) throw new Error('The run gave no metrics.evaluate.rocAuc.');
      const linux = process.platform === 'linux';
      return {
        figures: {
          coldSeconds: cold.seconds,
          cachedSeconds: cached.seconds,
          ...(linux ? { peakMemoryGiB: cold.peakBytes / 1024 ** 3 } : {}),
          testRocAuc,
        },
        skipped: linux ? [] : ['peakMemoryGiB'],
      };
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
