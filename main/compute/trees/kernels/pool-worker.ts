import { workerData } from 'node:worker_threads';
import { Control } from './control.ts';
import type { Kernels } from './operations.ts';

const { module, memory, thread } = workerData as {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  thread: number;
};
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
new Control(memory.buffer, exports as unknown as Kernels, thread).help();

function abort(): never {
  throw new Error('A tree kernel aborted.');
}
