import { execFileSync, type StdioOptions } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface PostgresServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** As a signal would end it, without waiting for clients. */
  stopNow(): void;
  start(): void;
  remove(): void;
}

/** Folder of PostgreSQL's programs; undefined where it is not installed. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : [];
  const folders = [...(process.env['PATH'] ?? '').split(':'), ...versions];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')));
}

/** A server of its own in a temporary folder, on a free loopback port, asking for a password. */
export async function startPostgres(programs: string): Promise<PostgresServer> {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-postgres-'));
  const account = unprivileged();
  if (account !== undefined) chownSync(dir, account.uid, account.gid);
  const run = (program: string, args: string[], stdio: StdioOptions = ['ignore', 'ignore', 'pipe']) =>
    execFileSync(join(programs, program), args, { stdio, cwd: dir, ...account });
  const data = join(dir, 'data');
  const password = 'it’s "secret"';
  const passwordFile = join(dir, 'password');
  writeFileSync(passwordFile, password, { mode: 0o644 });
  run('initdb', [
    '-D',
    data,
    '-U',
    'tester',
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--no-sync',
  ]);
  const port = await freePort();
  // The server keeps what it inherits open, so that waiting for the end of a pipe would last as long as the server.
  const start = () => {
    run(
      'pg_ctl',
      ['-D', data, '-w', '-l', join(dir, 'log'), '-o', `-h 127.0.0.1 -p ${port} -k ${dir} -c fsync=off`, 'start'],
      'ignore',
    );
  };
  const stopNow = () => run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop'], 'ignore');
  start();
  return {
    host: '127.0.0.1',
    port,
    user: 'tester',
    password,
    start,
    stopNow,
    remove: () => {
      try {
        stopNow();
      } catch {
        // It is not running any more.
      }
      rmSync(dir, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    },
  };
}

/** PostgreSQL does not run as root. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}
