import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeFolder } from '../support/remove-folder.ts';

/** A disk of its own whose power can be cut: an ext4 file system in a file. What was not synced is then really lost. */
export interface FailingDisk {
  /** Where it is mounted. */
  dir: string;
  /** From now on nothing reaches the disk; all that was only in memory is gone. */
  cutPower(): void;
  /** Mounts it as the next start of the machine does, when all that used it has ended: what its journal has is done again. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

// Programs of the system, where it has them.
const commands = { mkfs: 'mkfs.ext4', mount: 'mount', umount: 'umount', perl: 'perl' };
/**
 * Nothing is written before somebody asks for it, and no rename brings the data of the file along: the least that a file
 * system promises.
 */
const options = 'loop,noatime,commit=600,noauto_da_alloc';
/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: as a loss of power, without writing even the journal. */
const shutDown =
  'my $flags = pack("L", 2); open(my $dir, "<", $ARGV[0]) or die "$!\\n"; ioctl($dir, 0x8004587D, $flags) or die "$!\\n";';
const sizeBytes = 192 * 2 ** 20;

/** Why this machine or this user cannot have such a disk; undefined where it can. */
export function whyNoFailingDisk(): string | undefined {
  if (process.platform !== 'linux') return 'Linux only';
  if (process.getuid?.() !== 0) return 'root only';
  const dir = mkdtempSync(join(tmpdir(), 'slipway-disk-probe-'));
  const image = join(dir, 'image');
  const target = join(dir, 'disk');
  mkdirSync(target);
  let mounted = false;
  const tries: [string, string[]][] = [
    ['truncate', ['-s', '16M', image]],
    [commands.mkfs, ['-q', '-F', image]],
    [commands.mount, ['-o', options, image, target]],
    [commands.perl, ['-e', shutDown, target]],
  ];
  let reason: string | undefined;
  for (const [command, args] of tries) {
    const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    if (command === commands.mount) mounted = status === 0;
    if (status === 0) continue;
    reason = `${command}: ${error?.message ?? stderr.trim()}`;
    break;
  }
  // At once, whoever looks into it just now.
  if (mounted) execFileSync(commands.umount, ['-l', target]);
  rmSync(dir, { recursive: true, force: true });
  return reason;
}

export async function createFailingDisk(): Promise<FailingDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-power-'));
  const dir = join(folder, 'disk');
  let starts = 0;
  const imageOf = (start: number) => join(folder, `image-${start}`);
  mkdirSync(dir);
  await writeFile(imageOf(0), '');
  await truncate(imageOf(0), sizeBytes);
  execFileSync(commands.mkfs, ['-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', imageOf(0)]);
  execFileSync(commands.mount, ['-o', options, imageOf(0), dir]);
  let mounted = true;

  async function unmount(): Promise<void> {
    // Processes that were killed let go of it one after the other.
    for (let attempt = 0; mounted; attempt++) {
      const { status, stderr } = spawnSync(commands.umount, [dir], { encoding: 'utf8' });
      if (status === 0) mounted = false;
      else if (attempt === 600) throw new Error(stderr);
      else await sleep(50);
    }
  }

  return {
    dir,
    cutPower() {
      execFileSync(commands.perl, ['-e', shutDown, dir]);
    },
    async restart() {
      await unmount();
      // A copy: where another program has the mounts of before in a name space of its own, as the sandbox of a browser has,
      // the file system without power lives on, and the same file would give that one again.
      starts += 1;
      execFileSync('cp', ['--sparse=always', imageOf(starts - 1), imageOf(starts)]);
      await rm(imageOf(starts - 1));
      execFileSync(commands.mount, ['-o', options, imageOf(starts), dir]);
      mounted = true;
    },
    async remove() {
      await unmount();
      await removeFolder(folder);
    },
  };
}
