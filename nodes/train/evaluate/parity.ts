import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-common';
import type { InferenceSession } from 'onnxruntime-node';
import { type ColumnValues, readColumns } from '../../../main/compute/duckdb/read-columns.ts';
import { encodeRows } from '../../../main/compute/onnx/encode-rows.ts';
import { pipelineBatches, rowMajor } from '../../../main/compute/onnx/feature-matrix.ts';
import { mergePipelines, readPipeline } from '../../../main/compute/onnx/merge-pipelines.ts';
import { rawTensor } from '../../../main/compute/onnx/raw-inputs.ts';
import { rawJson } from '../../../main/compute/onnx/raw-json.ts';
import { openSession } from '../../../main/compute/onnx/session.ts';
import { openEstimator } from '../../../main/compute/python/open-estimator.ts';
import { type ModelSession, scoreEstimator } from '../../../main/compute/scoring/open-model.ts';
import { type RowTensor, runSteps } from '../../../main/compute/scoring/run-steps.ts';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { Parity } from '../../../shared/model/report.ts';
import {
  type InputColumn,
  type ModelManifest,
  type PipelineStep,
  scoreOutput,
} from '../../../shared/model/signature.ts';
import type { InputArtifact } from '../../../shared/node/runner.ts';
import { loadNativeScorer, type NativeScorer } from '../../lib/native-scorer.ts';

const TOLERANCE = 1e-5;
const MAX_ROWS = 10_000;
const SINGLE_ROWS = 200;
const BATCH_ROWS = 1000;

export interface ParityOptions {
  /** The fused model, as it is served. */
  session: ModelSession;
  manifest: ModelManifest;
  model: InputArtifact;
  table: InputArtifact;
  threads: number;
  signal: AbortSignal;
}

/**
 * Scores the first 10,000 rows of a table twice: as the trainer saw them (feature pipeline over DuckDB's columns, then
 * the trainer's own scoring code) and as they are served (rows as JSON, the encoder of requests, the fused graph), in
 * batches and 200 of them one by one. Errors: `artifact.corrupt`, `run.cancelled`.
 */
export async function checkParity(options: ParityOptions): Promise<Parity> {
  const { manifest } = options;
  // The steps of a recommendation search approximately; its graph compares all items, as the trainer does.
  if (manifest.pipeline !== undefined && manifest.ranking === undefined) {
    return checkStepParity(options, manifest.pipeline.steps);
  }
  // The formula behind a single model is a part of its graph: nothing else computes it.
  if (manifest.trainer.kind === 'serve.adjust') return checkStepParity(options, [wholeModel(manifest)]);
  const scorer = await openTrainedScorer(options);
  try {
    return await compareWithTrained(options, scorer);
  } finally {
    await scorer.release?.();
  }
}

async function compareWithTrained(
  { session, manifest, model, table, threads, signal }: ParityOptions,
  scorer: TrainedScorer,
): Promise<Parity> {
  const pipeline = mergePipelines([await readPipeline(model)]);
  const comparison = new Comparison(manifest);
  const total = Math.min(MAX_ROWS, table.manifest.rowCount ?? MAX_ROWS);
  const singleStep = Math.max(1, Math.floor(total / SINGLE_ROWS));
  let singles = 0;
  for await (const batch of pipelineBatches(pipeline, table.path('data.parquet'), {
    threads,
    extra: manifest.inputs,
    chunkRows: Math.min(BATCH_ROWS, total),
    signal,
  })) {
    const features = transposed(rowMajor(pipeline, batch), batch.rows, pipeline.width);
    const native = await scorer.score(features, batch.rows);
    const rows = jsonRows(manifest.inputs, batch.columns, batch.rows);
    comparison.add(native, await serve(session, manifest, rows));
    const width = native.length / batch.rows;
    for (let row = 0; row < batch.rows; row++) {
      if ((batch.offset + row) % singleStep !== 0 || singles >= SINGLE_ROWS) continue;
      singles++;
      const served = await serve(session, manifest, rows.slice(row, row + 1));
      comparison.add(native.subarray(row * width, (row + 1) * width), served);
    }
    comparison.rows += batch.rows;
    if (comparison.rows >= total) break;
  }
  return comparison.result();
}

interface TrainedScorer extends NativeScorer {
  release?: () => Promise<void>;
}

/** The trainer's own code; where that is a Python object, a process of its own with it. */
async function openTrainedScorer({ manifest, model, threads }: ParityOptions): Promise<TrainedScorer> {
  const { python } = manifest;
  if (python === undefined) return loadNativeScorer(manifest, await readFile(model.path('native.bin')));
  const path = (file: string) => model.path(file);
  const label = 'the trained estimator';
  const options = { manifest, python, path, label, threads, timeoutMs: 600_000, log: () => undefined };
  const estimator = await openEstimator(options);
  return {
    score: (features, rows) =>
      scoreEstimator(estimator, manifest, transposed(features, features.length / Math.max(1, rows), rows), rows),
    release: () => estimator.process.close(),
  };
}

function wholeModel({ inputs }: ModelManifest): PipelineStep {
  const names = inputs.map(({ name }) => name);
  const whole = { takesAnswer: false, answers: true, routes: false, when: [], optional: false };
  return { ...whole, name: 'model', file: 'model.onnx', inputs: names };
}

/**
 * The same for a model of several steps, each of which has passed the gate where it was trained: the steps one after the
 * other over DuckDB's columns, as an endpoint runs them, and the fused graph over rows as JSON.
 */
async function checkStepParity(
  { session, manifest, model, table, threads, signal }: ParityOptions,
  steps: readonly PipelineStep[],
): Promise<Parity> {
  const sessions = new Map<string, InferenceSession>();
  try {
    for (const { name, file } of steps) {
      sessions.set(name, await openSession(model.path(file), { threads, label: `step ${name}` }));
    }
    const output = scoreOutput(manifest.task);
    const comparison = new Comparison(manifest);
    const total = Math.min(MAX_ROWS, table.manifest.rowCount ?? MAX_ROWS);
    const chunks = readColumns(table.path('data.parquet'), manifest.inputs, {
      chunkRows: Math.max(1, Math.min(BATCH_ROWS, total)),
      signal,
    });
    for await (const { columns, rows } of chunks) {
      if (comparison.rows >= total) break;
      const inputs = columns.map((column) => ({ ...rowTensorOf(rawTensor(column, rows)), name: column.name }));
      const [scores] = await runSteps({
        steps,
        inputs,
        rows,
        outputs: [output],
        run: ({ step, inputs: given, outputs }) => runSession(sessions.get(step.name), given, outputs),
      });
      const byName = Object.fromEntries(columns.map((column) => [column.name, column]));
      comparison.add(
        scores?.data as Float32Array,
        await serve(session, manifest, jsonRows(manifest.inputs, byName, rows)),
      );
      comparison.rows += rows;
    }
    return comparison.result();
  } finally {
    await Promise.all(Array.from(sessions.values(), (opened) => opened.release()));
  }
}

interface OrtRowTensor extends RowTensor {
  type: Tensor.Type;
}

function rowTensorOf({ type, dims, data }: Tensor): OrtRowTensor {
  return { name: '', type, shape: dims, data: data as RowTensor['data'] };
}

async function runSession(
  session: InferenceSession | undefined,
  inputs: readonly OrtRowTensor[],
  outputs: readonly string[],
): Promise<OrtRowTensor[]> {
  const feeds = Object.fromEntries(
    inputs.map(({ name, type, data, shape }) => [name, new Tensor(type, data as never, [...shape])]),
  );
  const results = (await session?.run(feeds, [...outputs])) ?? {};
  return outputs.map((name) => ({ ...rowTensorOf(results[name] as Tensor), name }));
}

interface Served {
  scores: Float32Array;
  /** Indices into the classes, -1 for a label that is none; undefined for regression. */
  labels: number[] | undefined;
}

async function serve(
  session: ModelSession,
  manifest: ModelManifest,
  rows: readonly Record<string, unknown>[],
): Promise<Served> {
  const out = await session.run(encodeRows(rows, manifest.inputs));
  const scores = out[scoreOutput(manifest.task)];
  if (scores === undefined) throw new AppError('artifact.corrupt', 'The model has no output of scores.');
  const labels = out['label']?.data as BigInt64Array | string[] | undefined;
  return {
    scores: scores.data as Float32Array,
    labels: labels && Array.from(labels as ArrayLike<bigint | string>, (label) => classIndex(manifest, label)),
  };
}

function classIndex({ classes }: ModelManifest, label: bigint | string): number {
  return classes.findIndex((known) => (typeof label === 'string' ? known === label : Number(known) === Number(label)));
}

/** Raw values as the JSON that a request carries. */
function jsonRows(
  inputs: readonly InputColumn[],
  columns: Record<string, ColumnValues>,
  rows: number,
): Record<string, unknown>[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(inputs.map((input) => [input.name, rawJson(input, columns[input.name] as ColumnValues, row)])),
  );
}

/** [rows, width] as [width, rows]. */
function transposed(values: Float32Array, rows: number, width: number): Float32Array {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) result[c * rows + row] = values[row * width + c] as number;
  }
  return result;
}

class Comparison {
  rows = 0;
  readonly #manifest: ModelManifest;
  #largest = 0;
  #squares = 0;
  #values = 0;
  #mismatches = 0;

  constructor(manifest: ModelManifest) {
    this.#manifest = manifest;
  }

  add(native: Float32Array, served: Served): void {
    if (native.length !== served.scores.length) {
      throw new AppError('artifact.corrupt', 'The native scorer and the model give different numbers of scores.');
    }
    for (let i = 0; i < native.length; i++) {
      const expected = native[i] as number;
      const given = served.scores[i] as number;
      // Rows that a forecast does not reach; for any other model a NaN must fail the gate, so no `Math.max` either.
      if (this.#manifest.forecast !== undefined && Number.isNaN(expected) && Number.isNaN(given)) continue;
      const difference = Math.abs(expected - given);
      if (!(difference <= this.#largest)) this.#largest = Number.isNaN(difference) ? Number.MAX_VALUE : difference;
      this.#squares += expected * expected;
    }
    this.#values += native.length;
    if (this.#manifest.task === 'regression') return;
    const width = this.#manifest.classes.length;
    for (let row = 0; row < native.length / width; row++) {
      const index = served.labels?.[row] ?? -1;
      if (
        index < 0 ||
        !isLargest(native, row * width, width, index) ||
        !isArgmax(served.scores, row * width, width, index)
      ) {
        this.#mismatches++;
      }
    }
  }

  result(): Parity {
    const unit = this.#manifest.task === 'regression' ? Math.max(1, Math.sqrt(this.#squares / this.#values)) : 1;
    const maxAbsDifference = this.rows === 0 ? 0 : this.#largest / unit;
    return {
      rows: this.rows,
      maxAbsDifference,
      labelMismatches: this.#mismatches,
      tolerance: TOLERANCE,
      passed: this.rows > 0 && maxAbsDifference <= TOLERANCE && this.#mismatches === 0,
    };
  }
}

/** Scores within the tolerance of each other have no order: either label is right. */
function isLargest(scores: Float32Array, start: number, width: number, index: number): boolean {
  const own = scores[start + index] as number;
  for (let k = 0; k < width; k++) if ((scores[start + k] as number) > own + 2 * TOLERANCE) return false;
  return true;
}

/** The served label must be the first class of the largest served probability. */
function isArgmax(scores: Float32Array, start: number, width: number, index: number): boolean {
  const own = scores[start + index] as number;
  for (let k = 0; k < width; k++) {
    const other = scores[start + k] as number;
    if (other > own || (other === own && k < index)) return false;
  }
  return true;
}
