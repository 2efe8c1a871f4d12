import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/app-error.ts';
import { modelFiles } from '../../../shared/model/model-form.ts';
import type { ModelManifest, PythonEstimator } from '../../../shared/model/signature.ts';
import { EstimatorProcess } from './estimator-process.ts';
import { requireEstimatorTrust } from './estimator-trust.ts';
import { environmentDigest } from './interpreter.ts';

/** What of a model's manifest its estimator needs. */
export type EstimatorManifest = Pick<ModelManifest, 'task' | 'classes' | 'features' | 'python'>;

export interface OpenEstimator {
  manifest: EstimatorManifest;
  python: PythonEstimator;
  /** Absolute path of a file of the model artifact. */
  path(file: string): string;
  /** Named in errors. */
  label: string;
  /** Of the model artifact, where it is known. */
  digest?: string | undefined;
  threads: number;
  timeoutMs: number;
  log(level: 'info' | 'warn', text: string): void;
}

export interface OpenedEstimator {
  process: EstimatorProcess;
  /** Whether the packages are those of the training. */
  sameEnvironment: boolean;
}

/**
 * Starts the Python process of a model's estimator, where this person trusts it, with the bytes that they trusted.
 * Errors: `trust.required`, `artifact.corrupt` (the file is another), `environment.missing`, `model.invalid`.
 */
export async function openEstimator(options: OpenEstimator): Promise<OpenedEstimator> {
  const { manifest, python, label, digest, threads, timeoutMs, log } = options;
  requireEstimatorTrust(python, label, digest);
  const bytes = await readFile(options.path(modelFiles.python));
  if (createHash('sha256').update(bytes).digest('hex') !== python.sha256) {
    throw new AppError('artifact.corrupt', `${modelFiles.python} of ${label} is not the file that was trained.`, {
      fix: 'Train the model again with --force.',
    });
  }
  const environment = await environmentDigest(python.interpreter, new AbortController().signal).catch(
    (cause: unknown) => {
      throw environmentGone(label, python, cause);
    },
  );
  const sameEnvironment = environment === python.environment;
  if (!sameEnvironment) log('warn', `${label}: ${environmentChange(python)}`);
  try {
    const process = await EstimatorProcess.open({
      interpreter: python.interpreter,
      bytes,
      task: manifest.task,
      classes: manifest.task === 'regression' ? 0 : manifest.classes.length,
      width: manifest.features.reduce((sum, { width }) => sum + width, 0),
      threads,
      memoryBytes: python.memoryMb * 2 ** 20,
      timeoutMs,
      log: (level, text) => log(level, `${label}: ${text}`),
    });
    return { process, sameEnvironment };
  } catch (cause) {
    if (cause instanceof AppError) throw environmentGone(label, python, cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('model.invalid', `Python cannot load ${label} (${python.type}): ${reason}`, {
      fix: sameEnvironment
        ? 'Train the model again, or look at what the log says.'
        : `Give ${python.interpreter} the packages of the training again, or train the model again.`,
      cause,
    });
  }
}

export function environmentChange({ interpreter }: PythonEstimator): string {
  return `the packages of ${interpreter}, or its version, are not those of the training: answers may differ.`;
}

function environmentGone(label: string, { interpreter, version }: PythonEstimator, cause: unknown): AppError {
  return new AppError(
    'environment.missing',
    `${label} runs in ${interpreter} (Python ${version}), which does not start here.`,
    {
      fix: 'Make that environment again at the same place, or train the model again with another.',
      cause,
    },
  );
}
