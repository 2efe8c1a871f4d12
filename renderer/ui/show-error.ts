import { toEngineError } from '../client/engine-error.ts';
import { showToast } from './toast.tsx';

/** Tells that what the person asked for has failed, and why. */
export function showError(error: unknown): void {
  const { message, fix } = toEngineError(error);
  showToast({ text: fix === undefined ? message : `${message} ${fix}`, tone: 'failed' });
}
