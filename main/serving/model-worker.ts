import { parentPort, workerData } from 'node:worker_threads';
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { toWireError } from '../../shared/errors/app-error.ts';
import { openSession } from '../compute/onnx/session.ts';
import { datatypeOfOrt, ortTypes, type Tensor, type TensorData, tensorSpecs } from './tensor.ts';
import type { RunMessage, WorkerReply, WorkerStart } from './worker-protocol.ts';

/** Thread that owns one model session: a run of ONNX Runtime blocks the thread it is called on. */

if (parentPort === null) throw new Error('model-worker runs as a worker thread');
const port = parentPort;
const start = workerData as WorkerStart;

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

async function serve(): Promise<void> {
  let session: InferenceSession;
  try {
    session = await openSession(start.path, { threads: start.threads, label: start.label });
    reply({
      type: 'ready',
      inputs: tensorSpecs(session.inputMetadata),
      outputs: tensorSpecs(session.outputMetadata),
    });
  } catch (error) {
    reply({ type: 'refused', error: toWireError(error) });
    return;
  }
  port.on('message', (message: RunMessage) => {
    void run(session, message);
  });
}

async function run(session: InferenceSession, message: RunMessage): Promise<void> {
  try {
    const feeds: Record<string, OrtTensor> = {};
    for (const input of message.inputs) feeds[input.name] = toOrt(input);
    const results = await session.run(feeds, message.outputs);
    const outputs = message.outputs.map((name) => fromOrt(name, results[name] as OrtTensor));
    reply({ type: 'result', id: message.id, outputs });
  } catch (error) {
    reply({ type: 'failed', id: message.id, message: error instanceof Error ? error.message : String(error) });
  }
}

function toOrt(tensor: Tensor): OrtTensor {
  if (tensor.datatype === 'FP16') {
    // onnxruntime-node 1.30 reads no Float16Array, which its own tensor would make of the bits: the type is put on after.
    const bits = new OrtTensor('uint16', tensor.data as Uint16Array, tensor.shape);
    return Object.assign(bits, { type: ortTypes.FP16 }) as OrtTensor;
  }
  return new OrtTensor(ortTypes[tensor.datatype], tensor.data as never, tensor.shape);
}

function fromOrt(name: string, value: OrtTensor): Tensor {
  const datatype = datatypeOfOrt(value.type);
  if (datatype === undefined) throw new TypeError(`output "${name}" has type ${value.type}, which cannot be served`);
  return { name, datatype, shape: [...value.dims], data: plainData(value.data) };
}

/** Float16 elements as their bits: structured cloning and the protocol work on those. */
function plainData(data: OrtTensor.DataType): TensorData {
  if (Array.isArray(data) || ArrayBuffer.isView(data) === false) return data as string[];
  const isFloat16 = Object.prototype.toString.call(data) === '[object Float16Array]';
  const view = data as Float32Array<ArrayBuffer>;
  return isFloat16 ? new Uint16Array(view.buffer, view.byteOffset, view.length) : view;
}

void serve();
