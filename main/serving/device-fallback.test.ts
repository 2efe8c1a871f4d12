import { Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createGraphBuilder } from '../compute/onnx/graph-builder.ts';
import { openSession } from '../compute/onnx/session.ts';
import { DeviceFallback } from './device-fallback.ts';

/** Picks one of three numbers: a position beyond them fails on every device. */
function pickModel(): Uint8Array {
  const graph = createGraphBuilder('pick');
  const at = graph.input('at', 'INT64', ['N']);
  const numbers = graph.initializer('FP32', Float32Array.of(10, 20, 30), [3]);
  graph.output('y', graph.node('Gather', [numbers, at]), 'FP32', ['N']);
  return graph.toBytes();
}

function openBroken() {
  const moves: string[] = [];
  const counts = { opened: 0, released: 0, leasesClosed: 0 };
  let canOpen = true;
  const fallback = new DeviceFallback({
    model: {
      session: {
        run: () => Promise.reject(new Error('out of memory')),
        release: () => {
          counts.released++;
          return Promise.resolve();
        },
      },
      ran: { provider: 'cuda', why: '' },
      lease: {
        turn: () => Promise.resolve(0),
        close: () => {
          counts.leasesClosed++;
        },
      },
    },
    openOnCpu: () => {
      counts.opened++;
      if (!canOpen) return Promise.reject(new Error('the file was changed'));
      return openSession(pickModel(), { threads: 1, label: 'pick', silent: true });
    },
    onMove: ({ provider, why }) => moves.push(`${provider}: ${why}`),
  });
  const pick = async (at: number) => {
    const results = await fallback.run({ at: new OrtTensor('int64', BigInt64Array.of(BigInt(at)), [1]) }, ['y']);
    return (results['y'] as OrtTensor).data[0];
  };
  return { pick, moves, counts, setCanOpen: (can: boolean) => (canOpen = can) };
}

it('leaves a model on its device for requests that fail everywhere, and loads it for all of them once', async () => {
  const { pick, moves, counts } = openBroken();
  for (let i = 0; i < 3; i++) await expect(pick(9)).rejects.toThrow(/out of (data )?bounds|indices element/);
  expect(moves).toEqual([]);
  expect(counts).toEqual({ opened: 1, released: 0, leasesClosed: 0 });
});

it('moves a model once from a device that fails, and gives the device back', async () => {
  const { pick, moves, counts } = openBroken();
  expect(await Promise.all([pick(0), pick(1)])).toEqual([10, 20]);
  expect(await pick(2)).toBe(30);
  await expect(pick(9)).rejects.toThrow(/out of (data )?bounds|indices element/);
  expect(moves).toEqual(['cpu: cuda failed while serving (out of memory).']);
  expect(counts).toEqual({ opened: 1, released: 1, leasesClosed: 1 });
});

it('says why the device failed where the model cannot be opened again, and tries that anew', async () => {
  const { pick, counts, setCanOpen } = openBroken();
  setCanOpen(false);
  await expect(pick(0)).rejects.toThrow('out of memory');
  setCanOpen(true);
  expect(await pick(0)).toBe(10);
  expect(counts.opened).toBe(2);
});
