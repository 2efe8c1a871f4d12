import { workerData } from 'node:worker_threads';
import { keepCompiledCode } from '../../product/code-cache.ts';

// A thread of its own: it also ends a process whose main thread is busy in native code when the engine dies.
const parent = workerData as number;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, 500);
keepCompiledCode();
