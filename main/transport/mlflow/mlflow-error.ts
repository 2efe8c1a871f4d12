import { toAppError } from '../../../shared/errors/app-error.ts';

export type MlflowErrorCode =
  | 'INVALID_PARAMETER_VALUE'
  | 'RESOURCE_DOES_NOT_EXIST'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'ENDPOINT_NOT_FOUND'
  | 'REQUEST_LIMIT_EXCEEDED'
  | 'PERMISSION_DENIED'
  | 'INTERNAL_ERROR';

const statuses: Record<MlflowErrorCode, number> = {
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_DOES_NOT_EXIST: 404,
  RESOURCE_ALREADY_EXISTS: 400,
  ENDPOINT_NOT_FOUND: 404,
  REQUEST_LIMIT_EXCEEDED: 413,
  PERMISSION_DENIED: 403,
  INTERNAL_ERROR: 500,
};

/** An error as MLflow's clients expect it. */
export class MlflowError extends Error {
  readonly code: MlflowErrorCode;

  constructor(code: MlflowErrorCode, message: string) {
    super(message);
    this.name = 'MlflowError';
    this.code = code;
  }
}

export function toMlflowAnswer(error: unknown): { status: number; body: { error_code: string; message: string } } {
  const mlflow = error instanceof MlflowError ? error : fromAppError(error);
  return { status: statuses[mlflow.code], body: { error_code: mlflow.code, message: mlflow.message } };
}

function fromAppError(error: unknown): MlflowError {
  const { code, message, fix } = toAppError(error);
  const text = fix === undefined ? message : `${message} ${fix}`;
  if (code === 'run.not-found' || code === 'model.not-found') return new MlflowError('RESOURCE_DOES_NOT_EXIST', text);
  if (code === 'request.invalid') return new MlflowError('INVALID_PARAMETER_VALUE', text);
  return new MlflowError('INTERNAL_ERROR', text);
}
