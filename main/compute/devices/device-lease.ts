import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { z } from 'zod';
import { type DeviceUse, deviceUseSchema } from '../../../shared/devices/device-sharing.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { ExecutionProvider } from '../onnx/session.ts';
import { takeFileLock } from '../paths/file-lock.ts';
import { currentProcess, isAlive } from '../paths/process-identity.ts';
import { devicesFolder, readDeviceSharing } from './device-sharing.ts';

/** What a process tells the others; when it last ran is the time of the file. */
const leaseSchema = deviceUseSchema.omit({ usedMs: true }).extend({ pid: z.number().int(), start: z.string() });
type LeaseRecord = z.output<typeof leaseSchema>;

/** One that ran within this time is still at work: its next batch would meet ours. */
const busyMs = 250;
const pollMs = 20;
/** Longest wait before one run, so that nobody starves: a training chunk is about 100 ms, a batch some ms. */
const longestWaitMs = { serving: 500, training: 2_000 } as const;
/** How often a use is told to the others. */
const touchMs = 50;
/** How often the policy is read anew, and a wait is told. */
const refreshMs = 1_000;

const suffix = '.lease.json';

/** What the names of a thread's leases begin with. */
function prefixOf(thread: number): string {
  const { pid, start } = currentProcess();
  return `${pid}-${start}-${thread}-`;
}

export interface DeviceLease {
  /** Waits where the other role goes first and is at work, for a bounded time; ms waited. Tells the others of the run. */
  turn(signal?: AbortSignal): Promise<number>;
  close(): void;
}

/**
 * Tells every process of this person on the machine that a model is on a graphics processor.
 * Errors: `environment.missing` where it would not fit into the memory that was set for all together.
 */
export function openDeviceLease(
  use: { role: 'serving' | 'training'; what: string; provider: ExecutionProvider; bytes: number },
  dir = devicesFolder(),
): DeviceLease {
  const record: LeaseRecord = { ...currentProcess(), ...use, sinceMs: Date.now(), waitedMs: 0 };
  const path = join(dir, `${prefixOf(threadId)}${randomUUID()}${suffix}`);
  let sharing = readDeviceSharing(dir);
  let readMs = Date.now();
  let toldMs = 0;
  const tell = (work: () => void) => {
    try {
      work();
    } catch {
      // Where nothing can be written, nobody else can be told; the work itself goes on.
    }
  };
  tell(() => mkdirSync(dir, { recursive: true, mode: 0o700 }));
  const release = takeTurnToOpen(dir);
  try {
    refuseWithoutRoom(use, dir);
    tell(() => writeRecord(path, record));
  } finally {
    release?.();
  }
  return {
    async turn(signal) {
      if (Date.now() - readMs > refreshMs) {
        sharing = readDeviceSharing(dir);
        readMs = Date.now();
        if (record.waitedMs > 0) tell(() => writeRecord(path, record));
      }
      const startedMs = performance.now();
      let waitedMs = 0;
      const yields = sharing.first !== 'nobody' && sharing.first !== use.role;
      while (yields && signal?.aborted !== true && isOtherAtWork(dir, use.role)) {
        if (waitedMs >= longestWaitMs[use.role]) break;
        await pause(pollMs);
        waitedMs = performance.now() - startedMs;
      }
      record.waitedMs += waitedMs;
      if (Date.now() - toldMs >= touchMs) {
        toldMs = Date.now();
        tell(() => utimesSync(path, toldMs / 1000, toldMs / 1000));
      }
      return waitedMs;
    },
    close() {
      tell(() => rmSync(path, { force: true }));
    },
  };
}

/** Gives back what a thread of this process held when it ended: one that is terminated closes nothing itself. */
export function closeLeasesOfThread(thread: number, dir = devicesFolder()): void {
  const prefix = prefixOf(thread);
  for (const name of leaseFiles(dir)) {
    if (!name.startsWith(prefix)) continue;
    try {
      rmSync(join(dir, name), { force: true });
    } catch {
      // Where nothing can be removed, it goes with the process.
    }
  }
}

function isOtherAtWork(dir: string, role: LeaseRecord['role']): boolean {
  const nowMs = Date.now();
  return readDeviceUses(dir).some((use) => use.role !== role && Math.abs(nowMs - use.usedMs) < busyMs);
}

/** Whole at once: a reader that met half of it would take the memory for free. */
function writeRecord(path: string, record: LeaseRecord): void {
  writeFileSync(`${path}.new`, JSON.stringify(record));
  renameSync(`${path}.new`, path);
}

function refuseWithoutRoom(use: { what: string; bytes: number }, dir: string): void {
  const { memoryMiB } = readDeviceSharing(dir);
  const takenBytes = readDeviceUses(dir).reduce((sum, { bytes }) => sum + bytes, 0);
  if (memoryMiB !== null && takenBytes + use.bytes > memoryMiB * 2 ** 20) {
    const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
    throw new AppError(
      'environment.missing',
      `There is no room on the graphics processor for ${use.what}: it needs ${mebibytes(use.bytes)}, ${mebibytes(takenBytes)} of ${memoryMiB} MiB are taken.`,
      { fix: 'Set its device to cpu, end what else is there, or allow more memory on the Devices screen.' },
    );
  }
}

/** The way to let the next one look and open; undefined where nothing can be written, or one stopped half-way. */
function takeTurnToOpen(dir: string): (() => void) | undefined {
  for (const untilMs = performance.now() + longestOpenMs; performance.now() < untilMs; ) {
    try {
      const release = takeFileLock(join(dir, 'opening.lock'), staleOpenMs);
      if (release !== undefined) return release;
    } catch {
      return undefined;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, openPollMs);
  }
  return undefined;
}

/** Looking and writing take a millisecond. */
const longestOpenMs = 500;
const staleOpenMs = 5_000;
const openPollMs = 2;

/** Who has a model on a graphics processor now, the newest first; what ended processes left is removed. */
export function readDeviceUses(dir = devicesFolder()): DeviceUse[] {
  const uses: DeviceUse[] = [];
  for (const name of leaseFiles(dir)) {
    const path = join(dir, name);
    try {
      const { pid, start, ...use } = leaseSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      if (isAlive({ pid, start })) uses.push({ ...use, usedMs: statSync(path).mtimeMs });
      else rmSync(path, { force: true });
    } catch {
      // Being written or removed at this moment.
    }
  }
  return uses.sort((a, b) => b.sinceMs - a.sinceMs);
}

function leaseFiles(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith(suffix));
  } catch {
    return [];
  }
}
