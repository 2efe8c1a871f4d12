import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A graphics processor as NVIDIA's driver tells of it; null where it does not. */
export interface GpuState {
  /** Stays the same over restarts: `GPU-…`. */
  uuid: string;
  /** 0 to 1: the share of time in which it ran something. */
  busyShare: number | null;
  memoryTotalBytes: number | null;
  memoryUsedBytes: number | null;
  watts: number | null;
}

const fields = 'uuid,utilization.gpu,memory.total,memory.used,power.draw';
const timeoutMs = 2_000;
/** Those who ask meanwhile share a reading: each starts a process. */
const keptMs = 1_000;

const run = promisify(execFile);

let isInstalled = true;
let latest: { atMs: number; states: Promise<GpuState[]> } | undefined;

/** All graphics processors of NVIDIA in this machine; empty where there are none or their driver does not answer. */
export function readGpuStates(): Promise<GpuState[]> {
  if (!isInstalled) return Promise.resolve([]);
  const nowMs = performance.now();
  if (latest === undefined || nowMs - latest.atMs > keptMs) latest = { atMs: nowMs, states: ask() };
  return latest.states;
}

async function ask(): Promise<GpuState[]> {
  try {
    const { stdout } = await run('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits'], {
      timeout: timeoutMs,
      windowsHide: true,
    });
    return parseGpuStates(stdout);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') isInstalled = false;
    return [];
  }
}

/** Of the answer of `nvidia-smi`: a line per processor, memory in MiB, `[N/A]` for what a processor does not tell. */
export function parseGpuStates(text: string): GpuState[] {
  return text.split('\n').flatMap((line) => {
    const [uuid = '', busy, total, used, watts] = line.split(',').map((cell) => cell.trim());
    if (!uuid.startsWith('GPU-')) return [];
    return [
      {
        uuid,
        busyShare: scaled(busy, 0.01),
        memoryTotalBytes: scaled(total, 2 ** 20),
        memoryUsedBytes: scaled(used, 2 ** 20),
        watts: scaled(watts, 1),
      },
    ];
  });
}

function scaled(cell: string | undefined, unit: number): number | null {
  return cell !== undefined && /^\d+(\.\d+)?$/.test(cell) ? Number(cell) * unit : null;
}
