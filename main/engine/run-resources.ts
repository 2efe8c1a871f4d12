import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResourceSample } from '../../shared/rpc/resource-schemas.ts';
import { machineLoad } from '../compute/devices/machine-load.ts';
import type { GpuReading } from '../compute/devices/read-gpu.ts';
import { replaceFile } from '../compute/paths/replace-file.ts';

/** Of one run, at most: then every second sample is left out and the next ones are taken half as often. */
const mostSamples = 600;
const firstIntervalMs = 500;
const writeEveryMs = 10_000;
/** Older ones are removed; their runs are still listed. */
const keptRuns = 500;

export interface RunResources {
  /** Records until the returned function is called. */
  start(runId: string): () => Promise<void>;
  /** Oldest first; empty where nothing was recorded. */
  read(runId: string): Promise<ResourceSample[]>;
}

/** How busy this machine was during each run, in `resources/RUN.json` of the data directory. */
export function createRunResources(
  dataDir: string,
  gpu?: () => Promise<GpuReading>,
  intervalMs = firstIntervalMs,
): RunResources {
  const folder = join(dataDir, 'resources');
  const live = new Map<string, ResourceSample[]>();
  const fileOf = (runId: string) => join(folder, `${runId}.json`);

  async function write(runId: string, samples: readonly ResourceSample[]): Promise<void> {
    await mkdir(folder, { recursive: true });
    const file = fileOf(runId);
    await writeFile(`${file}.tmp`, JSON.stringify(samples));
    await replaceFile(`${file}.tmp`, file);
  }

  return {
    start(runId) {
      let samples: ResourceSample[] = [];
      live.set(runId, samples);
      let every = intervalMs;
      const load = machineLoad(gpu);
      let writtenMs = Date.now();
      let timer: NodeJS.Timeout | undefined;
      let stopped = false;
      const sample = async (): Promise<void> => {
        samples.push(await load());
        if (samples.length >= mostSamples) {
          samples = samples.filter((_, index) => index % 2 === 1);
          live.set(runId, samples);
          every *= 2;
        }
        // What is recorded must never disturb a run: a full disk leaves it out.
        if (Date.now() - writtenMs > writeEveryMs) {
          writtenMs = Date.now();
          await write(runId, samples).catch(() => undefined);
        }
        next();
      };
      const next = (): void => {
        if (!stopped) timer = setTimeout(() => void sample(), every).unref();
      };
      next();
      return async () => {
        stopped = true;
        clearTimeout(timer);
        if (samples.length > 0) {
          await write(runId, samples)
            .then(() => removeOld(folder))
            .catch(() => undefined);
        }
        live.delete(runId);
      };
    },
    async read(runId) {
      const running = live.get(runId);
      if (running !== undefined) return [...running];
      // Ids of runs are ours, but this one comes from a caller.
      if (!/^[\w-]+$/.test(runId)) return [];
      try {
        return JSON.parse(await readFile(fileOf(runId), 'utf8')) as ResourceSample[];
      } catch {
        return [];
      }
    },
  };
}

/** Names begin with the time of the run. */
async function removeOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  for (const name of names.slice(0, Math.max(0, names.length - keptRuns)))
    await rm(join(folder, name), { force: true });
}
