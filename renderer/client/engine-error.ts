import { ORPCError } from '@orpc/client';
import { AppError, toWireError, type WireError } from '../../shared/errors/app-error.ts';
import { wireErrorSchema } from '../../shared/errors/wire-error-schema.ts';

/** Any failed call as a wire error: message, fix and code to show. */
export function toEngineError(error: unknown): WireError {
  if (error instanceof ORPCError) {
    const parsed = wireErrorSchema.safeParse(error.data);
    if (parsed.success) return parsed.data;
    return { code: 'internal.bug', category: 'bug', message: error.message };
  }
  if (error instanceof AppError) return toWireError(error);
  return { code: 'internal.bug', category: 'bug', message: error instanceof Error ? error.message : String(error) };
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
