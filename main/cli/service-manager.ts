import { spawn } from 'node:child_process';

/** The service manager that started this process, where it is systemd or speaks its protocol; else nothing happens. */
export interface ServiceManager {
  /** One line for `systemctl status`. */
  status(text: string): void;
  /**
   * Everything is up. From now on the watchdog is fed three times per period as long as `isHealthy` resolves to true in
   * time; when it does not, the manager ends the service and starts it again.
   */
  ready(text: string, isHealthy: () => Promise<boolean>): void;
  /** Stopping has begun: what is in flight is still answered. Resolves when it was told. */
  stopping(): Promise<void>;
}

interface Options {
  env: NodeJS.ProcessEnv;
  log: (text: string) => void;
}

/** A health check that takes longer counts as failed. */
const healthTimeoutMs = 5_000;

/**
 * Reads `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID` and takes them out of `env`, so that no child speaks for this
 * process. Node has no datagram Unix sockets, so messages go through systemd's own `systemd-notify` (a child, hence
 * `NotifyAccess=all` in the unit).
 */
export function serviceManagerOf({ env, log }: Options): ServiceManager {
  const socket = env['NOTIFY_SOCKET'];
  const watchdogPid = env['WATCHDOG_PID'];
  const periodMs = Number(env['WATCHDOG_USEC']) / 1_000;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  const watched = periodMs > 0 && (watchdogPid === undefined || watchdogPid === String(process.pid));
  let timer: NodeJS.Timeout | undefined;
  let warned = false;

  /** Messages go out one after the other: their order is their meaning. */
  let last: Promise<void> = Promise.resolve();

  function notify(fields: readonly string[]): Promise<void> {
    if (socket === undefined || socket === '') return Promise.resolve();
    last = last.then(() => send(socket, fields));
    return last;
  }

  function send(address: string, fields: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      const child = spawn('systemd-notify', [...fields], {
        env: { PATH: env['PATH'] ?? '/usr/bin:/bin', NOTIFY_SOCKET: address },
        stdio: 'ignore',
        timeout: 10_000,
      });
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (!warned) log(`The service manager cannot be told: systemd-notify failed (${error.code ?? error.message}).`);
        warned = true;
        resolve();
      });
      child.on('close', () => resolve());
    });
  }

  async function feed(isHealthy: () => Promise<boolean>): Promise<void> {
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), healthTimeoutMs).unref());
    const healthy = await Promise.race([isHealthy().catch(() => false), late]);
    if (timer === undefined) return;
    if (healthy) await notify(['WATCHDOG=1']);
    else log('An endpoint does not answer its health check; the watchdog is not fed.');
  }

  return {
    status(text) {
      void notify([`--status=${text}`]);
    },
    ready(text, isHealthy) {
      void notify(['--ready', `--status=${text}`]);
      if (!watched) return;
      timer = setInterval(() => void feed(isHealthy), periodMs / 3);
      void feed(isHealthy);
    },
    async stopping() {
      clearInterval(timer);
      timer = undefined;
      await notify(['STOPPING=1', '--status=Answering what is in flight']);
    },
  };
}
