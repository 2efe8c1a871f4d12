import { useEffect } from 'react';
import { isDirty, useActiveGraph } from '../state/graph-store.ts';
import { useRoute } from '../state/ui-store.ts';
import { screenName } from './rail.tsx';

/** The window is named by what it shows: the open graph with a mark for unsaved changes, or the screen. */
export function WindowTitle() {
  const { screen } = useRoute();
  const graph = useActiveGraph((open) => `${isDirty(open) ? '• ' : ''}${open.root.name}`);
  const name = screen === 'graph' ? graph : screenName(screen);
  useEffect(() => {
    document.title = name === undefined ? 'Slipway' : `${name} · Slipway`;
  }, [name]);
  return null;
}
