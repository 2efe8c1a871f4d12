import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeFolder } from '../support/remove-folder.ts';
import { createFailingDisk } from './failing-disk.ts';
import { seededShares } from './seeded-shares.ts';

/** Keys of figures.json. */
export interface PowerFigures {
  powerCuts: number;
  /** Things that were told as done and are checked after every cut that follows. */
  acknowledged: number;
  /** Of these, what a cut took back. */
  lostAcknowledged: number;
  /** Files that are not whole under their own name, databases that fail their check, runs that seem to go on. */
  damagedFiles: number;
  /** Times a part of the product could not be opened, or a run afterwards did not succeed. */
  openFailures: number;
}

const workScript = fileURLToPath(new URL('./power-work.ts', import.meta.url));
const checkScript = fileURLToPath(new URL('./power-check.ts', import.meta.url));
/** The longest start of a process, on a slow machine. */
const patienceMs = 120_000;

/**
 * Works in a data directory on a disk of its own, cuts the power at a random moment, mounts the disk again and checks all
 * that was ever acknowledged; again and again on one disk. Needs what `whyNoFailingDisk` asks for.
 */
export async function losePower(options: {
  cuts: number;
  seed: number;
  log: (text: string) => void;
}): Promise<PowerFigures> {
  const { log } = options;
  const random = seededShares(options.seed);
  const figures = { powerCuts: 0, acknowledged: 0, lostAcknowledged: 0, damagedFiles: 0, openFailures: 0 };
  const folder = await mkdtemp(join(tmpdir(), 'slipway-cuts-'));
  const acknowledgedPath = join(folder, 'acknowledged');
  const disk = await createFailingDisk();
  const dataDir = join(disk.dir, 'data');
  try {
    await writeFile(acknowledgedPath, '');
    for (let cut = 1; cut <= options.cuts; cut++) {
      // One in eight during the start, which the very first time makes the databases.
      const early = random() < 0.125;
      const moment = { afterLines: early ? 0 : 1 + Math.floor(random() * 25), afterMs: random() * (early ? 900 : 25) };
      const lines = await workUntilCut([dataDir, String(options.seed * 1000 + cut), String(cut)], moment, () =>
        disk.cutPower(),
      );
      await disk.restart();
      figures.powerCuts += 1;
      figures.acknowledged += lines.length;
      await appendFile(acknowledgedPath, lines.map((line) => `${line}\n`).join(''));
      for (const problem of await check([dataDir, acknowledgedPath, String(cut)])) {
        log(`cut ${cut}, after ${lines.at(-1) ?? 'nothing'}: ${problem}`);
        if (problem.startsWith('lost: ')) figures.lostAcknowledged += 1;
        else if (problem.startsWith('damaged: ')) figures.damagedFiles += 1;
        else figures.openFailures += 1;
      }
      if (cut % 10 === 0) log(`${cut} cuts: ${JSON.stringify(figures)}`);
    }
    return figures;
  } finally {
    await disk.remove();
    await removeFolder(folder);
  }
}

/** The lines that the work had printed when the power went. */
async function workUntilCut(
  args: readonly string[],
  moment: { afterLines: number; afterMs: number },
  cutPower: () => void,
): Promise<string[]> {
  const child = spawn(process.execPath, [workScript, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { errors, closed } = watch(child);
  const lines: string[] = [];
  try {
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error(`The work does not begin. ${errors()}`)), patienceMs);
      const begin = () => {
        clearTimeout(patience);
        resolve();
      };
      if (moment.afterLines === 0) begin();
      createInterface({ input: child.stdout }).on('line', (line) => {
        lines.push(line);
        if (lines.length >= moment.afterLines) begin();
      });
      child.once('close', (code) => reject(new Error(`The work ended with ${code}. ${errors()}`)));
    });
    await sleep(moment.afterMs);
    const told = [...lines];
    cutPower();
    return told;
  } finally {
    // With its step workers.
    killGroup(child);
    await closed;
  }
}

/** What is not as promised. */
async function check(args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [checkScript, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { errors, closed } = watch(child);
  const patience = setTimeout(() => killGroup(child), patienceMs);
  const problems: string[] = [];
  let whole = false;
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'checked') whole = true;
      else problems.push(JSON.parse(line) as string);
    }
    await closed;
  } finally {
    clearTimeout(patience);
    killGroup(child);
    await closed;
  }
  return whole ? problems : [...problems, `does not open: ${errors()}`];
}

function watch(child: ChildProcess): { errors: () => string; closed: Promise<unknown> } {
  let text = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    text = `${text}${chunk.toString()}`.slice(-4_000);
  });
  const closed = new Promise((resolve) => {
    child.on('close', resolve);
  });
  return { errors: () => text, closed };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
