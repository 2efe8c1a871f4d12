import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Static, so that it also runs where the root has no x86-64 library. */
const emulator = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'qemu-aarch64-static'))
  .find((path) => existsSync(path));

/** Programs and libraries (ELF, 64 bits, AArch64) are started by the emulator. */
const magic = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const mask = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;
const registration = `:slipway-arm64:M::${magic}:${mask}:${emulator ?? ''}:F`;
const register = `mount -t binfmt_misc none /proc/sys/fs/binfmt_misc &&
  printf '%s' "$1" > /proc/sys/fs/binfmt_misc/register`;
const enter = `mount --rbind /proc "$2/proc" && mount --rbind /dev "$2/dev" && mount --bind "$3" "$2/tmp" &&
  root=$2 && shift 3 && exec chroot "$root" "$@"`;

/** Why programs of ARM64 cannot be emulated here; undefined where they can. */
export function whyNoArm64(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'only on Linux x64, to compare with it';
  if (emulator === undefined) return 'there is no qemu-aarch64-static (Debian: qemu-user-static)';
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'there is no apt-get, for the C library';
  const tried = spawnSync('unshare', ['-rm', 'sh', '-c', register, 'sh', registration]);
  return tried.status === 0 ? undefined : 'nobody may register an emulator in a namespace here (Linux 6.7 lets them)';
}

/**
 * Starts a program of an ARM64 root, and by it those it starts, in namespaces of its own: nothing outside sees the
 * emulator or the mounts. The root has empty folders `proc` and `dev`; `shared` is its `/tmp`.
 */
export function startOnArm64(root: string, shared: string, command: readonly string[]): ChildProcess {
  const script = `${register} && ${enter}`;
  return spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', registration, root, shared, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/tmp', SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt' },
  });
}
