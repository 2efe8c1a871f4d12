import { create } from 'zustand';
import type { WireError } from '../../shared/errors/app-error.ts';
import { openOverlay } from './ui-store.ts';

interface AskedModel {
  /** Of the model artifact. */
  digest: string | undefined;
  /** What the person wanted before, done once they trust it. */
  onTrusted: (() => void) | undefined;
}

export const useAskedModel = create<AskedModel>(() => ({ digest: undefined, onTrusted: undefined }));

/** Asks the person whether Python may load a model that was not trained here. */
export function askModelTrust(digest: string, onTrusted?: () => void): void {
  useAskedModel.setState({ digest, onTrusted });
  openOverlay('model-trust');
}

/** Digest of the model that Python may not load yet, where that is why a call failed. */
export function untrustedModel({ code, details }: WireError): string | undefined {
  const model = code === 'trust.required' ? details?.['model'] : undefined;
  return typeof model === 'string' ? model : undefined;
}
