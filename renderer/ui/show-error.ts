import { toEngineError } from '../client/engine-error.ts';
import { showToast } from './toast.tsx';
import { errorText } from '../translation/engine-text.ts';

/** Tells that what the person asked for has failed, and why. */
export function showError(error: unknown): void {
  showToast({ text: errorText(toEngineError(error)), tone: 'failed' });
}
