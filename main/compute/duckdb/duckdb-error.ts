import { AppError } from '../../../shared/errors/app-error.ts';
import type { ErrorCode } from '../../../shared/errors/codes.ts';

export interface ErrorContext {
  code: ErrorCode;
  /** Start of the message: what was being done, naming the file or node. */
  doing: string;
  fix?: string;
}

/**
 * DuckDB's message as an AppError. Running out of memory or disk, a read-only disk and an interrupt have codes of
 * their own; anything else gets the code of the context.
 */
export function duckDbError(error: unknown, context: ErrorContext): AppError {
  if (error instanceof AppError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/^INTERRUPT Error/i.test(text)) return new AppError('run.cancelled', 'Cancelled.', { cause: error });
  if (/^Out of Memory Error/i.test(text)) {
    return new AppError(
      'step.out-of-memory',
      `${context.doing}: DuckDB ran out of its memory limit. ${firstLine(text)}`,
      {
        fix: 'Give the step more memory, or read fewer rows or columns.',
        cause: error,
      },
    );
  }
  if (/No space left on device/i.test(text)) {
    return new AppError('disk.full', `${context.doing}: the disk is full.`, {
      fix: 'Free disk space, or choose another data directory with --data-dir.',
      cause: error,
    });
  }
  if (/Read-only file system/i.test(text)) {
    return new AppError('disk.read-only', `${context.doing}: the disk is read-only.`, {
      fix: 'Choose a writable data directory with --data-dir.',
      cause: error,
    });
  }
  return new AppError(context.code, `${context.doing}: ${text.trim()}`, { fix: context.fix, cause: error });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
