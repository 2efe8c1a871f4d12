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
  /** `failed`: it ended several times in a row and is left alone until `restart`; the detail is its last message. */
  onState: (state: 'ready' | 'restarting' | 'failed', detail?: string) => void;
  /** Pause before the first restart in ms, doubled each time; default 250. */
  firstPauseMs?: number;
}

export interface EngineHost {
  /** Resolves when the engine answers; after a crash, with the address of the new one. Rejects when it does not start. */
  address(): Promise<EngineAddress>;
  /** Starts the engine anew: ends the one that runs, or tries again after `failed`. */
  restart(): void;
  stop(): void;
}

const readyTimeoutMs = 60_000;
const longestPauseMs = 15_000;
/** An engine that lived this long starts its back-off anew. */
const stableAfterMs = 60_000;
const mostFailures = 5;

/** Keeps one engine running: starts it, restarts it with back-off when it ends, gives up when it ends again and again. */
export function createEngineHost(options: EngineHostOptions): EngineHost {
  const firstPauseMs = options.firstPauseMs ?? 250;
  let stopped = false;
  let failures = 0;
  let current: EngineProcess | undefined;
  let address: Promise<EngineAddress> = begin();

  function begin(): Promise<EngineAddress> {
    const started = start();
    started.catch(() => undefined);
    return started;
  }

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
    let ended = false;
    engine.onExit((code) => {
      if (stopped || ended) return;
      ended = true;
      current = undefined;
      options.log(`The engine ended with code ${code}.`);
      failures = Date.now() - startedAt > stableAfterMs ? 1 : failures + 1;
      if (failures > mostFailures) {
        address = Promise.reject(new Error(`The engine ended ${failures} times in a row.`));
        address.catch(() => undefined);
        options.onState('failed', lastError);
        return;
      }
      options.onState('restarting', lastError);
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
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
    restart() {
      failures = 0;
      if (current === undefined) address = begin();
      else current.kill();
    },
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
