import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2';
import { freePort } from './free-port.ts';
import { removeFolder } from './remove-folder.ts';

export interface MariaDbServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** Several statements, one after another. */
  execute(statements: readonly string[]): Promise<void>;
  stopNow(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin'];
const program = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path));

/** MariaDB's programs; undefined where it is not installed. */
export function mariaDbPrograms(): { server: string; install: string } | undefined {
  const server = program('mariadbd');
  const install = program('mariadb-install-db');
  return server === undefined || install === undefined ? undefined : { server, install };
}

/** A server of its own in a temporary folder, on a free loopback port, asking for a password. */
export async function startMariaDb(programs: { server: string; install: string }): Promise<MariaDbServer> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-mariadb-'));
  chmodSync(dir, 0o755);
  const data = join(dir, 'data');
  // The server refuses to run as root unless it is named.
  const account = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', `--datadir=${data}`, ...account];
  execFileSync(programs.install, [...common, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: dir,
  });
  const password = 'it’s "secret"';
  const init = join(dir, 'init.sql');
  writeFileSync(
    init,
    `CREATE USER IF NOT EXISTS 'tester'@'%' IDENTIFIED BY '${password.replaceAll("'", "''")}';
GRANT ALL ON *.* TO 'tester'@'%';
CREATE DATABASE IF NOT EXISTS shop;
`,
  );
  const port = await freePort();
  const server = { host: '127.0.0.1', port, user: 'tester', password };
  let child: ChildProcess | undefined;

  const connect = () =>
    new Promise<mysql.Connection>((resolve, reject) => {
      const connection = mysql.createConnection({ ...server, database: 'shop', charset: 'utf8mb4' });
      connection.on('error', () => undefined);
      connection.connect((error) => (error ? reject(error) : resolve(connection)));
    });
  const execute = async (statements: readonly string[]) => {
    const connection = await connect();
    try {
      for (const sql of statements) {
        await new Promise<void>((resolve, reject) => {
          connection.query(sql, (error) => (error ? reject(error) : resolve()));
        });
      }
    } finally {
      connection.destroy();
    }
  };
  const start = async () => {
    const options = [
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--socket=${join(dir, 's')}`,
      `--pid-file=${join(dir, 'pid')}`,
    ];
    child = spawn(programs.server, [...common, ...options, `--init-file=${init}`], { stdio: 'ignore', cwd: dir });
    for (let attempt = 0; ; attempt++) {
      try {
        (await connect()).destroy();
        return;
      } catch (error) {
        if (attempt > 1_200 || child.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  const stopNow = async () => {
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    ...server,
    execute,
    start,
    stopNow,
    remove: async () => {
      if (child?.exitCode === null && child.signalCode === null) await stopNow();
      await removeFolder(dir);
    },
  };
}
