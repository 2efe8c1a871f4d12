import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-common';
import type { InferenceSession } from 'onnxruntime-node';
import { toAppError } from '../../../shared/errors/app-error.ts';
import { featuresManifestSchema, type ModelManifest } from '../../../shared/model/signature.ts';
import { featureTensorName } from '../onnx/merge-pipelines.ts';
import { decodeModel, encodeModel } from '../onnx/proto.ts';
import type { BatchSession } from '../onnx/run-batches.ts';
import { openSession } from '../onnx/session.ts';
import { TreeBatchScorer } from '../trees/batch-scorer.ts';
import { decodeTrees } from '../trees/native-format.ts';
import type { TreeModel } from '../trees/tree-model.ts';
import { type ModelFolder, openModel } from './open-model.ts';
import { tailModel } from './tail-model.ts';

/** A model for scoring many rows; close it with `release`. */
export interface ScoringSession extends BatchSession {
  release(): Promise<void>;
}

export interface ScoringModel {
  manifest: Pick<ModelManifest, 'trainer'> & ModelFolder['manifest'];
  /** Absolute path of one of the files of the `model` artifact. */
  path(file: string): string;
}

const capacity = 4096;

/**
 * Opens a model to score many rows with. Boosted trees are walked by the kernels they were trained with, between their
 * features and what follows them, each in ONNX Runtime; every other model runs as the graph that is served. Scores are
 * those of the served graph on one thread to the last bit, whatever `threads` is. Errors: those of `openSession`.
 */
export async function openScoringSession(
  model: ScoringModel,
  options: { threads: number; label: string },
): Promise<ScoringSession> {
  const parts = model.manifest.trainer.kind === 'train.trees' ? await partsOf(model) : undefined;
  if (parts === undefined) return openModel(model, options);
  try {
    return await TreeSession.open(parts, options);
  } catch (error) {
    // An installation without the kernels still has the graph, and so has a model too large for their memory.
    if (!['environment.missing', 'step.out-of-memory'].includes(toAppError(error).code)) throw error;
    return openModel(model, options);
  }
}

/** Undefined where the files beside the graph are missing or of another form. */
async function partsOf(model: ScoringModel): Promise<Parts | undefined> {
  try {
    const [served, native, json] = await Promise.all([
      readFile(model.path('model.onnx')),
      readFile(model.path('native.bin')),
      readFile(model.path('features.json'), 'utf8'),
    ]);
    const tail = tailModel(decodeModel(served));
    const trees = decodeTrees(native);
    const { outputs: features } = featuresManifestSchema.parse(JSON.parse(json));
    const width = features.reduce((sum, feature) => sum + feature.width, 0);
    if (tail === undefined || tail.outputs !== trees.base.length || width !== trees.features) return undefined;
    return { pipelinePath: model.path('pipeline.onnx'), features, trees, tail };
  } catch {
    return undefined;
  }
}

interface Parts {
  pipelinePath: string;
  features: readonly { name: string; width: number }[];
  trees: TreeModel;
  tail: NonNullable<ReturnType<typeof tailModel>>;
}

class TreeSession implements ScoringSession {
  readonly outputNames: readonly string[];
  readonly #parts: Parts;
  readonly #pipeline: InferenceSession;
  readonly #scorer: TreeBatchScorer;
  readonly #tail: InferenceSession;

  private constructor(parts: Parts, pipeline: InferenceSession, scorer: TreeBatchScorer, tail: InferenceSession) {
    this.#parts = parts;
    this.#pipeline = pipeline;
    this.#scorer = scorer;
    this.#tail = tail;
    this.outputNames = tail.outputNames;
  }

  static async open(parts: Parts, options: { threads: number; label: string }): Promise<TreeSession> {
    // First: it is what an installation may lack.
    const scorer = await TreeBatchScorer.open(parts.trees, { threads: options.threads, capacity });
    try {
      const pipeline = await openSession(parts.pipelinePath, options);
      const tail = await openSession(encodeModel(parts.tail.model), options);
      return new TreeSession(parts, pipeline, scorer, tail);
    } catch (error) {
      await scorer[Symbol.asyncDispose]();
      throw error;
    }
  }

  async run(feeds: Record<string, Tensor>, outputs: string[]): Promise<Readonly<Record<string, Tensor>>> {
    const { features, tail } = this.#parts;
    const names = new Set(this.#pipeline.inputNames);
    const used = Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
    const made = await this.#pipeline.run(used);
    const columns = features.flatMap(({ name, width }) => {
      const values = made[featureTensorName(name)]?.data as Float32Array;
      return Array.from({ length: width }, (_, at) => ({ values, at, width }));
    });
    const rows = Object.values(feeds)[0]?.dims[0] ?? 0;
    const raw = new Float32Array(rows * tail.outputs);
    for (let from = 0; from < rows; from += capacity) {
      const count = Math.min(capacity, rows - from);
      columns.forEach(({ values, at, width }, column) => {
        this.#scorer.setColumn(column, values.subarray(from * width, (from + count) * width), count, at, width);
      });
      raw.set(this.#scorer.score(count), from * tail.outputs);
    }
    return this.#tail.run({ [tail.input]: new Tensor('float32', raw, [rows, tail.outputs]) }, outputs);
  }

  async release(): Promise<void> {
    await this.#scorer[Symbol.asyncDispose]();
    await this.#pipeline.release();
    await this.#tail.release();
  }
}
