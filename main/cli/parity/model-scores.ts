import { readFile } from 'node:fs/promises';
import { modelManifestSchema, scoreOutput } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { runBatches } from '../../compute/onnx/run-batches.ts';
import { openModel } from '../../compute/scoring/open-model.ts';

/** Rows of the reference sample that are scored. */
const comparedRows = 1_000;

/** Scores of a model on the first rows of a reference sample, in row order. */
async function scoresOf(model: InputArtifact, referencePath: string): Promise<number[]> {
  const manifest = modelManifestSchema.parse(JSON.parse(await readFile(model.path('model.json'), 'utf8')));
  const output = scoreOutput(manifest.task);
  const session = await openModel({ manifest, path: (file) => model.path(file) }, { threads: 1, label: 'the model' });
  try {
    const scores: number[] = [];
    let rows = 0;
    for await (const batch of runBatches(session, referencePath, { inputs: manifest.inputs, outputs: [output] })) {
      scores.push(...(batch.outputs[output]?.data as Float32Array));
      rows += batch.rows;
      if (rows >= comparedRows) break;
    }
    return scores;
  } finally {
    await session.release();
  }
}

/** Largest difference of two models' scores on the same rows; infinite when they do not give the same number of scores. */
export async function largestScoreDifference(a: InputArtifact, b: InputArtifact): Promise<number> {
  const reference = a.path('reference.parquet');
  const first = await scoresOf(a, reference);
  const second = await scoresOf(b, reference);
  if (first.length !== second.length) return Number.POSITIVE_INFINITY;
  return first.reduce((largest, score, i) => Math.max(largest, Math.abs(score - (second[i] ?? Number.NaN))), 0);
}
