import { type ErrorCategory, type ErrorCode, errorCodes } from './codes.ts';

/** An error as it crosses a process boundary; `wireErrorSchema` checks one from outside. */
export interface WireError {
  code: string;
  category: ErrorCategory;
  /** What happened. */
  message: string;
  /** What to do about it, one sentence. */
  fix?: string | undefined;
  nodeId?: string | undefined;
  details?: Record<string, unknown> | undefined;
}

export interface AppErrorOptions {
  fix?: string | undefined;
  nodeId?: string | undefined;
  details?: Record<string, unknown> | undefined;
  cause?: unknown;
}

/** The one error class. `message` says what happened, `fix` what to do. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly category: ErrorCategory;
  readonly fix: string | undefined;
  readonly nodeId: string | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.category = errorCodes[code].category;
    this.fix = options.fix;
    this.nodeId = options.nodeId;
    this.details = options.details;
  }
}

/** Any throwable as an AppError; an unknown one becomes `internal.bug`. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof Error) return new AppError('internal.bug', error.message, { cause: error });
  return new AppError('internal.bug', String(error));
}

/** Form that crosses a process boundary; carries no stack. */
export function toWireError(error: unknown): WireError {
  const e = toAppError(error);
  return {
    code: e.code,
    category: e.category,
    message: e.message,
    ...(e.fix === undefined ? {} : { fix: e.fix }),
    ...(e.nodeId === undefined ? {} : { nodeId: e.nodeId }),
    ...(e.details === undefined ? {} : { details: e.details }),
  };
}

export function fromWireError(wire: WireError): AppError {
  const code = wire.code in errorCodes ? (wire.code as ErrorCode) : 'internal.bug';
  return new AppError(code, wire.message, { fix: wire.fix, nodeId: wire.nodeId, details: wire.details });
}
