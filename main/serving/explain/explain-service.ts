import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { AppError, toAppError } from '../../../shared/errors/app-error.ts';
import { errorCodes } from '../../../shared/errors/codes.ts';
import type { ClassLabel } from '../../../shared/model/signature.ts';
import type { ExplainMethod, ScoreScale } from '../../../shared/model/explanation-report.ts';
import type { Explanations } from '../../compute/explain/explanation.ts';
import { durationBuckets, Histogram } from '../histogram-metric.ts';
import { isRecord } from '../is-record.ts';
import { parseJsonBody } from '../json-body.ts';
import { encodePredictRows } from '../predict-rows.ts';
import { readRequestId } from '../request-id.ts';
import type { ServedModel } from '../served-model.ts';
import { ExplainExecutor } from './explain-executor.ts';

/** Most rows of one request, and most rows the model may score for it. */
const maxRows = 1_000;
const maxScoredRows = 500_000;

export interface ExplainRequest {
  id: string | undefined;
  rows: readonly Record<string, unknown>[];
  /** The class to explain; undefined: the second of two, else the most probable of each row. */
  class?: ClassLabel | undefined;
  /** Also what the columns that the model sees contribute. */
  encoded?: boolean;
}

/** Why one row got its score: `base` + the sum of the contributions is `score`. */
export interface RowExplanation {
  /** Classification: the predicted class, and the one that is explained. */
  label: ClassLabel | null;
  class: ClassLabel | null;
  /** Regression: the prediction; else the probability of the explained class. */
  value: number;
  base: number;
  score: number;
  /** Of the columns of a request, the largest first. */
  contributions: { column: string; value: unknown; contribution: number; standardError?: number }[];
  encoded?: { column: string; contribution: number }[];
}

export interface ExplainAnswer {
  model_name: string;
  model_version: string;
  id: string;
  method: ExplainMethod;
  /** What contributions add up in. */
  scale: ScoreScale;
  note?: string;
  explanations: RowExplanation[];
}

/** Counts of one model version. */
interface ExplainCounts {
  byCode: Map<number, number>;
  seconds: Histogram;
}

/** Explains predictions of the models of an endpoint, apart from the threads that predict. */
export class ExplainService {
  readonly counts = new Map<ServedModel, ExplainCounts>();
  readonly #executors = new Map<ServedModel, ExplainExecutor>();
  readonly #isServed: (model: ServedModel) => boolean;

  /** @param isServed models that are not any more are forgotten, with their threads */
  constructor(isServed: (model: ServedModel) => boolean) {
    this.#isServed = isServed;
  }

  /** Errors: `request.invalid`, `request.too-large`, `request.unsupported` (the model cannot be explained), `serve.overloaded`. */
  async explain(model: ServedModel, request: ExplainRequest, signal?: AbortSignal): Promise<ExplainAnswer> {
    this.forget();
    const counts = this.counts.get(model) ?? {
      byCode: new Map<number, number>(),
      seconds: new Histogram(durationBuckets),
    };
    this.counts.set(model, counts);
    const startedMs = performance.now();
    let status = 200;
    model.hold();
    try {
      return await this.#explain(model, request, signal);
    } catch (error) {
      status = errorCodes[toAppError(error).code].httpStatus;
      throw error;
    } finally {
      model.release();
      counts.byCode.set(status, (counts.byCode.get(status) ?? 0) + 1);
      counts.seconds.observe((performance.now() - startedMs) / 1000);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#executors.values()].map((executor) => executor.close()));
    this.#executors.clear();
  }

  /** Ends the threads of models that are not served any more, after what they run. */
  forget(): void {
    for (const model of this.counts.keys()) {
      if (this.#isServed(model)) continue;
      void this.#executors.get(model)?.close();
      this.#executors.delete(model);
      this.counts.delete(model);
    }
  }

  async #explain(model: ServedModel, request: ExplainRequest, signal: AbortSignal | undefined): Promise<ExplainAnswer> {
    const { manifest } = model;
    if (manifest === null) {
      throw new AppError(
        'request.unsupported',
        `Model "${model.name}" cannot be explained: its columns are not known.`,
        {
          fix: 'Serve a model from the registry.',
        },
      );
    }
    const output = outputOf(manifest.classes, manifest.task === 'regression', request.class);
    if (request.rows.length > maxRows) throw tooLarge(request.rows.length, maxRows);
    const { rows } = await model.enrichRows(request.rows);
    const inputs = encodePredictRows(rows, manifest);
    if (manifest.python !== undefined) {
      throw new AppError(
        'request.unsupported',
        `Model ${model.name} runs in Python: to explain a row there takes thousands of its predictions.`,
        { fix: 'Put an Explain step behind the model in its graph.' },
      );
    }
    const executor = this.#executorOf(model, manifest);
    const { method, scale, note, scoredPerRow } = await executor.facts();
    const most = Math.max(1, Math.floor(maxScoredRows / scoredPerRow));
    if (rows.length > most) throw tooLarge(rows.length, most);
    const encoded = request.encoded ?? false;
    const found = await executor.explain({ inputs, rows: rows.length, output, encoded }, signal);
    return {
      model_name: model.name,
      model_version: model.version,
      id: request.id ?? randomUUID(),
      method,
      scale,
      ...(note === undefined ? {} : { note }),
      explanations: rows.map((row, i) => explanationOf(found, i, row, manifest.classes)),
    };
  }

  #executorOf(model: ServedModel, manifest: NonNullable<ServedModel['manifest']>): ExplainExecutor {
    let executor = this.#executors.get(model);
    if (executor === undefined) {
      const label = `model ${model.name} version ${model.version}`;
      executor = new ExplainExecutor({ dir: dirname(model.modelPath), label, manifest });
      this.#executors.set(model, executor);
    }
    return executor;
  }
}

/** Body of an explain request: that of a prediction, with `class` and `encoded`. Errors: `request.invalid`. */
export function readExplainRequest(body: Buffer): ExplainRequest {
  const given = parseJsonBody(body, () => false);
  if (!isRecord(given) || !Array.isArray(given['rows'])) {
    throw new AppError('request.invalid', 'The request has no list "rows".', {
      fix: 'Send {"rows": [{"COLUMN": value, …}]}.',
    });
  }
  const { encoded } = given;
  const wanted = given['class'];
  if (encoded !== undefined && typeof encoded !== 'boolean') {
    throw new AppError('request.invalid', '"encoded" is not true or false.');
  }
  if (wanted !== undefined && !['string', 'number', 'boolean'].includes(typeof wanted)) {
    throw new AppError('request.invalid', '"class" is not a class.', {
      fix: 'Send one label, as predictions have it.',
    });
  }
  return {
    id: readRequestId(given['id']),
    rows: given['rows'] as Record<string, unknown>[],
    class: wanted as ClassLabel | undefined,
    ...(encoded === undefined ? {} : { encoded }),
  };
}

function outputOf(
  classes: readonly ClassLabel[],
  isRegression: boolean,
  wanted: ClassLabel | undefined,
): number | undefined {
  if (wanted === undefined || isRegression) return undefined;
  const found = classes.findIndex((label) => label === wanted || String(label) === String(wanted));
  if (found !== -1) return found;
  throw new AppError('request.invalid', `The model has no class "${String(wanted).slice(0, 80)}".`, {
    fix: `Send one of ${classes.slice(0, 10).join(', ')}.`,
  });
}

function tooLarge(rows: number, most: number): AppError {
  return new AppError(
    'request.too-large',
    `The request has ${rows} rows; at most ${most} of this model are explained at once.`,
    {
      fix: 'Send several requests.',
    },
  );
}

function explanationOf(
  found: Explanations,
  row: number,
  values: Readonly<Record<string, unknown>>,
  classes: readonly ClassLabel[],
): RowExplanation {
  const width = found.columns.length;
  const contributions = found.columns.map((column, c) => {
    const error = found.standardErrors?.[row * width + c];
    return {
      column,
      value: values[column] ?? null,
      contribution: found.contributions[row * width + c] as number,
      ...(error === undefined ? {} : { standardError: error }),
    };
  });
  const base = found.base[row] as number;
  const score = contributions.reduce((sum, { contribution }) => sum + contribution, base);
  contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const scores = Math.max(1, classes.length);
  const own = found.scores.subarray(row * scores, (row + 1) * scores);
  const output = found.outputs[row] as number;
  const best = own.indexOf(own.reduce((a, b) => Math.max(a, b)));
  return {
    label: classes[best] ?? null,
    class: classes[output] ?? null,
    value: own[output] as number,
    base,
    score,
    contributions,
    ...(found.encoded === undefined ? {} : { encoded: encodedOf(found.encoded, row) }),
  };
}

/** Columns without a part in it are left out: encodings are wide. */
function encodedOf({ names, contributions }: NonNullable<Explanations['encoded']>, row: number) {
  return names
    .map((column, i) => ({ column, contribution: contributions[row * names.length + i] as number }))
    .filter(({ contribution }) => contribution !== 0)
    .sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
