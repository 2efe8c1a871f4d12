import { parentPort, workerData } from 'node:worker_threads';
import { dirname, join } from 'node:path';
import { Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError, toWireError } from '../../shared/errors/app-error.ts';
import { environmentChange } from '../compute/python/open-estimator.ts';
import { EstimatorLost } from '../compute/python/estimator-process.ts';
import { PythonModel } from '../compute/scoring/open-model.ts';
import { keepCompiledCode } from '../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../product/memory-at-rest.ts';
import { datatypeOfOrt, ortTypes, type Tensor, type TensorData, tensorSpecs } from './tensor.ts';
import type { PythonModelStart, RunMessage, WorkerReply } from './worker-protocol.ts';

/**
 * Thread that owns a model which Python runs, with the messages of a model worker: features in ONNX Runtime here, the
 * estimator in a process. When that ends, so does this thread: whoever started it starts both again, and runs what was in
 * them once more.
 */

if (parentPort === null) throw new Error('python-model-worker runs as a worker thread');
const port = parentPort;
const start = workerData as PythonModelStart;

/** Longest time of one batch. */
const batchTimeoutMs = 30_000;

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

async function serve(): Promise<void> {
  let model: PythonModel;
  const { label, threads, device, path, manifest, digest } = start;
  try {
    if (device !== 'auto' && device !== 'cpu') {
      throw new AppError(
        'environment.missing',
        `The ${label} runs in Python, which Slipway gives no device such as ${device}.`,
        {
          fix: 'Set the device of the endpoint to auto or cpu.',
        },
      );
    }
    const folder = { manifest, path: (file: string) => join(dirname(path), file) };
    const log = (level: 'info' | 'warn', text: string) => reply({ type: 'log', level, text });
    model = await PythonModel.open(folder, manifest.python, {
      threads,
      label,
      digest,
      silent: true,
      timeoutMs: batchTimeoutMs,
      log,
    });
    const { process: estimator, sameEnvironment } = model.estimator;
    void estimator.ended.then((reason) => {
      log('warn', `The Python process of ${label} ended: ${reason.message}`);
      process.exit(1);
    });
    reply({
      type: 'ready',
      inputs: tensorSpecs(model.inputMetadata),
      outputs: tensorSpecs(model.outputMetadata),
      sha256: manifest.python.sha256,
      ran: {
        provider: 'python',
        why: [
          `${manifest.python.type} has no ONNX form; it runs in ${manifest.python.interpreter} (Python ${manifest.python.version}).`,
          ...(sameEnvironment ? [] : [environmentChange(manifest.python)]),
        ].join(' '),
      },
      processBytes: estimator.memoryBytes,
    });
  } catch (error) {
    reply({ type: 'refused', error: toWireError(error) });
    return;
  }
  port.on('message', (message: RunMessage | 'close') => {
    if (message === 'close') void model.estimator.process.close();
    else void run(model, message);
  });
}

async function run(model: PythonModel, message: RunMessage): Promise<void> {
  try {
    const feeds = Object.fromEntries(message.inputs.map((input) => [input.name, toOrt(input)]));
    const startedMs = performance.now();
    const results = await model.run(feeds, message.outputs);
    const inferMs = performance.now() - startedMs;
    const outputs = message.outputs.map((name) => fromOrt(name, results[name] as OrtTensor));
    reply({ type: 'result', id: message.id, outputs, inferMs });
  } catch (error) {
    // Whoever waits is told by the end of this thread.
    if (error instanceof EstimatorLost) return;
    reply({ type: 'failed', id: message.id, message: error instanceof Error ? error.message : String(error) });
  }
}

/** Raw columns have none of the narrow types; see `signature.ts`. */
function toOrt({ name, datatype, data, shape }: Tensor): OrtTensor {
  if (datatype === 'BF16' || datatype === 'FP16') throw new TypeError(`input "${name}" is no ${datatype}`);
  return new OrtTensor(ortTypes[datatype], data as never, shape);
}

function fromOrt(name: string, value: OrtTensor): Tensor {
  const datatype = datatypeOfOrt(value.type);
  if (datatype === undefined) throw new TypeError(`output "${name}" has type ${value.type}, which cannot be served`);
  return { name, datatype, shape: [...value.dims], data: value.data as TensorData };
}

void serve();
keepCompiledCode();
giveBackMemoryAtRest();
