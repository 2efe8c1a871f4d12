import { z } from 'zod';
import { joinedViewSchema } from '../features/joined-view.ts';
import { calibrationSchema } from './calibration.ts';
import { pixelShapeSchema } from '../table/pixel-columns.ts';
import { columnTypeSchema } from '../table/schema.ts';

/**
 * How a raw column enters an ONNX graph; every input has shape [N, 1] except `tensor`, which is [N, size].
 * - `bool`, `int64`, `float64` → FP64, missing = NaN
 * - `timestamp` → INT64 microseconds since the epoch (UTC), missing = MISSING_TIMESTAMP
 * - `string` → BYTES (ONNX string), missing = MISSING_STRING
 * - `tensor` → FP32
 */
export const MISSING_STRING = '\u2400';
/** -2^63: no representable date. */
export const MISSING_TIMESTAMP = -(2n ** 63n);

export const inputColumnSchema = z.object({
  name: z.string(),
  type: columnTypeSchema.exclude(['other']),
  size: z.number().int().positive().optional(),
  /** A tensor of pixels: requests may send the image itself, which is brought to them as those of training were. */
  pixels: pixelShapeSchema.optional(),
});
export type InputColumn = z.infer<typeof inputColumnSchema>;

export const taskSchema = z.enum(['binary', 'multiclass', 'regression']);
export type Task = z.infer<typeof taskSchema>;

/** A class label as JSON: booleans for `bool` labels, numbers for `int64`, strings for `string`. */
export const classLabelSchema = z.union([z.string(), z.number(), z.boolean()]);
export type ClassLabel = z.infer<typeof classLabelSchema>;

/** One transformed feature: `width` float32 columns computed from raw `sources`. */
export const featureColumnSchema = z.object({
  name: z.string(),
  width: z.number().int().positive(),
  sources: z.array(z.string()),
  /** Ordinal categories (value i of the feature = categories[i]); trees may split on them as a set. */
  categories: z.array(z.string()).optional(),
  /** Names of the `width` columns where they mean something, e.g. the categories of a one-hot encoding. */
  labels: z.array(z.string()).optional(),
  /** Still text (BYTES [N, 1]); it must be encoded before a trainer can take it. */
  text: z.boolean().optional(),
  /** Training rows have values of their own, learnt from the other folds; no step may build on it. */
  outOfFold: z.boolean().optional(),
});
export type FeatureColumn = z.infer<typeof featureColumnSchema>;

/**
 * `features.json` inside a `features` artifact, beside `pipeline.onnx`: raw columns in, one output `feature:NAME` per
 * feature (FP32 [N, width]; the prefix keeps it apart from an input of the same name).
 */
export const featuresManifestSchema = z.object({
  /** Digest of the table artifact the steps were fitted on; trainers read label and rows from it. */
  table: z.string(),
  inputs: z.array(inputColumnSchema),
  outputs: z.array(featureColumnSchema),
  /** Values that training takes in place of those of the graph: a file per feature, float32 [rows, width] little-endian. */
  outOfFold: z.array(z.object({ feature: z.string(), file: z.string() })).optional(),
});
export type FeaturesManifest = z.infer<typeof featuresManifestSchema>;

/** One model or rule of several that answer together; its file lies beside `model.onnx`. */
export const pipelineStepSchema = z.object({
  /** `first`, `rule`, `second.first`. */
  name: z.string().max(400),
  file: z.string().regex(/^[a-z0-9][a-z0-9.-]*\.(onnx|bin)$/),
  /** `neighbours`: no ONNX, but an index of items that is searched. */
  kind: z.enum(['onnx', 'neighbours']).optional(),
  /** Raw columns it reads, and what steps before it make. */
  inputs: z.array(z.string()),
  /** Also reads the answer that its rows have so far, each output under `answer:NAME`. */
  takesAnswer: z.boolean(),
  /** Gives the outputs of the model, in place of those that its rows have so far. */
  answers: z.boolean(),
  /** Outputs that later steps read under the same name. */
  makes: z.array(z.string()).optional(),
  /** Has the output `slipway.route`, BOOL [N, 1]: what its rule says of each row. */
  routes: z.boolean(),
  /** It gets the rows of which all these rules said so; steps before it. */
  when: z.array(z.object({ step: z.string(), route: z.boolean() })),
  /** When it has no room its rows keep the answer they have. */
  optional: z.boolean(),
});
export type PipelineStep = z.infer<typeof pipelineStepSchema>;

/** Output of a step with a rule. */
export const routeOutput = 'slipway.route';

/** Input by which a step reads the output of the answer so far. */
export function answerInput(output: string): string {
  return `answer:${output}`;
}

/** What a forecast gives beside `prediction`. */
export const intervalOutputs = ['lower', 'upper'] as const;
export type IntervalOutput = (typeof intervalOutputs)[number];

/** The output that a model of a task is measured and compared by. */
export function scoreOutput(task: Task): 'prediction' | 'probabilities' {
  return task === 'regression' ? 'prediction' : 'probabilities';
}

/** Outputs of the models of a task. */
export function answerOutputs(task: Task): string[] {
  return task === 'regression' ? ['prediction'] : ['probabilities', 'label'];
}

/**
 * The estimator of a model that Python runs: `estimator.pkl` beside `matrix.onnx` (its features) takes the place of
 * `model.onnx` and `native.bin`. All that decides which code runs is in here, so that trust can be in its digest.
 */
export const pythonEstimatorSchema = z.object({
  /** SHA-256 of `estimator.pkl`. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Class of the estimator, such as `sklearn.neighbors.KNeighborsClassifier`. */
  type: z.string().max(500),
  /** The Python program that trained it. */
  interpreter: z.string().min(1).max(4096),
  /** SHA-256 of its version and packages, see `environmentDigest`. */
  environment: z.string(),
  /** Of Python. */
  version: z.string().max(100),
  memoryMb: z.number().int().positive(),
  /** Why it has no ONNX form. */
  why: z.string().max(2000),
});
export type PythonEstimator = z.infer<typeof pythonEstimatorSchema>;

/**
 * `model.json` inside a `model` artifact. Its files: `model.onnx` (fused: raw columns in; classification out:
 * `probabilities` FP32 [N, C] and `label` (INT64 for int64 and bool labels, else BYTES) [N, 1]; regression out:
 * `prediction` FP32 [N, 1]), `native.bin` (the trainer's own parameters, read back for the parity gate),
 * `reference.parquet` (at most 50,000 rows of the raw input columns and the label, for drift), and the feature pipeline
 * alone, `pipeline.onnx` with `features.json`, that the native parameters are fed from.
 */
export const modelManifestSchema = z.object({
  task: taskSchema,
  label: z.object({ column: z.string(), type: columnTypeSchema }),
  classes: z.array(classLabelSchema),
  inputs: z.array(inputColumnSchema),
  features: z.array(featureColumnSchema),
  trainer: z.object({
    kind: z.string(),
    params: z.record(z.string(), z.unknown()),
    /** Params of the search that found these params. */
    search: z.record(z.string(), z.unknown()).optional(),
  }),
  /** How probabilities are corrected, behind the scores of `native.bin`; a part of `model.onnx`. */
  calibration: calibrationSchema.optional(),
  training: z.object({
    rows: z.number(),
    table: z.string(),
    /** Left out by trainers with determinism `pure` or `seeded`: wall time would change the digest of an equal model. */
    seconds: z.number().optional(),
    /** Execution provider that the maths ran on at last, and why; of networks. */
    ran: z.object({ provider: z.string(), why: z.string() }).optional(),
    /** Loss per iteration or epoch; `valid` is empty without a validation part. */
    curve: z.object({ metric: z.string(), train: z.array(z.number()), valid: z.array(z.number()) }),
  }),
  /** Share of total gain or mean |standardised coefficient| per feature, summing to 1, largest first. */
  importance: z.array(z.object({ feature: z.string(), value: z.number() })),
  /** One raw input row as JSON, to prefill forms and to test a deployment. */
  example: z.record(z.string(), z.unknown()),
  /** Distinct values of small string columns, for choice fields. */
  choices: z.record(z.string(), z.array(z.string())),
  /** The classes are items, of which at most `count` have a probability above 0: predictions list those, best first. */
  ranking: z.object({ count: z.number().int().positive() }).optional(),
  /** Answers only for `horizon` steps behind the end of its series: other rows have the prediction NaN. */
  forecast: z
    .object({
      horizon: z.number().int().positive(),
      /** The outputs `lower` and `upper`, FP32 [N, 1], hold this share of the values; NaN where that was not tried. */
      level: z.number().optional(),
    })
    .optional(),
  /**
   * Several models behind a rule: `model.onnx` holds them all, and an endpoint runs their steps by themselves, in this
   * order, each with its own batches.
   */
  pipeline: z.object({ steps: z.array(pipelineStepSchema).min(2).max(64) }).optional(),
  /** Absent where `model.onnx` is the model; see `model-form.ts`. */
  python: pythonEstimatorSchema.optional(),
  /** Inputs that were joined from feature views: an endpoint reads them online. Absent where there are none. */
  joined: z.array(joinedViewSchema).optional(),
});
export type ModelManifest = z.infer<typeof modelManifestSchema>;
