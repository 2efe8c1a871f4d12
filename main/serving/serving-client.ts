import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AppError, fromWireError } from '../../shared/errors/app-error.ts';
import type { EndpointPoint } from './activity-recorder.ts';
import type { MonitorReading } from './monitor-readings.ts';
import type { HostMessage, ServingCall, ServingCalls, ServingMessage, ServingStart } from './ipc-protocol.ts';
import { workerNode } from '../product/worker-node.ts';

/** What starts a serving process, where that is not the host's own Node. */
export interface ServingRuntime {
  execPath: string;
  env?: NodeJS.ProcessEnv;
}

interface ClientOptions {
  log(level: 'info' | 'warn' | 'error', text: string): void;
  runtime?: ServingRuntime;
}

interface ServingPorts {
  port: number;
  grpcPort: number | null;
}

/** A stop that takes longer is ended by force. */
const stopTimeoutMs = 10_000;
const keptOutputChars = 4_000;

/** MiB of each half of the main thread's young generation: V8's own bound would let bursts of large bodies grow it to 48. */
const youngGeneration = '--max-semi-space-size=8';

/**
 * glibc gives each new thread an allocation arena of its own, and what a model's thread leaves in it is not given back:
 * with one thread per loaded version the process would grow with every swap. Two arenas are shared instead.
 */
const allocatorSettings = { MALLOC_ARENA_MAX: '2' };

/** One serving process, seen from its host. */
export class ServingClient {
  readonly port: number;
  readonly grpcPort: number | null;
  onActivity: (point: EndpointPoint) => void = () => undefined;
  onExit: (reason: string) => void = () => undefined;
  readonly #child: ChildProcess;
  readonly #calls = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #nextCall = 0;
  #exited: string | undefined;

  private constructor(child: ChildProcess, ports: ServingPorts, log: ClientOptions['log']) {
    this.#child = child;
    this.port = ports.port;
    this.grpcPort = ports.grpcPort;
    child.on('message', (message: ServingMessage) => this.#receive(message, log));
    child.on('exit', (code, signal) => {
      const reason = signal === null ? `exit code ${code}` : `signal ${signal}`;
      this.#exited = reason;
      const calls = [...this.#calls.values()];
      this.#calls.clear();
      for (const call of calls) call.reject(processEnded(reason));
      this.onExit(reason);
    });
  }

  /** Starts a process and waits until it answers requests. Errors: those of the process, `serve.failed`. */
  static start(start: ServingStart, options: ClientOptions): Promise<ServingClient> {
    const child = fork(fileURLToPath(new URL('./serving-process.ts', import.meta.url)), [], {
      serialization: 'advanced',
      execArgv: [youngGeneration],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execPath: options.runtime?.execPath ?? workerNode(),
      env: { ...(options.runtime?.env ?? process.env), ...allocatorSettings },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-keptOutputChars);
        options.log('warn', text.trimEnd());
      });
    }
    return new Promise((resolve, reject) => {
      const forget = () => {
        child.removeAllListeners('message').removeAllListeners('exit').removeAllListeners('error');
      };
      const refuse = (error: unknown) => {
        forget();
        child.on('error', () => undefined);
        child.kill('SIGKILL');
        reject(error);
      };
      child.on('error', (cause) => {
        refuse(new AppError('serve.failed', `The serving process cannot be started: ${cause.message}.`, { cause }));
      });
      child.on('exit', (code, signal) => {
        const reason = signal === null ? `exit code ${code}` : `signal ${signal}`;
        refuse(processEnded(reason, output));
      });
      child.on('message', (message: ServingMessage) => {
        switch (message.type) {
          case 'ready':
            forget();
            resolve(new ServingClient(child, message, (level, text) => options.log(level, text)));
            return;
          case 'failed':
            refuse(fromWireError(message.error));
            return;
          case 'log':
            options.log(message.level, message.text);
            return;
          case 'activity':
          case 'result':
          case 'error':
        }
      });
      transmit(child, start);
    });
  }

  get exited(): boolean {
    return this.#exited !== undefined;
  }

  call<Name extends keyof ServingCalls>(
    name: Name,
    args: ServingCalls[Name]['args'],
  ): Promise<ServingCalls[Name]['result']> {
    if (this.#exited !== undefined) return Promise.reject(processEnded(this.#exited));
    const id = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve: (value) => resolve(value as ServingCalls[Name]['result']), reject });
      transmit(this.#child, { type: 'call', id, name, args } as ServingCall);
    });
  }

  showMonitor(reading: MonitorReading): void {
    if (this.#exited === undefined) transmit(this.#child, { type: 'monitor', reading });
  }

  /** Lets requests in flight finish; resolves when the process has ended. */
  stop(): Promise<void> {
    if (this.#exited !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs);
      this.#child.once('exit', () => {
        clearTimeout(timer);
        resolve();
      });
      transmit(this.#child, { type: 'stop' });
    });
  }

  #receive(message: ServingMessage, log: ClientOptions['log']): void {
    switch (message.type) {
      case 'activity':
        this.onActivity(message.point);
        return;
      case 'result':
        this.#take(message.id)?.resolve(message.value);
        return;
      case 'error':
        this.#take(message.id)?.reject(fromWireError(message.error));
        return;
      case 'log':
        log(message.level, message.text);
        return;
      case 'ready':
      case 'failed':
    }
  }

  #take(id: number) {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    return call;
  }
}

/** A channel that has just closed loses the message; the exit that follows settles what waits for it. */
function transmit(child: ChildProcess, message: HostMessage): void {
  child.send(message, () => undefined);
}

function processEnded(reason: string, output = ''): AppError {
  const detail = output.trim() === '' ? '' : ` Its last output: ${output.trim().slice(-500)}`;
  return new AppError('serve.failed', `The serving process ended (${reason}).${detail}`, {
    fix: 'Check the log, then start the endpoint again.',
  });
}
