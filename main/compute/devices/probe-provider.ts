// Run as a process of its own, one per provider: drivers have been seen to end or to hang the process that loads them.
// `node probe-provider.ts PROVIDER` prints one line, a ProviderReport.
import { Tensor } from 'onnxruntime-node';
import { createGraphBuilder } from '../onnx/graph-builder.ts';
import { type ExecutionProvider, openSession } from '../onnx/session.ts';
import type { ProviderReport } from './device-report.ts';

const size = 64;
/** Devices may add up in another order and round products to 19 bits, as tensor cores do. */
const tolerance = 1e-2;

/** y = relu(x · w), with integers small enough to be exact in float32. */
function smallModel(): Uint8Array {
  const graph = createGraphBuilder('probe');
  const x = graph.input('x', 'FP32', [size, size]);
  const w = graph.initializer('FP32', weights, [size, size]);
  graph.output('y', graph.node('Relu', [graph.node('MatMul', [x, w])]), 'FP32', [size, size]);
  return graph.toBytes();
}

const weights = Float32Array.from({ length: size * size }, (_, at) => ((at * 7) % 11) - 5);
const input = Float32Array.from({ length: size * size }, (_, at) => ((at * 5) % 13) - 6);

function expected(row: number, column: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += (input[row * size + k] ?? 0) * (weights[k * size + column] ?? 0);
  return Math.max(0, sum);
}

async function probe(provider: ExecutionProvider): Promise<ProviderReport> {
  try {
    const startedMs = performance.now();
    const session = await openSession(smallModel(), {
      threads: 1,
      provider,
      strict: provider !== 'cpu',
      silent: true,
      label: 'the probe',
    });
    const openedMs = performance.now();
    const { y } = await session.run({ x: new Tensor('float32', input, [size, size]) });
    const timing = { openMs: openedMs - startedMs, runMs: performance.now() - openedMs };
    const values = y?.data as Float32Array;
    for (let at = 0; at < values.length; at++) {
      const right = expected(Math.floor(at / size), at % size);
      const got = values[at] ?? Number.NaN;
      if (!(Math.abs(got - right) <= tolerance * Math.max(1, right))) {
        return { provider, state: 'wrong', reason: `It computed ${got} where ${right} is right.`, ...timing };
      }
    }
    return { provider, state: 'ready', ...timing };
  } catch (error) {
    return { provider, state: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

process.stdout.write(`${JSON.stringify(await probe((process.argv[2] ?? 'cpu') as ExecutionProvider))}\n`);
// A driver's own threads must not keep the process.
process.exit(0);
