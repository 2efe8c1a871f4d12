import { Worker } from 'node:worker_threads';
import { AppError, toWireError } from '../../../shared/errors/app-error.ts';
import { keepCompiledCode } from '../../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../../product/memory-at-rest.ts';
import { createArtifactStore } from '../../store/artifact-store.ts';
import { createDirectoryDriver } from '../../store/directory-driver.ts';
import { diskError } from '../../store/disk-error.ts';
import { describeStep } from '../describe-step.ts';
import { executeStep } from '../execute-step.ts';
import { loadKinds, loadRunner } from '../kinds.ts';
import { startCpuMeter } from './cpu-meter.ts';
import { readPeakMemory, resetPeakMemory } from './peak-memory.ts';
import type { FromWorker, ToWorker, WorkerMemory } from './protocol.ts';

// Entry of a step worker process: one task at a time, told over IPC.
let running: AbortController | undefined;

function send(message: FromWorker): void {
  process.send?.(message);
}

function memory(): WorkerMemory {
  return { peakBytes: readPeakMemory(), residentBytes: process.memoryUsage.rss() };
}

async function run(message: Exclude<ToWorker, { type: 'cancel' }>): Promise<void> {
  const controller = new AbortController();
  running = controller;
  resetPeakMemory();
  const endCpuMeter = startCpuMeter();
  try {
    const store = createArtifactStore(createDirectoryDriver(message.storeDir));
    if (message.type === 'preview') {
      const { previewFormula } = await import('../preview-formula.ts');
      send({
        type: 'previewed',
        page: await previewFormula(message.preview, store, controller.signal),
        memory: memory(),
      });
      return;
    }
    if (message.type === 'describe') {
      const runner = await loadRunner(await loadKinds(message.kindsModule), message.description.kind);
      const result = await describeStep(runner, message.description, { signal: controller.signal });
      send({ type: 'described', result, memory: memory() });
      return;
    }
    const record = await executeStep(message.task, {
      store,
      kinds: await loadKinds(message.kindsModule),
      signal: controller.signal,
      log: (level, text) => send({ type: 'log', level, text }),
      progress: (progress) => send({ type: 'progress', progress }),
      partial: (value) => send({ type: 'partial', value }),
    });
    send({ type: 'finished', record, memory: memory(), cpu: endCpuMeter() });
  } catch (error) {
    const stack = error instanceof Error ? error.stack : undefined;
    send({
      type: 'failed',
      error: toWireError(explain(error, message.storeDir)),
      stack,
      memory: memory(),
    });
  } finally {
    endCpuMeter();
    running = undefined;
  }
}

/** What the step could not know: that memory or the disk of the data directory is the cause. */
function explain(error: unknown, storeDir: string): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const { code, path } = error as NodeJS.ErrnoException;
  if (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    (error instanceof RangeError && /allocation failed/i.test(error.message))
  ) {
    return new AppError('step.out-of-memory', 'The step ran out of memory.', {
      fix: 'Use fewer rows or columns, or run on a machine with more memory.',
      cause: error,
    });
  }
  return code === 'ENOSPC' || path?.startsWith(storeDir) === true ? diskError(error, storeDir) : error;
}

process.on('message', (message: ToWorker) => {
  if (message.type !== 'cancel') void run(message);
  else running?.abort(new AppError('run.cancelled', 'The run was cancelled.'));
});
process.on('disconnect', () => process.exit(0));

if (process.platform !== 'win32') {
  new Worker(new URL('./parent-watch.ts', import.meta.url), { workerData: process.ppid }).unref();
}
keepCompiledCode();
giveBackMemoryAtRest();
