import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDuckDb } from '../../main/compute/duckdb/connection.ts';
import { quoteIdentifier, quotePath } from '../../main/compute/duckdb/quote.ts';
import { mergeInputColumns } from '../../main/compute/onnx/raw-inputs.ts';
import type { ModelManifest } from '../../shared/model/signature.ts';
import type { ArtifactDraft, InputArtifact, StepContext } from '../../shared/node/runner.ts';
import type { PipelineFiles } from './pipeline-files.ts';

export interface ModelPart {
  artifact: InputArtifact;
  manifest: ModelManifest;
}

export interface ComposeOptions {
  ctx: Pick<StepContext, 'workDir' | 'signal' | 'memoryBytes'>;
  /** Of one label; the first gives what only one can. */
  models: readonly ModelPart[];
  /** All of it in one graph. */
  onnx: Uint8Array;
  files: PipelineFiles;
  trainer: ModelManifest['trainer'];
}

/** Writes the `model` artifact of several models that answer as one. It has no parameters of a trainer of its own. */
export async function composeModel({ ctx, models, onnx, files, trainer }: ComposeOptions): Promise<ArtifactDraft> {
  const [first] = models as [ModelPart];
  const manifests = models.map(({ manifest }) => manifest);
  const { calibration: _calibration, pipeline: _pipeline, forecast: _forecast, ...base } = first.manifest;
  // The answer alone goes on, without its interval.
  const horizons = manifests.flatMap(({ forecast }) => (forecast === undefined ? [] : [forecast.horizon]));
  const joined = new Map(
    manifests.flatMap((manifest) => manifest.joined ?? []).map((view) => [JSON.stringify(view), view]),
  );
  const steps = files.steps;
  const manifest: ModelManifest = {
    ...base,
    inputs: mergeInputColumns(manifests.map(({ inputs }) => inputs)),
    features: [],
    trainer,
    importance: [],
    example: Object.assign({}, ...manifests.map(({ example }) => example).toReversed()),
    choices: Object.assign({}, ...manifests.map(({ choices }) => choices).toReversed()),
    ...(horizons.length === 0 ? {} : { forecast: { horizon: Math.max(...horizons) } }),
    ...(joined.size === 0 ? {} : { joined: [...joined.values()] }),
    ...(steps.length < 2 ? {} : { pipeline: { steps } }),
  };
  const paths = {
    'model.onnx': join(ctx.workDir, 'model.onnx'),
    'model.json': join(ctx.workDir, 'model.json'),
    'reference.parquet': join(ctx.workDir, 'reference.parquet'),
  };
  await writeFile(paths['model.onnx'], onnx);
  await writeFile(paths['model.json'], `${JSON.stringify(manifest)}\n`);
  await writeReference(ctx, models, paths['reference.parquet']);
  return {
    type: 'model',
    files: { ...paths, ...files.files },
    meta: { task: manifest.task, rows: manifest.training.rows, trainer: trainer.kind },
  };
}

/**
 * The reference rows of the first model, with the columns that only others read where these learnt from the same table:
 * then row i of each is the same row.
 */
async function writeReference(
  ctx: ComposeOptions['ctx'],
  [first, ...others]: readonly ModelPart[],
  path: string,
): Promise<void> {
  if (first === undefined) return;
  const present = new Set([...first.manifest.inputs.map(({ name }) => name), first.manifest.label.column]);
  const parts = others.flatMap(({ artifact, manifest }) => {
    if (manifest.training.table !== first.manifest.training.table) return [];
    const names = manifest.inputs.map(({ name }) => name).filter((name) => !present.has(name));
    for (const name of names) present.add(name);
    return names.length === 0 ? [] : [{ names, path: artifact.path('reference.parquet') }];
  });
  if (parts.length === 0) {
    await copyFile(first.artifact.path('reference.parquet'), path);
    return;
  }
  const columns = parts.flatMap(({ names }, i) => names.map((name) => `part${i}.${quoteIdentifier(name)}`));
  const from = parts.map((part, i) => `POSITIONAL JOIN read_parquet(${quotePath(part.path)}) AS part${i}`);
  // One thread: the layout of the Parquet file must not depend on the machine.
  await withDuckDb({ threads: 1, memoryBytes: ctx.memoryBytes, tempDir: ctx.workDir, signal: ctx.signal }, (db) =>
    db.run(`COPY (
      SELECT own.*, ${columns.join(', ')} FROM read_parquet(${quotePath(first.artifact.path('reference.parquet'))}) AS own
      ${from.join(' ')}
    ) TO ${quotePath(path)} (FORMAT parquet, COMPRESSION zstd)`),
  );
}
