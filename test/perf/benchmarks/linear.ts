import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type FittedLinear, fitLinear, rawCoefficients } from '../../../main/compute/linear/fit-linear.ts';
import { createRandom } from '../../../main/compute/nn/random.ts';
import type { Benchmark } from '../benchmark.ts';
import { median } from '../median.ts';
import { runPeer } from '../peers/run-peer.ts';

const rows = 1_000_000;
const width = 30;
const rounds = 5;
const l2 = 1;

const peerSchema = z.object({
  seconds: z.record(z.string(), z.number()),
  coefficients: z.array(z.number()),
  intercept: z.number(),
  version: z.string(),
});

/** Standardised columns with labels from a logistic model: scikit-learn's penalty is then ours. */
function generate(): { values: Float32Array; labels: Uint8Array } {
  const random = createRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  const values = Float32Array.from({ length: rows * width }, normal);
  for (let c = 0; c < width; c++) {
    let sum = 0;
    let squares = 0;
    for (let row = 0; row < rows; row++) sum += values[row * width + c] as number;
    for (let row = 0; row < rows; row++) squares += ((values[row * width + c] as number) - sum / rows) ** 2;
    const scale = Math.sqrt(squares / rows);
    for (let row = 0; row < rows; row++) {
      values[row * width + c] = ((values[row * width + c] as number) - sum / rows) / scale;
    }
  }
  const truth = Array.from({ length: width }, normal);
  const labels = Uint8Array.from({ length: rows }, (_, row) => {
    const score = truth.reduce((sum, weight, c) => sum + 0.4 * weight * (values[row * width + c] as number), 0.3);
    return random.next() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  });
  return { values, labels };
}

function fit(values: Float32Array, target: Float64Array, tolerance: number): Promise<FittedLinear> {
  return fitLinear({
    task: 'binary',
    matrix: { values, rows, width },
    groups: Array.from({ length: width }, (_, c) => ({ name: `x${c}`, width: 1 })),
    target,
    classCount: 2,
    l2,
    maxIterations: 100,
    tolerance,
    threads: 1,
    signal: new AbortController().signal,
    onIteration: () => undefined,
  });
}

/** Logistic regression on 1 M × 30, one thread, against the faster of scikit-learn's solvers. */
export const linear: Benchmark = {
  async measure(log) {
    const { values, labels } = generate();
    const target = Float64Array.from(labels);
    const dir = mkdtempSync(join(tmpdir(), 'slipway-linear-bench-'));
    try {
      const files = [join(dir, 'features.f32'), join(dir, 'labels.u8')] as const;
      writeFileSync(files[0], values);
      writeFileSync(files[1], labels);
      const peer = async (mode: string) => {
        const answer = await runPeer(
          'sklearn_linear.py',
          [...files, String(rows), String(width), String(l2), mode],
          log,
        );
        return answer === undefined ? undefined : peerSchema.parse(answer);
      };
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const started = performance.now();
        await fit(values, target, 1e-5);
        ours.push((performance.now() - started) / 1000);
        const answer = await peer('time');
        if (answer === undefined) break;
        theirs.push(Math.min(...Object.values(answer.seconds)));
        log(`ours ${ours.at(-1)?.toFixed(2)} s, scikit-learn ${answer.version} ${JSON.stringify(answer.seconds)}`);
      }
      log(`ours: ${median(ours).toFixed(2)} s`);
      const exact = theirs.length === rounds ? await peer('exact') : undefined;
      if (exact === undefined) return { figures: {}, skipped: ['vsSklearn', 'coefficientGap'] };
      const raw = rawCoefficients(await fit(values, target, 1e-8), 0).map(({ coefficient }) => coefficient);
      const expected = [...exact.coefficients, exact.intercept];
      const coefficientGap = Math.max(...expected.map((value, i) => Math.abs(value - (raw[i] as number))));
      return { figures: { vsSklearn: median(ours) / median(theirs), coefficientGap }, skipped: [] };
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
