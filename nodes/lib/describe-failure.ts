import { AppError } from '../../shared/errors/app-error.ts';
import type { InferResult } from '../../shared/node/define-node.ts';

/**
 * What `describe` says when a source cannot be looked at: the problem, at the field that the error names, else at
 * `field`, or at `secretField` where a secret is missing. A cancellation and what is no AppError are thrown on.
 */
export function describeFailure(error: unknown, field: string, secretField = field): InferResult {
  if (!(error instanceof AppError) || error.code === 'run.cancelled') throw error;
  const { message, fix, details } = error;
  const at = details?.['secret'] === undefined ? String(details?.['field'] ?? field) : secretField;
  return { outputs: {}, problems: [{ field: at, message, ...(fix === undefined ? {} : { fix }) }] };
}
