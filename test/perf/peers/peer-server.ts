import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { processorSecondsOfTree } from '../process-tree-memory.ts';

const here = dirname(fileURLToPath(import.meta.url));
const startLimitMs = 120_000;
const stopLimitMs = 15_000;

export interface PeerServer {
  port: number;
  /** CPU time of the server and everything it started, so far. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

/**
 * Starts a server script of this folder in the interpreter named by SLIPWAY_PEERS_PYTHON; undefined, with the reason
 * logged, when there is no interpreter or the script ends before it listens.
 */
export async function startPeer(
  script: string,
  args: readonly string[],
  log: (text: string) => void,
): Promise<PeerServer | undefined> {
  const python = process.env['SLIPWAY_PEERS_PYTHON'];
  if (python === undefined || python === '') {
    log('SLIPWAY_PEERS_PYTHON is not set: no comparison.');
    return undefined;
  }
  // A group of its own: whatever it starts ends with it.
  const child = spawn(python, [join(here, script), ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2_000);
  });
  const port = await portOf(child);
  if (port === undefined) {
    log(`${script} did not start in ${python}: ${stderr.trim().split('\n').at(-1) ?? ''}`);
    await stop(child);
    return undefined;
  }
  return { port, cpuSeconds: () => processorSecondsOfTree(child.pid ?? 0), stop: () => stop(child) };
}

function portOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), startLimitMs);
    const finish = (port: number | undefined) => {
      clearTimeout(timer);
      resolve(port);
    };
    child.once('exit', () => finish(undefined));
    child.once('error', () => finish(undefined));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const port = /^\{"port": (\d+)\}$/.exec(line)?.[1];
      if (port !== undefined) finish(Number(port));
    });
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid as number), name);
    } catch {
      // Ended meanwhile.
    }
  };
  return new Promise((resolve) => {
    const timer = setTimeout(() => signal('SIGKILL'), stopLimitMs);
    child.once('exit', () => {
      clearTimeout(timer);
      // Ray's own processes outlive its driver for a moment.
      signal('SIGTERM');
      resolve();
    });
    signal('SIGTERM');
  });
}
