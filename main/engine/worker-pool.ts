import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { AppError, fromWireError } from '../../shared/errors/app-error.ts';
import type { Progress } from '../../shared/events/run-events.ts';
import type { TablePage } from '../../shared/rpc/engine-contract.ts';
import type { StepRecord } from '../store/artifact-store.ts';
import type { CpuUse } from '../store/step-history.ts';
import type { InferResult } from '../../shared/node/define-node.ts';
import type { StepDescription } from './describe-apart.ts';
import type { StepTask } from './execute-step.ts';
import type { FormulaPreview } from './preview-formula.ts';
import type { FromWorker, ToWorker } from './worker/protocol.ts';
import { workerNode } from '../product/worker-node.ts';

export interface TaskListener {
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
  progress(progress: Progress): void;
  partial(value: Record<string, unknown>): void;
}

export interface TaskResult {
  record: StepRecord;
  peakMemoryBytes: number | null;
  cpu: CpuUse;
}

export interface WorkerPool {
  /**
   * Runs a task in a worker of its own for that time. An abort ends within 2 s, by force where needed, and rejects with
   * the signal's reason. A worker that dies rejects with `step.crashed` or `step.out-of-memory`.
   */
  run(task: StepTask, listener: TaskListener, signal: AbortSignal): Promise<TaskResult>;
  /** Computes a preview in a worker, with the same ends. */
  preview(preview: FormulaPreview, signal: AbortSignal): Promise<TablePage>;
  /** Describes a step in a worker, with the same ends. */
  describe(description: StepDescription, signal: AbortSignal): Promise<InferResult>;
  close(): Promise<void>;
}

/**
 * glibc raises the size from which it maps an allocation apart to that of the largest one freed, up to 32 MiB: columns
 * then come from the heap, where one small allocation above them keeps all below from the system. Held at 1 MiB, a
 * worker at rest gives back what its columns took. A person's own setting goes first.
 */
const allocatorSettings = { MALLOC_MMAP_THRESHOLD_: String(2 ** 20) };

/** A worker that keeps more than this after a step gives its memory back by ending. */
const maxResidentBytes = 1.5 * 1024 ** 3;
/** Time for a step to end by itself after an abort. */
const abortGraceMs = 250;
/** Time between SIGTERM and SIGKILL. */
const terminateGraceMs = 1000;
const maxStderrLines = 40;

export function createWorkerPool(options: {
  storeDir: string;
  kindsModule: string | undefined;
  /** Idle workers kept. */
  maxIdle: number;
}): WorkerPool {
  const idle: StepWorker[] = [];
  const all = new Set<StepWorker>();
  const killAll = () => {
    for (const worker of all) worker.signal('SIGKILL');
  };
  process.on('exit', killAll);

  const start = (): StepWorker => {
    const worker = new StepWorker();
    all.add(worker);
    void worker.ended.then(() => {
      all.delete(worker);
      const at = idle.indexOf(worker);
      if (at >= 0) idle.splice(at, 1);
    });
    return worker;
  };

  const takeIdle = (): StepWorker | undefined => {
    for (let worker = idle.pop(); worker !== undefined; worker = idle.pop()) if (worker.isUsable) return worker;
    return undefined;
  };

  const { storeDir, kindsModule } = options;

  const runIn = async <T>(
    message: ToWorker,
    resultOf: (received: FromWorker) => T | undefined,
    listener: TaskListener,
    signal: AbortSignal,
  ): Promise<T> => {
    signal.throwIfAborted();
    const worker = takeIdle() ?? start();
    const { outcome, keep } = await worker.run(message, resultOf, listener, signal);
    if (keep && idle.length < options.maxIdle) idle.push(worker);
    else void worker.terminate();
    if (outcome instanceof AppError) throw outcome;
    return outcome;
  };

  return {
    run: (task, listener, signal) => runIn({ type: 'run', task, storeDir, kindsModule }, taskResult, listener, signal),
    preview: (preview, signal) => runIn({ type: 'preview', preview, storeDir }, pageOf, deaf, signal),
    describe: (description, signal) =>
      runIn({ type: 'describe', description, storeDir, kindsModule }, inferredOf, deaf, signal),
    close: async () => {
      process.off('exit', killAll);
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

interface TaskEnd<T> {
  outcome: T | AppError;
  /** Whether the worker may take another task. */
  keep: boolean;
}

function taskResult(received: FromWorker): TaskResult | undefined {
  if (received.type !== 'finished') return undefined;
  const { record, memory, cpu } = received;
  return { record, peakMemoryBytes: memory.peakBytes, cpu };
}

function pageOf(received: FromWorker): TablePage | undefined {
  return received.type === 'previewed' ? received.page : undefined;
}

function inferredOf(received: FromWorker): InferResult | undefined {
  return received.type === 'described' ? received.result : undefined;
}

function ignore(): void {}

const deaf: TaskListener = { log: ignore, progress: ignore, partial: ignore };

class StepWorker {
  readonly ended: Promise<ProcessEnd>;
  private readonly child: ChildProcess;
  private readonly stderr: string[] = [];
  private listener: TaskListener | undefined;
  private onMessage: ((message: FromWorker) => void) | undefined;
  /** Of the task under way. A reaction to `ended` instead would keep every task until the worker ends. */
  private onEnded: ((end: ProcessEnd) => void) | undefined;

  constructor() {
    this.child = fork(fileURLToPath(new URL('./worker/step-worker.ts', import.meta.url)), [], {
      execPath: workerNode(),
      execArgv: [],
      serialization: 'advanced',
      // Its own process group, so that a kill reaches what the step started.
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...allocatorSettings,
        ...process.env,
        NODE_NO_WARNINGS: '1',
      },
    });
    this.ended = new Promise((resolve) => {
      this.child.once('error', () => resolve({ code: 1, signal: null }));
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
    void this.ended.then((end) => this.onEnded?.(end));
    this.child.on('message', (message) => this.onMessage?.(message as FromWorker));
    this.readLines(this.child.stdout, 'info');
    this.readLines(this.child.stderr, 'warn');
    this.child.unref();
    this.child.channel?.unref();
  }

  /** False from the moment its process has ended, which may be before `ended` is known. */
  get isUsable(): boolean {
    return this.child.connected;
  }

  async run<T>(
    message: ToWorker,
    resultOf: (received: FromWorker) => T | undefined,
    listener: TaskListener,
    signal: AbortSignal,
  ): Promise<TaskEnd<T>> {
    const oomKills = countOomKills();
    this.listener = listener;
    this.stderr.length = 0;
    this.child.ref();
    this.child.channel?.ref();
    const reported = new Promise<TaskEnd<T>>((resolve) => {
      this.onMessage = (received) => {
        if (received.type === 'log') listener.log(received.level, received.text);
        else if (received.type === 'progress') listener.progress(received.progress);
        else if (received.type === 'partial') listener.partial(received.value);
        else {
          const keep = received.memory.residentBytes <= maxResidentBytes;
          const result = resultOf(received);
          if (result !== undefined) resolve({ outcome: result, keep });
          else if (received.type === 'failed') {
            if (received.error.code === 'internal.bug' && received.stack !== undefined)
              listener.log('debug', received.stack);
            resolve({ outcome: fromWireError(received.error), keep });
          }
        }
      };
    });
    const died = new Promise<TaskEnd<T>>((resolve) => {
      this.onEnded = ({ code, signal: by }) => resolve({ outcome: this.crashError(code, by, oomKills), keep: false });
    });
    let onAbort: (() => void) | undefined;
    const aborted = new Promise<TaskEnd<T>>((resolve) => {
      onAbort = () => {
        void this.stop().then(() => resolve({ outcome: signal.reason as AppError, keep: false }));
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
    if (!signal.aborted) this.child.send(message, () => undefined);
    try {
      const end = await Promise.race([reported, died, aborted]);
      return signal.aborted ? await aborted : end;
    } finally {
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
      this.listener = undefined;
      this.onMessage = undefined;
      this.onEnded = undefined;
      this.child.unref();
      this.child.channel?.unref();
    }
  }

  /** Asks the step to end, then ends the process. */
  private async stop(): Promise<void> {
    if (this.child.connected) this.child.send({ type: 'cancel' } satisfies ToWorker, () => undefined);
    await Promise.race([this.ended, delay(abortGraceMs)]);
    await this.terminate();
  }

  async terminate(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), terminateGraceMs);
    await this.ended;
    clearTimeout(timer);
  }

  signal(name: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (process.platform === 'win32') this.child.kill(name);
      else process.kill(-pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  private readLines(stream: Readable | null, level: 'info' | 'warn'): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      if (level === 'warn') {
        this.stderr.push(line);
        if (this.stderr.length > maxStderrLines) this.stderr.shift();
      }
      this.listener?.log(level, line);
    });
  }

  private crashError(code: number | null, signal: NodeJS.Signals | null, oomKillsBefore: number): AppError {
    const output = this.stderr.join('\n');
    const details = { exitCode: code, signal, stderr: output };
    if (/heap out of memory|bad_alloc|Reached heap limit|Cannot allocate memory/i.test(output)) {
      return new AppError('step.out-of-memory', 'The step ran out of memory and its process ended.', {
        fix: memoryFix,
        details,
      });
    }
    if (signal === 'SIGKILL' && countOomKills() > oomKillsBefore) {
      return new AppError('step.out-of-memory', 'The system ended the step because memory ran out.', {
        fix: memoryFix,
        details,
      });
    }
    const how =
      signal === null
        ? `ended unexpectedly with exit code ${code ?? 'unknown'}`
        : `${signalWords[signal] ?? 'was ended by a signal'} (${signal})`;
    return new AppError('step.crashed', `The process of the step ${how}.`, {
      fix: 'Run again: finished steps are kept. If it happens again, see the step log for its last words.',
      details,
    });
  }
}

const memoryFix = 'Use fewer rows or columns, or run on a machine with more memory.';

const signalWords: Partial<Record<NodeJS.Signals, string>> = {
  SIGSEGV: 'crashed in native code',
  SIGBUS: 'crashed in native code',
  SIGILL: 'met an instruction this processor does not have',
  SIGFPE: 'crashed in native arithmetic',
  SIGABRT: 'gave up in native code',
  SIGKILL: 'was killed from outside',
  SIGTERM: 'was ended from outside',
};

/** How many processes the kernel has ended for memory in this control group; 0 where the system does not tell. */
function countOomKills(): number {
  try {
    return Number(/^oom_kill (\d+)/m.exec(readFileSync('/sys/fs/cgroup/memory.events', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
