import type { Readable } from 'node:stream';

/** Where a started engine listens. */
export interface EngineAddress {
  /** `ws://127.0.0.1:PORT/rpc` */
  url: string;
  token: string;
}

/** A running engine process, whatever started it. */
export interface EngineProcess {
  readonly stdout: Readable;
  readonly stderr: Readable;
  kill(): void;
  onExit(listener: (code: number | null) => void): void;
}

/** One of two ways to start the engine process: Electron's utilityProcess, or a Node child. */
export type EngineLauncher = (args: readonly string[]) => EngineProcess;

export interface EngineHostOptions {
  launch: EngineLauncher;
  log: (text: string) => void;
  onState: (state: 'ready' | 'restarting' | 'failed', detail?: string) => void;
}

export interface EngineHost {
  /** Resolves when the engine answers; after a crash, with the address of the new one. */
  address(): Promise<EngineAddress>;
  stop(): void;
}

const readyTimeoutMs = 60_000;
const longestPauseMs = 15_000;
/** An engine that lived this long starts its back-off anew. */
const stableAfterMs = 60_000;

/** Keeps one engine running: starts it, restarts it with back-off when it ends, tells what happened. */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  let stopped = false;
  let failures = 0;
  let current: EngineProcess | undefined;
  let address: Promise<EngineAddress> = start();

  function start(): Promise<EngineAddress> {
    const startedAt = Date.now();
    const engine = options.launch(['ui', '--json', '--port', '0']);
    current = engine;
    let lastError = '';
    engine.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      lastError = text.trim() || lastError;
      options.log(text.trimEnd());
    });
    const ready = readAddress(engine);
    ready.then(
      () => options.onState('ready'),
      () => undefined,
    );
    engine.onExit((code) => {
      if (stopped) return;
      options.log(`The engine ended with code ${code}.`);
      failures = Date.now() - startedAt > stableAfterMs ? 1 : failures + 1;
      const pauseMs = Math.min(longestPauseMs, 250 * 2 ** failures);
      options.onState(failures > 5 ? 'failed' : 'restarting', lastError);
      address = new Promise((resolve, reject) => {
        setTimeout(() => {
          if (!stopped) start().then(resolve, reject);
        }, pauseMs);
      });
      address.catch(() => undefined);
    });
    return ready;
  }

  return {
    address: () => address,
    stop() {
      stopped = true;
      current?.kill();
    },
  };
}

/** Reads stdout up to the line `{type: "ui.ready", url}` whose fragment carries the token. */
function readAddress(engine: EngineProcess): Promise<EngineAddress> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The engine did not start in time.')), readyTimeoutMs);
    let pending = '';
    engine.stdout.on('data', (chunk: Buffer) => {
      pending += chunk.toString();
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        const address = parseReadyLine(line);
        if (address !== undefined) {
          clearTimeout(timer);
          resolve(address);
        }
      }
    });
    engine.onExit((code) => {
      clearTimeout(timer);
      reject(new Error(`The engine ended with code ${code} before it was ready.`));
    });
  });
}

export function parseReadyLine(line: string): EngineAddress | undefined {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof event !== 'object' || event === null || !('type' in event) || event.type !== 'ui.ready') return undefined;
  if (!('url' in event) || typeof event.url !== 'string') return undefined;
  const url = new URL(event.url);
  const token = new URLSearchParams(url.hash.slice(1)).get('token');
  return token === null ? undefined : { url: `ws://${url.host}/rpc`, token };
}
