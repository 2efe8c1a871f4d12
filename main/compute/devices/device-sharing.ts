import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeviceSharing, deviceSharingSchema } from '../../../shared/devices/device-sharing.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { cacheFolder } from '../paths/cache-folder.ts';
import { replaceFileSync } from '../paths/replace-file.ts';

const defaultSharing: DeviceSharing = { first: 'serving', memoryMiB: null };

/** Folder of what processes of this person tell each other about the devices of this machine. */
export function devicesFolder(): string {
  const named = process.env['SLIPWAY_DEVICES_DIR'];
  return named === undefined || named === '' ? cacheFolder('devices') : named;
}

const fileName = 'sharing.json';

/** What a person set, with `SLIPWAY_GPU_FIRST` and `SLIPWAY_GPU_MEMORY_MIB` above it; what cannot be read is as by default. */
export function readDeviceSharing(dir = devicesFolder(), env: NodeJS.ProcessEnv = process.env): DeviceSharing {
  const first = deviceSharingSchema.shape.first.safeParse(env['SLIPWAY_GPU_FIRST']);
  const memory = deviceSharingSchema.shape.memoryMiB.safeParse(Number(env['SLIPWAY_GPU_MEMORY_MIB'] ?? Number.NaN));
  return {
    ...fileSharing(dir),
    ...(first.success ? { first: first.data } : {}),
    ...(memory.success ? { memoryMiB: memory.data } : {}),
  };
}

function fileSharing(dir: string): DeviceSharing {
  try {
    return deviceSharingSchema.parse(JSON.parse(readFileSync(join(dir, fileName), 'utf8')));
  } catch {
    return defaultSharing;
  }
}

/** Holds at once for endpoints and trainings that run. Errors: `disk.read-only`. */
export function writeDeviceSharing(sharing: DeviceSharing, dir = devicesFolder()): void {
  const temporary = join(dir, `.${fileName}.${process.pid}`);
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(sharing)}\n`);
    replaceFileSync(temporary, join(dir, fileName));
  } catch (cause) {
    throw new AppError('disk.read-only', `${dir} cannot be written.`, {
      fix: 'Set SLIPWAY_GPU_FIRST and SLIPWAY_GPU_MEMORY_MIB instead, or name another folder in SLIPWAY_DEVICES_DIR.',
      cause,
    });
  }
}
