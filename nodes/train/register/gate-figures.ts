import { readFile } from 'node:fs/promises';
import { readRowSample } from '../../../main/compute/explain/row-sample.ts';
import { openModel } from '../../../main/compute/scoring/open-model.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import { modelBytesOf } from '../../../shared/model/model-form.ts';
import type { EvaluationReport } from '../../../shared/model/report.ts';
import { type ModelManifest, modelManifestSchema } from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';

const warmUpRuns = 20;
const timedRuns = 200;
const mostTimedMs = 5000;

/** What gates may look at: metrics of the report, and where asked for the worst slice, gaps of groups, size, latency. */
export async function gateFigures(
  model: InputArtifact,
  report: EvaluationReport,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Record<string, number>> {
  return {
    ...report.metrics,
    ...sliceFigures(report),
    ...fairnessFigures(report),
    modelBytes: modelBytesOf(model.manifest),
    ...([...wanted].some((name) => name.startsWith('latency')) ? await latencies(model, signal) : {}),
  };
}

/** Of the slices that are surely worse than the rest; without one, no slice is worse than all rows together. */
function sliceFigures({ slices }: EvaluationReport): Record<string, number> {
  if (slices === undefined) return {};
  const worse = slices.filter(({ worse: isWorse }) => isWorse);
  return {
    worstSliceRatio: worse.reduce((most, { loss, otherLoss }) => Math.max(most, loss / Math.max(otherLoss, 1e-12)), 1),
    worseSlices: worse.length,
  };
}

function fairnessFigures({ fairness }: EvaluationReport): Record<string, number> {
  return Object.fromEntries(
    Object.entries(fairness?.gaps ?? {}).flatMap(([name, gap]) => (gap === null ? [] : [[`gap.${name}`, gap]])),
  );
}

/** Milliseconds that one row of the training data takes on one thread, without the network around it. */
async function latencies(model: InputArtifact, signal: AbortSignal): Promise<Record<string, number>> {
  const manifest: ModelManifest = modelManifestSchema.parse(
    JSON.parse(await readFile(model.path('model.json'), 'utf8')),
  );
  const { feeds } = await readRowSample(model.path('reference.parquet'), manifest.inputs, 1, { signal });
  const session = await openModel({ manifest, path: (file) => model.path(file) }, { threads: 1, label: 'the model' });
  const times: number[] = [];
  try {
    const started = performance.now();
    for (let run = 0; run < warmUpRuns + timedRuns; run++) {
      if (signal.aborted) throw new AppError('run.cancelled', 'Cancelled.');
      const before = performance.now();
      await session.run(feeds);
      const now = performance.now();
      if (run >= warmUpRuns || now - started > mostTimedMs) times.push(now - before);
      if (now - started > mostTimedMs) break;
    }
  } finally {
    await session.release();
  }
  times.sort((a, b) => a - b);
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] as number;
  return { latencyP50Ms: quantile(0.5), latencyP99Ms: quantile(0.99) };
}
