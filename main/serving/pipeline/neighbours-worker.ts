import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { toWireError } from '../../../shared/errors/app-error.ts';
import { HnswSearch } from '../../compute/neighbours/hnsw.ts';
import { decodeNeighbourIndex, findNearest, type NeighbourIndex } from '../../compute/recommend/neighbour-index.ts';
import type { Tensor, TensorSpec } from '../tensor.ts';
import type { RunMessage, WorkerReply, WorkerStart } from '../worker-protocol.ts';

/** Thread that owns an index of items and searches it, with the messages of a model worker. */

if (parentPort === null) throw new Error('neighbours-worker runs as a worker thread');
const port = parentPort;
const start = workerData as WorkerStart;

function reply(message: WorkerReply): void {
  port.postMessage(message);
}

function spec(name: string, datatype: TensorSpec['datatype'], width: number): TensorSpec {
  return { name, datatype, shape: [-1, width], dimNames: ['N', width < 0 ? 'likes' : ''] };
}

async function serve(): Promise<void> {
  let index: NeighbourIndex;
  try {
    const bytes = await readFile(start.path);
    index = decodeNeighbourIndex(bytes);
    reply({
      type: 'ready',
      ran: { provider: 'cpu', why: 'neighbours are looked up there.' },
      inputs: [spec('liked', 'INT64', -1), spec('profile', 'FP64', index.graph.width)],
      outputs: [spec('nearest', 'INT64', index.candidates), spec('nearness', 'FP64', index.candidates)],
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
  } catch (error) {
    reply({ type: 'refused', error: toWireError(error) });
    return;
  }
  const search = new HnswSearch(index.graph);
  port.on('message', (message: RunMessage) => {
    try {
      const startedMs = performance.now();
      const outputs = nearestOf(index, search, message.inputs);
      const inferMs = performance.now() - startedMs;
      const asked = message.outputs.map((name) => outputs.find((output) => output.name === name) as Tensor);
      reply({ type: 'result', id: message.id, outputs: asked, inferMs });
    } catch (error) {
      reply({ type: 'failed', id: message.id, message: error instanceof Error ? error.message : String(error) });
    }
  });
}

function nearestOf(index: NeighbourIndex, search: HnswSearch, inputs: readonly Tensor[]): Tensor[] {
  const { candidates, graph } = index;
  const profile = inputs.find(({ name }) => name === 'profile');
  const liked = inputs.find(({ name }) => name === 'liked');
  if (profile === undefined || liked === undefined) throw new Error('the profile or the liked items are missing');
  const rows = profile.shape[0] as number;
  const slots = liked.shape[1] as number;
  const nearest = new BigInt64Array(rows * candidates);
  const nearness = new Float64Array(rows * candidates);
  for (let row = 0; row < rows; row++) {
    const own = (profile.data as Float64Array).subarray(row * graph.width, (row + 1) * graph.width);
    const items = Array.from((liked.data as BigInt64Array).subarray(row * slots, (row + 1) * slots), Number);
    const known = [...new Set(items.filter((item) => item < graph.items))];
    findNearest(index, search, own, known).forEach(({ item, similarity }, i) => {
      nearest[row * candidates + i] = BigInt(item);
      nearness[row * candidates + i] = similarity;
    });
  }
  const shape = [rows, candidates];
  return [
    { name: 'nearest', datatype: 'INT64', shape, data: nearest },
    { name: 'nearness', datatype: 'FP64', shape, data: nearness },
  ];
}

void serve();
