import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, fromWireError, toAppError } from '../../../shared/errors/app-error.ts';
import type { FrontCommand, FrontLoad, FrontMessage, FrontStart } from './front-protocol.ts';
import { maxConnections } from './http-limits.ts';

/** A front that dies is started again, at most this often within a minute. */
const maxRestarts = 3;
const restartWindowMs = 60_000;

interface Front {
  id: number;
  child: ChildProcess;
  load: FrontLoad;
  /** Connections that were handed over. */
  handed: number;
}

export interface FrontPoolOptions {
  count: number;
  tls: FrontStart['tls'];
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

/**
 * Processes in front of a serving process. It takes connections and hands each to the front with the fewest requests
 * outstanding, then the fewest connections.
 */
export class FrontPool {
  /** Where the serving process listens for its fronts: nobody else can reach it. */
  readonly socketPath: string;
  /** Takes the connections of clients; the caller lets it listen. */
  readonly server: Server;
  readonly #options: FrontPoolOptions;
  #fronts: Front[] = [];
  /** CPU time of fronts that have ended. */
  #endedCpuUs = 0;
  #closing = false;

  private constructor(options: FrontPoolOptions, socketPath: string) {
    this.#options = options;
    this.socketPath = socketPath;
    this.server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#hand(socket));
  }

  static async create(options: FrontPoolOptions): Promise<FrontPool> {
    if (process.platform === 'win32') {
      return new FrontPool(options, `\\\\.\\pipe\\slipway-${randomBytes(16).toString('hex')}`);
    }
    await removeStale();
    // Only this user can enter it.
    const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${process.pid}-`));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return new FrontPool(options, join(folder, 'socket'));
  }

  /** Starts the fronts; the socket must be listened on. Errors: `params.invalid` (TLS), `serve.failed`. */
  async start(): Promise<void> {
    this.#fronts = await Promise.all(Array.from({ length: this.#options.count }, (_, id) => this.#launch(id, [])));
  }

  get count(): number {
    return this.#options.count;
  }

  /** What each front has to do. */
  get loads(): readonly { front: number; load: FrontLoad }[] {
    return this.#fronts.map(({ id, load }) => ({ front: id, load }));
  }

  /** CPU time of all fronts since the start, µs. */
  get cpuUs(): number {
    return this.#fronts.reduce((sum, { load }) => sum + load.cpuUs, this.#endedCpuUs);
  }

  /** Takes no more connections, and ends each front after what it answers, or after so long. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    this.server.close();
    await Promise.all(this.#fronts.map(({ child }) => ended(child, timeoutMs)));
  }

  #hand(socket: Socket): void {
    // Its end must not end this process.
    socket.on('error', () => undefined);
    const connections = this.#fronts.reduce((sum, front) => sum + connectionsOf(front), 0);
    const [front] = this.#fronts
      .filter(({ child }) => child.connected)
      .sort((a, b) => outstandingOf(a) - outstandingOf(b) || connectionsOf(a) - connectionsOf(b) || a.id - b.id);
    if (front === undefined || connections >= maxConnections) {
      socket.destroy();
      return;
    }
    front.handed++;
    post(front.child, { type: 'connection' }, socket);
  }

  #launch(id: number, restarts: readonly number[]): Promise<Front> {
    const child = fork(fileURLToPath(new URL('./front-process.ts', import.meta.url)), [], { execArgv: [] });
    const front: Front = {
      id,
      child,
      load: { connections: 0, taken: 0, outstanding: 0, requests: 0, cpuUs: 0 },
      handed: 0,
    };
    return new Promise((resolve, reject) => {
      child.on('message', (message: FrontMessage) => {
        switch (message.type) {
          case 'ready':
            resolve(front);
            return;
          case 'failed':
            reject(fromWireError(message.error));
            child.kill('SIGKILL');
            return;
          case 'load':
            front.load = message.load;
            return;
          case 'log':
            this.#options.log(message.level, message.text);
        }
      });
      child.on('error', (cause) => reject(frontEnded(cause)));
      child.on('exit', () => {
        reject(frontEnded(undefined));
        this.#endedCpuUs += front.load.cpuUs;
        if (!this.#fronts.includes(front)) return;
        this.#fronts = this.#fronts.filter((other) => other !== front);
        if (this.#closing) return;
        this.#options.log('warn', `Front process ${id} ended with its connections.`);
        void this.#restart(id, restarts);
      });
      post(child, { type: 'start', socketPath: this.socketPath, tls: this.#options.tls });
    });
  }

  async #restart(id: number, before: readonly number[]): Promise<void> {
    let restarts = before;
    while (!this.#closing) {
      const nowMs = Date.now();
      restarts = [...restarts.filter((timeMs) => nowMs - timeMs < restartWindowMs), nowMs];
      if (restarts.length > maxRestarts) {
        this.#options.log('error', `Front process ${id} ended ${maxRestarts} times in a minute; it stays out.`);
        // Without any front nobody could ask: the host starts the endpoint again.
        if (this.#fronts.length === 0) process.exit(1);
        return;
      }
      try {
        this.#fronts.push(await this.#launch(id, restarts));
        return;
      } catch (error) {
        this.#options.log('error', toAppError(error).message);
      }
    }
  }
}

const folderPrefix = 'slipway-front-';

/** Folders of processes that were ended before they could remove them. */
async function removeStale(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1]);
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    // That of another user stays.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** A connection that it has not told of is one request to come. */
function outstandingOf({ load, handed }: Front): number {
  return load.outstanding + handed - load.taken;
}

function connectionsOf({ load, handed }: Front): number {
  return load.connections + handed - load.taken;
}

function post(child: ChildProcess, message: FrontCommand, socket?: Socket): void {
  if (!child.connected) {
    socket?.destroy();
    return;
  }
  child.send(message, socket, {}, (error) => {
    if (error !== null) socket?.destroy();
  });
}

function ended(child: ChildProcess, timeoutMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    post(child, { type: 'drain' });
  });
}

function frontEnded(cause: unknown): AppError {
  return new AppError('serve.failed', 'A front process ended before it took connections.', {
    fix: 'Check the log, then start the endpoint again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
