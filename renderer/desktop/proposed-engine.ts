import { create } from 'zustand';

/** Address of an engine that a link proposed; the person still has to enter the token. */
export const useProposedEngine = create<{ url: string }>(() => ({ url: '' }));

export function proposeEngine(url: string): void {
  useProposedEngine.setState({ url });
}
