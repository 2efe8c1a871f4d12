import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { removeFolder } from './remove-folder.ts';

function find(...paths: string[]): string | undefined {
  return paths.find((path) => existsSync(path));
}

export const mosquittoPath = find('/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto');
export const redisServerPath = find(
  '/usr/bin/redis-server',
  '/usr/local/bin/redis-server',
  '/opt/homebrew/bin/redis-server',
);

/** A broker of this machine on a port of its own, with state that outlives a restart. */
export interface Broker {
  readonly port: number;
  start(): Promise<void>;
  /** Ends it at once, as a crash would, or in order, so that it writes its state. */
  stop(how: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  remove(): Promise<void>;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}

async function broker(command: string, args: (dir: string, port: number) => string[]): Promise<Broker> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-broker-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const stop: Broker['stop'] = async (how) => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(how);
    await ended;
  };
  return {
    port,
    start: async () => {
      const started = spawn(command, args(dir, port), { stdio: 'ignore' });
      child = started;
      while (!(await answers(port))) {
        if (started.exitCode !== null) throw new Error(`${command} ended with ${started.exitCode}.`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    stop,
    remove: async () => {
      await stop('SIGKILL');
      await removeFolder(dir);
    },
  };
}

export function mosquitto(): Promise<Broker> {
  return broker(mosquittoPath ?? '', (dir, port) => {
    const config = join(dir, 'mosquitto.conf');
    writeFileSync(
      config,
      [
        `listener ${port} 127.0.0.1`,
        'allow_anonymous true',
        'persistence true',
        `persistence_location ${dir}/`,
        '',
      ].join('\n'),
    );
    // As root it would become another user, who may not write here.
    if (process.getuid?.() === 0) writeFileSync(config, 'user root\n', { flag: 'a' });
    return ['-c', config];
  });
}

export function redisServer(): Promise<Broker> {
  return broker(redisServerPath ?? '', (dir, port) =>
    `--port ${port} --bind 127.0.0.1 --dir ${dir} --appendonly yes --appendfsync always`.split(' '),
  );
}
