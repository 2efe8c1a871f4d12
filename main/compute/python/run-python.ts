import { spawn } from 'node:child_process';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { StepContext } from '../../../shared/node/runner.ts';
import { notUsable, pythonEnvironment } from './interpreter.ts';
import { followLines } from './output-lines.ts';

/** Lines of output that are logged; the rest is dropped and counted. */
const mostLines = 1000;

interface PythonRun {
  interpreter: string;
  /** The program to start, with the path of its job as the only argument. */
  program: string;
  job: string;
  /** Where it runs. */
  folder: string;
  timeoutMs: number;
}

export interface PythonEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  /** Last line of its errors; empty without any. */
  lastError: string;
}

/** Runs a program in a process group of its own, which ends as a whole on cancel and at the time limit; its output goes
 * to the log. Errors: `environment.missing`, `run.cancelled`. */
export function runPython(
  ctx: Pick<StepContext, 'threads' | 'signal' | 'log'>,
  { interpreter, program, job, folder, timeoutMs }: PythonRun,
): Promise<PythonEnd> {
  return new Promise((resolve, reject) => {
    const group = process.platform !== 'win32';
    const child = spawn(interpreter, ['-u', program, job], {
      cwd: folder,
      env: { ...pythonEnvironment(), OMP_NUM_THREADS: String(ctx.threads) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: group,
    });
    let timedOut = false;
    let lastError = '';
    let lines = 0;
    const kill = () => {
      try {
        if (group && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    ctx.signal.addEventListener('abort', kill, { once: true });
    if (ctx.signal.aborted) kill();
    const log = (level: 'info' | 'warn') => (line: string) => {
      if (level === 'warn' && line.trim() !== '') lastError = line;
      lines++;
      if (lines <= mostLines) ctx.log(level, line);
    };
    followLines(child.stdout, log('info'));
    followLines(child.stderr, log('warn'));
    const settle = () => {
      clearTimeout(timer);
      ctx.signal.removeEventListener('abort', kill);
      // What the script started and left behind.
      kill();
    };
    child.on('error', (error) => {
      settle();
      reject(notUsable(interpreter, error.message, error));
    });
    child.on('close', (code, signal) => {
      settle();
      if (lines > mostLines) ctx.log('warn', `${lines - mostLines} more lines of output are not kept.`);
      if (ctx.signal.aborted) reject(new AppError('run.cancelled', 'Cancelled.'));
      else resolve({ code, signal, timedOut, lastError });
    });
  });
}
