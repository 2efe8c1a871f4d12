import { setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Tensor as OrtTensor } from 'onnxruntime-common';
import { toWireError } from '../../../shared/errors/app-error.ts';
import { type Explainer, openExplainer } from '../../compute/explain/explainer.ts';
import { type Datatype, ortTypes, type Tensor } from '../tensor.ts';
import type { ExplainMessage, ExplainReply, ExplainWorkerStart } from './explain-protocol.ts';

/** Thread that explains predictions of one model, one request after the other, behind those that answer predictions. */

if (parentPort === null) throw new Error('explain-worker runs as a worker thread');
const port = parentPort;
const { dir, label, manifest } = workerData as ExplainWorkerStart;
// Linux knows priorities of threads; elsewhere this would hold for the whole process.
if (process.platform === 'linux') setPriority(10);

const running = new Map<number, AbortController>();
let turn: Promise<void> = Promise.resolve();

function reply(message: ExplainReply): void {
  port.postMessage(message);
}

async function serve(): Promise<void> {
  let explainer: Explainer;
  try {
    explainer = await openExplainer({ label, manifest, path: (file) => join(dir, file), threads: 1 });
  } catch (error) {
    reply({ type: 'refused', error: toWireError(error) });
    return;
  }
  const { method, scale, note, scoredPerRow } = explainer;
  reply({ type: 'ready', facts: { method, scale, note, scoredPerRow } });
  port.on('message', (message: ExplainMessage) => {
    if (message.type === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    const cancel = new AbortController();
    running.set(message.id, cancel);
    turn = turn.then(() => explain(explainer, message, cancel.signal));
  });
}

async function explain(
  explainer: Explainer,
  { id, inputs, rows, output, encoded }: Extract<ExplainMessage, { type: 'explain' }>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, toOrt(input)]));
    reply({ type: 'result', id, explanations: await explainer.explain(feeds, rows, { output, encoded, signal }) });
  } catch (error) {
    reply({ type: 'failed', id, error: toWireError(error) });
  } finally {
    running.delete(id);
  }
}

/** Raw columns have none of the types that ONNX Runtime needs help with. */
function toOrt({ datatype, data, shape }: Tensor): OrtTensor {
  return new OrtTensor(ortTypes[datatype as Exclude<Datatype, 'BF16'>], data as never, shape);
}

void serve();
