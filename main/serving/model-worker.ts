import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { readFile } from 'node:fs/promises';
import { type InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { AppError, toWireError } from '../../shared/errors/app-error.ts';
import { openSession } from '../compute/onnx/session.ts';
import { DeviceFallback } from './device-fallback.ts';
import type { ModelOnDevice } from './open-on-device.ts';
import { keepCompiledCode } from '../product/code-cache.ts';
import { giveBackMemoryAtRest } from '../product/memory-at-rest.ts';
import { bfloat16OfFloats, floatsOfBfloat16, widenedName } from './bfloat16.ts';
import { datatypeOfOrt, ortTypes, type Tensor, type TensorData, type TensorSpec, tensorSpecs } from './tensor.ts';
import { warmupTensor } from './warmup-tensor.ts';
import type { RunMessage, WarmupRuns, WorkerReply, WorkerStart } from './worker-protocol.ts';

/** Thread that owns one model session: a run of ONNX Runtime blocks the thread it is called on. */

if (parentPort === null) throw new Error('model-worker runs as a worker thread');
const port = parentPort;
const start = workerData as WorkerStart;

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

/** Original names of the inputs and outputs that are BF16: the session knows them by another name and type. */
let bf16Inputs: ReadonlySet<string> = new Set();
let bf16Outputs: ReadonlySet<string> = new Set();

/** What onnxruntime-node says about a BF16 input or output: ONNX's number of the type. */
const bf16Refusal = 'Unsupported data type: 16';

/** On the CPU; `bytes` as they were widened where the model has BF16 tensors. */
async function open(bytes: Uint8Array): Promise<{ session: InferenceSession; bytes: Uint8Array }> {
  const options = { threads: start.threads, label: start.label, silent: true };
  try {
    return { session: await openSession(bytes, options), bytes };
  } catch (error) {
    if (!(error instanceof Error && error.message.includes(bf16Refusal))) throw error;
    const { widenBfloat16 } = await import('./bfloat16-model.ts');
    const widened = widenBfloat16(bytes);
    bf16Inputs = widened.inputs;
    bf16Outputs = widened.outputs;
    return { session: await openSession(widened.bytes, options), bytes: widened.bytes };
  }
}

/** What the model says about its tensors, before any widening. */
function originalSpecs(metadata: InferenceSession['inputMetadata'], bf16: ReadonlySet<string>): TensorSpec[] {
  const originals = new Map([...bf16].map((name) => [widenedName(name), name]));
  return tensorSpecs(metadata).map((spec) => {
    const name = originals.get(spec.name);
    return name === undefined ? spec : { ...spec, name, datatype: 'BF16' };
  });
}

async function serve(): Promise<void> {
  let model: DeviceFallback;
  try {
    const bytes = await readFile(start.path);
    const opened = await open(bytes);
    const inputs = originalSpecs(opened.session.inputMetadata, bf16Inputs);
    const outputs = originalSpecs(opened.session.outputMetadata, bf16Outputs);
    const placed = await onDevice(opened, inputs);
    for (const runs of start.warmup) await warmUp(placed.session, inputs, runs);
    const sha256 = sha256Of(bytes);
    model = new DeviceFallback({
      model: placed,
      openOnCpu: () => openAgain(sha256),
      onMove: (ran) => reply({ type: 'moved', ran }),
    });
    reply({ type: 'ready', inputs, outputs, sha256, ran: placed.ran });
  } catch (error) {
    reply({ type: 'refused', error: toWireError(error) });
    return;
  }
  port.on('message', (message: RunMessage) => {
    void run(model, message);
  });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** On the CPU, the file as it was loaded first: what answers under one version must never change by itself. */
async function openAgain(sha256: string): Promise<InferenceSession> {
  const bytes = await readFile(start.path);
  if (sha256Of(bytes) !== sha256) throw new Error('the file was changed');
  return (await open(bytes)).session;
}

/** Most rows of the batch that devices are compared with. */
const mostTrialRows = 64;

async function onDevice(
  { session, bytes }: { session: InferenceSession; bytes: Uint8Array },
  inputs: readonly TensorSpec[],
): Promise<ModelOnDevice> {
  if (start.device === 'cpu') return { session, ran: { provider: 'cpu', why: 'it was asked for.' }, lease: undefined };
  const { openOnDevice } = await import('./open-on-device.ts');
  const { label, threads, device } = start;
  const trialRows = Math.min(mostTrialRows, start.maxBatchRows);
  return openOnDevice({ device, bytes, label, threads, cpu: session, trial: trialOf(inputs, trialRows), trialRows });
}

/** Numbers of many sizes in every float input; undefined where the model leaves extents open. */
function trialOf(inputs: readonly TensorSpec[], rows: number): Record<string, OrtTensor> | undefined {
  try {
    return Object.fromEntries(
      inputs.map((spec) => {
        const tensor = warmupTensor(spec, { rows, count: 1, dims: {}, required: false });
        if (tensor.datatype === 'FP32') {
          const data = tensor.data as Float32Array;
          for (let at = 0; at < data.length; at++) data[at] = (((at * 37) % 101) - 50) / 25;
        }
        return [bf16Inputs.has(spec.name) ? widenedName(spec.name) : spec.name, toOrt(tensor)];
      }),
    );
  } catch {
    return undefined;
  }
}

/** Errors: `model.invalid` where the runs are required. */
async function warmUp(session: InferenceSession, inputs: readonly TensorSpec[], runs: WarmupRuns): Promise<void> {
  const feeds: Record<string, OrtTensor> = {};
  try {
    for (const spec of inputs) {
      const tensor = warmupTensor(spec, runs);
      feeds[bf16Inputs.has(spec.name) ? widenedName(spec.name) : spec.name] = toOrt(tensor);
    }
    for (let i = 0; i < runs.count; i++) await session.run(feeds);
  } catch (error) {
    if (!runs.required) return;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('model.invalid', `The warm-up of ${start.label} failed: ${reason}`, {
      fix: 'Correct model_warmup in config.pbtxt, or remove it.',
      cause: error,
    });
  }
}

async function run(model: DeviceFallback, message: RunMessage): Promise<void> {
  try {
    const feeds: Record<string, OrtTensor> = {};
    for (const input of message.inputs) {
      feeds[bf16Inputs.has(input.name) ? widenedName(input.name) : input.name] = toOrt(input);
    }
    const fetches = message.outputs.map((name) => (bf16Outputs.has(name) ? widenedName(name) : name));
    // Batches come one at a time; only a training that goes first on the device makes this wait.
    await model.turn();
    const startedMs = performance.now();
    const results = await model.run(feeds, fetches);
    const inferMs = performance.now() - startedMs;
    const outputs = message.outputs.map((name, i) => fromOrt(name, results[fetches[i] as string] as OrtTensor));
    reply({ type: 'result', id: message.id, outputs, inferMs });
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
  if (tensor.datatype === 'BF16') {
    return new OrtTensor('float32', floatsOfBfloat16(tensor.data as Uint16Array), tensor.shape);
  }
  return new OrtTensor(ortTypes[tensor.datatype], tensor.data as never, tensor.shape);
}

function fromOrt(name: string, value: OrtTensor): Tensor {
  if (bf16Outputs.has(name)) {
    const data = bfloat16OfFloats(value.data as Float32Array);
    return { name, datatype: 'BF16', shape: [...value.dims], data };
  }
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
keepCompiledCode();
giveBackMemoryAtRest();
