import { create } from 'zustand';
import { navigate } from './ui-store.ts';

/** A part of a model's page: where its aliases pointed, or a tag of its card. */
export type ModelPlace = 'aliases' | 'owner' | 'runbook';

/** The part that the page of a model should bring into view and take the focus to, once. */
export const useModelPlace = create<{ place: ModelPlace | undefined }>(() => ({ place: undefined }));

/** Opens a version of a model at a part of its page. `address` is `NAME/VERSION`. */
export function showModelAt(address: string, place: ModelPlace): void {
  useModelPlace.setState({ place });
  navigate('models', address);
}

/** For the part that was asked for: the next visit begins at the top again. */
export function modelPlaceReached(): void {
  useModelPlace.setState({ place: undefined });
}
