import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/app-error.ts';
import type { PythonEstimator } from '../../../shared/model/signature.ts';
import { canonicalJson } from '../../../shared/plan/canonical-json.ts';
import { configFolder } from '../paths/config-folder.ts';
import { replaceFileSync } from '../paths/replace-file.ts';

const recordSchema = z.object({
  digest: z.string(),
  /** `trained`: by a run of this person on this machine; `consented`: they said so about a model from elsewhere. */
  how: z.enum(['trained', 'consented']),
  type: z.string(),
  timeMs: z.number(),
});
export type EstimatorTrust = z.infer<typeof recordSchema>;

/**
 * Which pickled estimators this person lets Python load on this machine: loading one runs the code in it. One file each,
 * named by the digest of all that decides which code runs (estimator, Python program), outside any data directory or
 * folder of models, so that no such folder can bring its own consent along.
 */
export function estimatorTrustFolder(): string {
  const named = process.env['SLIPWAY_TRUST_DIR'];
  return named === undefined || named === '' ? configFolder('python-models') : named;
}

/** SHA-256 over the estimator's file, by its digest, and how it is run. */
export function estimatorDigest(python: PythonEstimator): string {
  return createHash('sha256').update(canonicalJson(python)).digest('hex');
}

/** Undefined where nobody has said so. */
export function estimatorTrust(python: PythonEstimator, folder = estimatorTrustFolder()): EstimatorTrust | undefined {
  const digest = estimatorDigest(python);
  try {
    const record = recordSchema.parse(JSON.parse(readFileSync(join(folder, `${digest}.json`), 'utf8')));
    return record.digest === digest ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Errors: `disk.read-only`. */
export function trustEstimator(
  python: PythonEstimator,
  how: EstimatorTrust['how'],
  folder = estimatorTrustFolder(),
): EstimatorTrust {
  const known = estimatorTrust(python, folder);
  if (known !== undefined) return known;
  const digest = estimatorDigest(python);
  const record: EstimatorTrust = { digest, how, type: python.type, timeMs: Date.now() };
  const path = join(folder, `${digest}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.${process.pid}.tmp`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
    replaceFileSync(`${path}.${process.pid}.tmp`, path);
  } catch (cause) {
    throw new AppError('disk.read-only', `That the Python model may be loaded cannot be noted in ${folder}.`, {
      fix: 'Make the folder writable, or name another in SLIPWAY_TRUST_DIR.',
      cause,
    });
  }
  return record;
}

/**
 * @param model Digest of the model artifact, where it is known: who is refused can decide about it.
 * Errors: `trust.required`.
 */
export function requireEstimatorTrust(python: PythonEstimator, label: string, model?: string): EstimatorTrust {
  const trust = estimatorTrust(python);
  if (trust !== undefined) return trust;
  throw new AppError(
    'trust.required',
    `${label.charAt(0).toUpperCase()}${label.slice(1)} is a Python object (${python.type}) that was not trained here: to load it runs the code in it with ${python.interpreter}.`,
    {
      fix: 'If you know where it comes from: slipway models trust NAME/VERSION (or its folder). Else train it here, with slipway run --force.',
      details: { digest: estimatorDigest(python), type: python.type, interpreter: python.interpreter, model },
    },
  );
}
