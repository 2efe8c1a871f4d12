import { Tensor } from 'onnxruntime-common';
import type { InferenceSession } from 'onnxruntime-node';
import { AppError } from '../../../shared/errors/app-error.ts';
import { matrixFile, matrixOutput, modelFiles } from '../../../shared/model/model-form.ts';
import { answerOutputs, type ModelManifest, type PythonEstimator } from '../../../shared/model/signature.ts';
import { calibrateScores } from '../calibration/calibrate-scores.ts';
import { openSession } from '../onnx/session.ts';
import { type OpenedEstimator, openEstimator } from '../python/open-estimator.ts';

/** A whole model, raw columns in and answers out, whatever its form: what ONNX Runtime's session has of it. */
export interface ModelSession
  extends Pick<InferenceSession, 'inputNames' | 'outputNames' | 'inputMetadata' | 'outputMetadata'> {
  /** All outputs, or those that are named. */
  run(feeds: Record<string, Tensor>): Promise<Readonly<Record<string, Tensor>>>;
  run(feeds: Record<string, Tensor>, outputs: string[]): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

export interface ModelFolder {
  manifest: Pick<ModelManifest, 'task' | 'label' | 'classes' | 'features' | 'calibration' | 'python'>;
  /** Absolute path of a file of the `model` artifact. */
  path(file: string): string;
}

export interface ModelOptions {
  threads: number;
  /** Named in errors. */
  label: string;
  /** Of the model artifact, where it is known. */
  digest?: string | undefined;
  silent?: boolean;
  /** Longest time of one batch in Python; default 10 min. */
  timeoutMs?: number;
  log?(level: 'info' | 'warn', text: string): void;
}

const defaultTimeoutMs = 600_000;

/**
 * Opens a model of either form; the one place that knows how. Errors: those of `openSession`, and for a model that
 * Python runs those of `openEstimator`.
 */
export function openModel(model: ModelFolder, options: ModelOptions): Promise<ModelSession> {
  const { python } = model.manifest;
  if (python !== undefined) return PythonModel.open(model, python, options);
  const { threads, label, silent = false } = options;
  return openSession(model.path(modelFiles.onnx), { threads, label, silent });
}

/** Features in ONNX Runtime, of which every batch goes to the estimator's process. */
export class PythonModel implements ModelSession {
  readonly outputNames: readonly string[];
  readonly outputMetadata: ModelSession['outputMetadata'];
  readonly estimator: OpenedEstimator;
  readonly #manifest: ModelFolder['manifest'];
  readonly #features: InferenceSession;

  private constructor(manifest: ModelFolder['manifest'], features: InferenceSession, estimator: OpenedEstimator) {
    this.#manifest = manifest;
    this.#features = features;
    this.estimator = estimator;
    this.outputNames = answerOutputs(manifest.task);
    const isNumber = hasNumberLabels(manifest);
    this.outputMetadata = this.outputNames.map((name) => ({
      name,
      isTensor: true,
      type: name !== 'label' ? 'float32' : isNumber ? 'int64' : 'string',
      shape: ['N', name === 'probabilities' ? manifest.classes.length : 1],
    }));
  }

  static async open(
    { manifest, path }: ModelFolder,
    python: PythonEstimator,
    { threads, label, digest, silent = false, timeoutMs = defaultTimeoutMs, log = () => undefined }: ModelOptions,
  ): Promise<PythonModel> {
    // First: whether it may be loaded at all.
    const estimator = await openEstimator({ manifest, python, path, label, digest, threads, timeoutMs, log });
    try {
      return new PythonModel(manifest, await openSession(path(matrixFile), { threads, label, silent }), estimator);
    } catch (error) {
      await estimator.process.close();
      throw error;
    }
  }

  get inputNames(): readonly string[] {
    return this.#features.inputNames;
  }

  get inputMetadata(): ModelSession['inputMetadata'] {
    return this.#features.inputMetadata;
  }

  async run(feeds: Record<string, Tensor>, outputs = [...this.outputNames]): Promise<Record<string, Tensor>> {
    const made = await this.#features.run(feeds, [matrixOutput]);
    const matrix = made[matrixOutput];
    const rows = matrix?.dims[0];
    if (matrix === undefined || rows === undefined)
      throw new AppError('artifact.corrupt', 'The features give no matrix.');
    const scores = await scoreEstimator(this.estimator, this.#manifest, matrix.data as Float32Array, rows);
    const { classes, task } = this.#manifest;
    const width = task === 'regression' ? 1 : classes.length;
    return Object.fromEntries(
      outputs.map((name) => [
        name,
        name === 'label' ? this.#labels(scores, rows) : new Tensor('float32', scores, [rows, width]),
      ]),
    );
  }

  async release(): Promise<void> {
    await this.estimator.process.close();
    await this.#features.release();
  }

  /** The class of the largest probability, the first among equals, as the graph of other models has it. */
  #labels(scores: Float32Array, rows: number): Tensor {
    const { classes } = this.#manifest;
    const best = Array.from({ length: rows }, (_, row) => {
      let index = 0;
      const start = row * classes.length;
      for (let k = 1; k < classes.length; k++) {
        if ((scores[start + k] as number) > (scores[start + index] as number)) index = k;
      }
      return classes[index];
    });
    const dims = [rows, 1];
    return hasNumberLabels(this.#manifest)
      ? new Tensor(
          'int64',
          BigInt64Array.from(best, (label) => BigInt(Number(label))),
          dims,
        )
      : new Tensor('string', best.map(String), dims);
  }
}

/** Scores of a feature matrix, row-major, calibrated where the model is. */
export async function scoreEstimator(
  { process }: OpenedEstimator,
  { calibration }: Pick<ModelManifest, 'calibration'>,
  matrix: Float32Array,
  rows: number,
): Promise<Float32Array> {
  const scores = await process.score(matrix, rows);
  return calibration === undefined ? scores : calibrateScores(calibration, scores, rows);
}

function hasNumberLabels({ label }: Pick<ModelManifest, 'label'>): boolean {
  return label.type === 'bool' || label.type === 'int64';
}
